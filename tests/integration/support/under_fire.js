/*
 * under_fire.js: the tests of a server that is hurt again and again under load: each key has one effect and one answer, no cent
 * is lost.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { openThings, eachKeyOnce, nothingLost, eachEventOnce, sumsAgree } = require('./books');
const { Client } = require('./client');
const { answered } = require('./expect');
const { killServer, killWorker } = require('./kill');
const { Load } = require('./load');
const { until } = require('./poll');

const KILLS = process.env.STRIPE_LITE_TEST_LONG ? 100 : 5;
const chance = (list) => list[Math.floor(Math.random() * list.length)];

const killOne = (round, servers) => (round % 3 === 2 ? killServer : killWorker)(chance(servers()));

/*
 * servers: what is asked, the suite's first; strike: what happens to them, again and again; clients: how many at once; least: the load
 * goes on until it says so; trouble and calm: what the gateway does to it, the simulator's `faults` usually.
 */
function underFire(s, { faults, servers = () => [s.server], kills = KILLS, strike = killOne, clients: many = 12, least = () => true,
  trouble = async () => answered(await s.post('/v1/test_helpers/simulator', { latency_ms: 20, ...faults }), 200),
  calm = async () => answered(await s.post('/v1/test_helpers/simulator', { latency_ms: 0, error_rate: 0, drop_answer_rate: 0 }, { mayFail: true }), 200) }) {
  const clients = new Map();
  const clientOf = (server) => {
    if (!clients.has(server)) clients.set(server, new Client(server, s.observer.see));
    return clients.get(server);
  };
  const asked = { mayFail: true };
  const send = (path, values, headers) => clientOf(chance(servers())).post(path, values, { ...asked, headers });
  const read = (path) => until(`GET ${path}`, async () => {
    const answer = await clientOf(chance(servers())).get(path, asked);
    return answer.status === 200 && answer;
  }, 120);
  const load = new Load({ send, read, clients: many });
  const database = () => s.server.database;

  s.test(`${kills} kills under load`, async (t) => {
    const customer = answered(await s.post('/customers', { name: 'Ada', email: 'ada@example.com', payment_info: 'pm_card_visa' }), 200).customer.id;
    await trouble();
    load.start(customer);
    for (let round = 0; round < kills; round += 1) {
      const moment = load.answers.length + 5 + Math.floor(Math.random() * 20);
      await until('the load goes on', () => load.failure || load.answers.length >= moment, 60);
      await strike(round, servers, load);
    }
    await until('the load is enough', () => load.failure || least(), 300);
    /* As long as the trouble goes on, nothing says when what is under way becomes known. */
    load.running = false;
    s.reconnect();
    await until('the gateway is well', async () => {
      await calm();
      return true;
    }, 30);
    await load.stop();
    t.diagnostic(`${load.answers.length} requests answered, ${load.cut} tries cut off, ${load.failed} failed, ${load.waited} told to wait`);
    assert.ok(load.cut + load.failed > 0, 'no request was hurt');
  });

  s.test('what was interrupted is found out', async () => {
    s.reconnect();
    await until('nothing is open', async () => {
      const open = await openThings(database());
      if (open.length > 0) throw new Error(JSON.stringify(open.slice(0, 5)));
      return true;
    }, 60);
  });

  s.test('each key answers as it first did', async () => {
    /* A refusal without effect is not kept: what it was about may be possible now. */
    for (const { key, path, body, answer } of load.answers.filter((one) => one.answer.status !== 400)) {
      const again = await send(path, body, { 'idempotency-key': key });
      assert.deepEqual([again.status, again.text], [answer.status, answer.text], `${path} ${key}`);
      assert.equal(again.headers['idempotent-replayed'], 'true');
    }
  });

  s.test('each key had one effect', () => eachKeyOnce(database(), load.answers));
  s.test('what was acknowledged is there', () => nothingLost(database(), load.answers));
  s.test('each change has one event', () => eachEventOnce(database()));
  s.test('the sums agree', async () => sumsAgree(database(), answered(await s.get('/v1/balance'), 200)));
}

module.exports = { underFire };
