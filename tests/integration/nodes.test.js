/*
 * nodes.test.js: three servers on one PostgreSQL are one: what is changed at one counts at all, work is done once, and what a dead
 * one left open is closed by another.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');
const { openThings, eachEventOnce } = require('./support/books');
const { Client } = require('./support/client');
const { answered } = require('./support/expect');
const { childrenOf } = require('./support/kill');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const NODES = 3;
const SWEEP_SECONDS = 2;
const env = { STRIPE_LITE_WORKERS: '2', STRIPE_LITE_GATEWAY_TIMEOUT: '3' };
const PAY = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };

if (process.env.STRIPE_LITE_TEST_DATABASE === 'postgres') {
  suite('three nodes', { env }, (s) => {
    const others = [];
    const clients = [];

    s.test('two more servers', async () => {
      for (let i = 1; i < NODES; i += 1) others.push(await s.server.sibling());
      clients.push(...[s.server, ...others].map((server) => new Client(server, s.observer.see)));
    });

    s.test('a key that is revoked ends at all of them within a second', async (t) => {
      const key = await s.server.makeKey();
      const asked = () => Promise.all(clients.flatMap((client) => [1, 2, 3, 4].map(() => client.get('/v1/customers', { key, headers: { connection: 'close' } }))));
      (await asked()).forEach((answer) => answered(answer, 200));
      await s.server.mustCommand('keys', 'revoke', key);
      const revoked = Date.now();
      await until('it is refused everywhere', async () => (await asked()).every(({ status }) => status === 401), 2);
      t.diagnostic(`after ${Date.now() - revoked} ms`);
      assert.ok(Date.now() - revoked < 1000);
    });

    s.test('what is set at one counts at the next', async () => {
      answered(await clients[0].post('/v1/test_helpers/simulator', { latency_ms: 400 }), 200);
      for (const client of clients) {
        const from = Date.now();
        answered(await client.post('/v1/payment_intents', PAY), 200);
        assert.ok(Date.now() - from >= 400, 'the gateway is slow');
      }
      answered(await clients[1].post('/v1/test_helpers/simulator', { latency_ms: 0 }), 200);
    });

    s.test('one key at three servers at once has one effect', async () => {
      const key = `key_${crypto.randomBytes(9).toString('hex')}`;
      const ask = (client) => until('an answer', async () => {
        const answer = await client.post('/v1/payment_intents', PAY, { headers: { 'idempotency-key': key } });
        return answer.status !== 409 && answer;
      });
      const answers = await Promise.all(clients.map(ask));
      answers.forEach((answer) => assert.equal(answer.text, answers[0].text));
      answered(answers[0], 200);
    });

    s.test('schedules run once a period, jobs once', async (t) => {
      const runs = async (job) => {
        const texts = await Promise.all(clients.map((client) => client.get('/metrics')));
        const line = new RegExp(`^stripe_lite_job_seconds_count\\{job="${job}"\\} (\\d+)$`, 'm');
        return texts.map(({ text }) => Number((text.match(line) || [0, 0])[1])).reduce((a, b) => a + b, 0);
      };
      const scopes = (await s.server.database.rows("SELECT DISTINCT account_id FROM jobs WHERE name = 'payments.sweep'"
        + ' UNION SELECT DISTINCT account_id FROM api_keys')).length;
      const before = await runs('payments.sweep');
      const from = Date.now();
      await Promise.all(clients.flatMap((client) => [1, 2, 3, 4].map(async () =>
        answered(await client.post('/v1/payment_intents', { ...PAY, payment_method: 'pm_card_createDispute' }), 200))));
      await pause(4000);
      const ran = (await runs('payments.sweep')) - before;
      const periods = Math.ceil((Date.now() - from) / 1000 / SWEEP_SECONDS) + 1;
      t.diagnostic(`${ran} sweeps in ${periods} periods of ${scopes} scopes`);
      assert.ok(ran >= 1 && ran <= periods * scopes, `${ran} sweeps`);
      const disputes = await s.server.database.rows('SELECT charge, COUNT(*) AS number FROM disputes GROUP BY charge');
      assert.deepEqual(disputes.map(({ number }) => Number(number)), Array(4 * NODES).fill(1));
    });

    s.test('what a dead server left open, another closes with the truth', async (t) => {
      answered(await clients[0].post('/v1/test_helpers/simulator', { latency_ms: 2500 }), 200);
      const [dead] = others;
      const keys = Array.from({ length: 8 }, () => `key_${crypto.randomBytes(9).toString('hex')}`);
      const ask = (client, key) => client.post('/v1/payment_intents', PAY, { headers: { 'idempotency-key': key } });
      const lost = Promise.allSettled(keys.map((key) => ask(clients[1], key)));
      const opened = await until('the gateway is asked', async () => {
        const open = (await openThings(s.server.database)).filter(({ kind }) => kind === 'key');
        return open.length > 0 && open.map(({ id }) => id);
      });
      const workers = childrenOf(dead.child.pid);
      [dead.child.pid, ...workers].forEach((pid) => process.kill(pid, 'SIGKILL'));
      await dead.ended;
      t.diagnostic(`${(await lost).filter(({ status }) => status === 'rejected').length} requests were cut off, ${opened.length} keys seen open`);
      answered(await clients[0].post('/v1/test_helpers/simulator', { latency_ms: 0 }), 200);
      const answers = await Promise.all(keys.map((key) => until(`${key} is closed`, async () => {
        const answer = await ask(clients[2], key);
        return answer.status !== 409 && answer;
      }, 60)));
      answers.forEach((answer, i) => {
        assert.equal(answered(answer, 200).status, 'succeeded', answer.text);
        if (opened.includes(keys[i])) assert.equal(answer.headers['idempotent-replayed'], 'true');
      });
      assert.equal(new Set(answers.map(({ json }) => json.id)).size, keys.length);
      assert.deepEqual(await openThings(s.server.database), []);
      await eachEventOnce(s.server.database);
    });

    s.test('the others end', async () => {
      clients.forEach((client) => client.close());
      assert.equal((await others[1].stop()).code, 0);
      others.forEach(({ folder }) => fs.rmSync(folder, { recursive: true, force: true }));
    });
  });
}
