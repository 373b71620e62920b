/*
 * outage.test.js: PostgreSQL is away, silent, or not there yet: requests are refused soon, /ready tells the truth, and the server
 * comes back by itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after } = require('node:test');
const { setTimeout: pause } = require('node:timers/promises');
const { Cluster } = require('./support/cluster');
const { answered } = require('./support/expect');
const { childrenOf } = require('./support/kill');
const { until } = require('./support/poll');
const { isSanitized } = require('./support/program');
const { Server } = require('./support/server');
const { suite } = require('./support/suite');

const CLIENTS = 16;
const OUTAGE_MS = process.env.STRIPE_LITE_TEST_LONG ? 60000 : 3000;

const residentKiB = (pid) => Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

if (process.env.STRIPE_LITE_TEST_DATABASE === 'postgres') {
  const cluster = new Cluster();
  after(() => cluster.remove());
  const options = { env: { STRIPE_LITE_WORKERS: '2' }, before: async () => {
    await cluster.create();
    options.postgres = cluster.url;
  } };

  suite('the database is away', options, (s) => {
    const turned = async (status, seconds) => {
      const from = Date.now();
      await until(`/ready answers ${status}`, async () => (await s.server.readiness()) === status, seconds);
      return Date.now() - from;
    };

    /* Many clients that write and read while `step` goes on: every answer, with the milliseconds it took. */
    const underLoad = async (step) => {
      const seen = [];
      let over = false;
      const client = async (number) => {
        while (!over) {
          const from = Date.now();
          const answer = await (number % 2
            ? s.get('/v1/customers', { mayFail: true }) : s.post('/v1/customers', { name: 'Ada' }, { mayFail: true }));
          seen.push({ status: answer.status, retry: answer.headers['retry-after'], took: Date.now() - from, at: from });
          if (answer.status !== 200) await pause(20);
        }
      };
      const clients = Array.from({ length: CLIENTS }, (_, number) => client(number));
      try {
        await step(seen);
      } finally {
        over = true;
        await Promise.all(clients);
      }
      return seen;
    };

    /* Those whose COMMIT was under way wait for the truth, at most one a client; all others are told within `most`. */
    const refusedWell = (t, seen, most) => {
      const refused = seen.filter(({ status }) => status !== 200).sort((a, b) => b.took - a.took);
      const slowest = refused[CLIENTS] ? refused[CLIENTS].took : 0;
      assert.ok(refused[0].took < 20000, `a refusal took ${refused[0].took} ms`);
      t.diagnostic(`${seen.length} answers, ${refused.length} refused, the slowest after ${refused[0].took} ms, then ${slowest} ms`);
      assert.ok(refused.length > CLIENTS, 'hardly anybody was refused');
      assert.deepEqual([...new Set(refused.map(({ status, retry }) => `${status} ${retry}`))], ['503 1']);
      assert.ok(slowest < most, `a refusal took ${slowest} ms`);
    };

    s.test('it falls under load: 503 at once, then all is well within a second', async (t) => {
      const workers = childrenOf(s.server.child.pid);
      let memory;
      const times = {};
      const seen = await underLoad(async (all) => {
        await until('the load goes on', () => all.length > 200, 20);
        await cluster.fall();
        times.unready = await turned(503, 10);
        await pause(500);
        memory = workers.map(residentKiB);
        await pause(OUTAGE_MS - 500);
        memory = workers.map((pid, i) => residentKiB(pid) - memory[i]);
        await cluster.start();
        times.ready = await turned(200, 10);
        await pause(500);
      });
      t.diagnostic(`/ready 503 after ${times.unready} ms, 200 ${times.ready} ms after the start; memory grew by ${memory.join(' and ')} KiB in the outage`);
      refusedWell(t, seen, 3000);
      assert.ok(times.unready < 2000 && times.ready < 5000, JSON.stringify(times));
      /* A sanitizer keeps for a while what was freed. */
      if (!isSanitized()) assert.ok(memory.every((grown) => grown < 2048), `${memory} KiB`);
      assert.deepEqual(childrenOf(s.server.child.pid), workers, 'the workers are the same');
      const last = seen.slice(-20);
      assert.ok(last.every(({ status }) => status === 200), JSON.stringify(last));
    });

    s.test('it stands still with all lines open: 503 within seconds, and back when it goes on', async (t) => {
      const times = {};
      const seen = await underLoad(async (all) => {
        await until('the load goes on', () => all.length > 200, 20);
        const from = Date.now();
        cluster.freeze();
        try {
          times.unready = await turned(503, 10);
          await pause(Math.max(0, 7000 - (Date.now() - from)));
          times.refused = all.filter(({ at, status }) => at > from + 5000 && status === 503).length;
        } finally {
          cluster.thaw();
        }
        times.ready = await turned(200, 10);
        await pause(500);
      });
      t.diagnostic(`/ready 503 after ${times.unready} ms, 200 ${times.ready} ms after it went on; ${times.refused} refused meanwhile`);
      refusedWell(t, seen, 10000);
      assert.ok(times.unready < 3000, `${times.unready} ms`);
      assert.ok(times.ready < 6000, `${times.ready} ms`);
      assert.ok(times.refused > CLIENTS, 'after a while refusals come at once');
    });

    s.test('a server that starts first waits for it', async () => {
      const late = new Server({ postgres: cluster.url });
      late.database = s.server.database;
      Object.assign(late, { env: { ...s.server.env } });
      await cluster.fall();
      const started = late.start();
      await until('it says that it waits', () => late.log.includes('waiting for the database'), 10);
      await cluster.start();
      await started;
      assert.equal((await late.stop()).code, 0);
      fs.rmSync(late.folder, { recursive: true, force: true });
    });

    s.test('a server that is not let in does not wait', async () => {
      const stranger = { ...s.server.env, STRIPE_LITE_DATABASE_URL: s.server.database.url.replace(/:[^:@]+@/, ':wrong@') };
      const from = Date.now();
      const saved = s.server.env;
      s.server.env = stranger;
      const { code, stderr } = await s.server.command('migrate').finally(() => { s.server.env = saved; });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /cannot be reached/);
      assert.ok(!stderr.includes('wrong'), stderr);
      assert.ok(Date.now() - from < 10000);
    });

    s.test('a host by its name', async () => {
      answered(await s.get('/v1/customers'), 200);
      const saved = s.server.env;
      s.server.env = { ...saved, STRIPE_LITE_DATABASE_URL: s.server.database.url.replace('127.0.0.1', 'localhost') };
      const { code, stderr } = await s.server.command('verify').finally(() => { s.server.env = saved; });
      assert.equal(code, 0, stderr);
    });
  });
}
