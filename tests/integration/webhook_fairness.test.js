/*
 * webhook_fairness.test.js: endpoints that are dead, moved, strange or not to be reached, and those beside them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { Receiver } = require('./support/receiver');
const { suite } = require('./support/suite');

const DELIVERIES = '/api/v1/admin/webhooks/deliveries';
const DEAD = 1000;
const EVENTS = 10;
const DAY = 86400;

const made = (s, url, values = {}) => s.stripe.webhookEndpoints.create({ url, enabled_events: ['customer.created'], ...values });
const customer = (s, name = 'A') => s.stripe.customers.create({ name });
const listed = async (s, query) => answered(await s.get(DELIVERIES, { query: { limit: 100, ...query } }), 200).deliveries;
const over = (s, query) => until('the deliveries are over', async () => {
  const found = await listed(s, query);
  return found.length > 0 && found.every(({ status }) => status !== 'pending') && found;
});

suite('a thousand dead endpoints', {}, (s) => {
  s.test('hang, one run of a worker each, while the living one has everything', async () => {
    const to = await new Receiver().start();
    to.answer = ({ path: at }) => (at.startsWith('/dead') ? null : 200);
    let next = 0;
    await Promise.all(Array.from({ length: 8 }, async () => { while (next < DEAD) await made(s, to.url(`/dead/${next++}`)); }));
    const living = await made(s, to.url('/living'));
    const people = [];
    for (let i = 0; i < EVENTS; i += 1) people.push((await customer(s, `Person ${i}`)).id);
    await until('the living one has everything', () => to.to('/living').length >= EVENTS);
    const dead = to.posts.filter(({ path: at }) => at !== '/living');
    assert.deepEqual(to.to('/living').map(({ json }) => json.data.object.id).sort(), [...people].sort());
    /* One run in each worker; a try lasts ten seconds. */
    const workers = s.server.workers().length;
    const runs = new Map();
    for (const { path: at, at: time } of dead) {
      const hanging = (runs.get(at) || []).filter((begun) => time - begun < 9500);
      assert.ok(hanging.length < workers, `${at} has ${hanging.length} runs and gets another`);
      runs.set(at, [...hanging, time]);
    }
    await until('each of the dead hangs', () => new Set(to.posts.map(({ path: at }) => at)).size === DEAD + 1, 20);
    const more = await customer(s, 'One more');
    await until('the living one has one more', () => to.to('/living').some(({ json }) => json.data.object.id === more.id), 5);
    for (const one of await over(s, { endpoint: living.id })) assert.equal(one.attempts, 1);
    await to.stop();
    await s.server.database.change("UPDATE webhook_endpoints SET status = 'disabled'");
  });
});

suite('endpoints that are moved or strange', { env: { STRIPE_LITE_WEBHOOK_RETRY_SCHEDULE: '1' } }, (s) => {
  s.test('a redirect is a failure, and nobody follows it', async () => {
    const to = await new Receiver().start();
    to.answer = ({ path: at }) => (at === '/moved' ? { status: 307, headers: { location: to.url('/there') }, body: 'look there' } : 200);
    const { id } = await made(s, to.url('/moved'));
    await customer(s);
    const [one] = await over(s, { endpoint: id });
    assert.deepEqual([one.status, one.response_status, one.response_body, one.attempts], ['failed', 307, 'look there', 2]);
    assert.ok(one.latency_ms >= 0 && one.last_attempt_at);
    assert.deepEqual(to.to('/there'), []);
    await s.stripe.webhookEndpoints.del(id);
    await to.stop();
  });

  s.test('a certificate that nobody vouches for is refused before anything is said', async () => {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(s.server.folder, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert,
      '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
    let asked = 0;
    const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, (request, response) => { asked += 1; response.end(); });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    server.unref();
    const { id } = await made(s, `https://127.0.0.1:${server.address().port}/`);
    await customer(s);
    const [one] = await over(s, { endpoint: id });
    assert.equal(one.status, 'failed');
    assert.equal(one.response_status, null);
    assert.match(one.error, /certificate/i);
    assert.equal(asked, 0);
    await s.stripe.webhookEndpoints.del(id);
    server.close();
  });

  s.test('addresses that are private are refused at the connection, whatever was said when the endpoint was made', async () => {
    const to = await new Receiver().start();
    const { port } = to;
    const ids = [];
    for (const host of ['127.0.0.1', 'localhost']) ids.push((await made(s, `http://${host}:${port}/private`)).id);
    const { env } = s.server;
    s.server.env = { ...env, STRIPE_LITE_WEBHOOK_ALLOW_PRIVATE: 'false' };
    await s.restart();
    await customer(s);
    for (const endpoint of ids) {
      const [one] = await over(s, { endpoint });
      assert.equal(one.status, 'failed');
      assert.match(one.error, /not allowed/);
    }
    assert.deepEqual(to.posts, []);
    s.server.env = env;
    await s.restart();
    for (const id of ids) await s.stripe.webhookEndpoints.del(id);
    await to.stop();
  });

  s.test('events by whether they were delivered', async () => {
    const to = await new Receiver().start();
    to.answer = ({ json }) => (json.data.object.name === 'lost' ? 500 : 200);
    const { id } = await made(s, to.url('/delivered'));
    const [good, lost] = [await customer(s, 'good'), await customer(s, 'lost')];
    await over(s, { endpoint: id });
    const of = async (delivery_success) => (await s.stripe.events.list({ type: 'customer.created', delivery_success, limit: 2 })).data.map(({ data }) => data.object.id);
    assert.equal((await of(true))[0], good.id);
    assert.ok(!(await of(true)).includes(lost.id));
    assert.equal((await of(false))[0], lost.id);
    assert.ok(!(await of(false)).includes(good.id));
    to.answer = () => 200;
    await s.stripe.webhookEndpoints.update(id, { url: to.url('/mended') });
    const [{ id: delivery }] = await listed(s, { endpoint: id, status: 'failed' });
    answered(await s.post(`${DELIVERIES}/${delivery}/resend`, {}), 200);
    await over(s, { endpoint: id });
    assert.ok((await of(true)).includes(lost.id));
    await s.stripe.webhookEndpoints.del(id);
    await to.stop();
  });
});

suite('three days of tries', {}, (s) => {
  /* What waits happened so much earlier: the clock goes on. */
  const later = (seconds) => s.server.database.change(
    `UPDATE webhook_deliveries SET due = due - ${seconds * 1000}, created = created - ${seconds}, tried = tried - ${seconds} WHERE due IS NOT NULL`);

  s.test('longer and longer apart, over restarts, and then no more', async () => {
    const to = await new Receiver().start();
    to.answer = () => 500;
    const { id, secret } = await made(s, to.url('/days'));
    await customer(s);
    const row = async (attempts) => until(`try ${attempts}`, async () => {
      const [one] = await listed(s, { endpoint: id });
      return one && one.attempts === attempts && one;
    });
    const pauses = [];
    for (let tries = 1; ; tries += 1) {
      const one = await row(tries);
      assert.equal(to.posts.length, tries);
      if (one.status !== 'pending') break;
      pauses.push((Date.parse(one.next_attempt_at) - Date.parse(one.last_attempt_at)) / 1000);
      assert.ok(tries < 20, 'it does not end');
      if (tries === 3) await s.restart();
      if (tries === 6) {
        await s.server.kill9();
        await s.server.start();
        s.reconnect();
      }
      await later(pauses.at(-1) - 1);
    }
    const total = pauses.reduce((sum, pause) => sum + pause, 0);
    assert.ok(total > 2.5 * DAY && total < 3.5 * DAY, `${total} s`);
    pauses.forEach((pause, i) => assert.ok(i === 0 || pause >= pauses[i - 1] - 1, pauses.join()));
    assert.ok(pauses[0] <= 10 && pauses[3] > pauses[2] * 2, pauses.join());
    const [one] = await listed(s, { endpoint: id });
    assert.deepEqual([one.status, one.next_attempt_at, one.attempts], ['failed', null, pauses.length + 1]);
    assert.equal(new Set(to.posts.map(({ body }) => body)).size, 1);
    to.posts.forEach((post) => s.stripe.webhooks.constructEvent(post.body, post.headers['stripe-signature'], secret));
    await to.stop();
  });
});
