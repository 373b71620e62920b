/*
 * fault.test.js: at every fault point, everything that may happen there, under load; then the books are held against each other.
 *
 * A lane is a server with a database and a load of its own; lanes run at the same time. A round arms one fault, sends load until
 * it has struck, sees to the server (starts it again, lets it go on) and leaves the clients to their retries: what they wait for
 * happens while the next rounds go on. In the end every request is answered, each key has one effect and answers again as it
 * did, each change has one event, nothing is open, and gateway, ledger and answers agree.
 *
 * STRIPE_LITE_TEST_POINT (a regular expression) picks rounds by point and action.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after } = require('node:test');
const { openThings, eachKeyOnce, nothingLost, eachEventOnce, sumsAgree } = require('../integration/support/books');
const { answered } = require('../integration/support/expect');
const { killServer } = require('../integration/support/kill');
const { Paper, configOf } = require('../integration/support/paper');
const { until } = require('../integration/support/poll');
const { send: sendEvent } = require('../integration/support/webhooks');
const { suitesAtOnce } = require('../integration/support/suite');
const { DeliveryBooks } = require('./delivery_books');
const { FaultLoad } = require('./flows');
const { gatewayAgrees, papersAgree } = require('./gateway_books');
const { rounds } = require('./points');
const { Strikes } = require('./strikes');

const database = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? 'postgres' : 'sqlite';
const WORKERS = database === 'postgres' ? 2 : 1;
const WHOLE = database === 'postgres' ? 8 : 4; /* one kill in so many takes the whole server along */
const wanted = new RegExp(process.env.STRIPE_LITE_TEST_POINT || '');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_faults_'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/* Errors after which a job stays with a worker that lives and does not run it: in the way of the next round. */
const LEFT_LEASED = new Set(['job.claimed error', 'job.before_give_back error', 'delivery.before_send error']);
const OUTGOING = /^(delivery|queue)\./;

/* Which flow comes by; a list is gone through in turn. */
const FLOWS = { authorize: ['charge', 'liteCharge'], capture: ['capture'], void: ['cancel'], refund: ['charge', 'liteCharge'], setup: ['setup'] };
const MIXED = ['charge', 'person', 'capture', 'liteCharge', 'cancel', 'oldCharge', 'decline'];
const flowsOf = (point, papers) => (point.startsWith('webhook.') ? ['told'] : null) || (OUTGOING.test(point) ? ['person'] : null) || (papers ? FLOWS.authorize : null) || FLOWS[point.split('@')[1]] || (point.includes('@recovery') ? ['charge'] : MIXED);

/* Of two gateways the first does nothing, one way or the other, so that every payment goes on to the second. */
const NOTHING = [{ answer: 'declined', code: 'processing_error' }, { answer: 'not_sent' }];
const RULES = 'gateway:\n  breaker: {failures: 0}\n  routes:\n    - {use: [slate, paper]}';

function lane(title, list) {
  const own = path.join(folder, title.replaceAll(' ', '_'));
  fs.mkdirSync(own);
  const env = { STRIPE_LITE_WORKERS: String(WORKERS), STRIPE_LITE_GATEWAY_TIMEOUT: '1', STRIPE_LITE_FAULT_FOLDER: own, STRIPE_LITE_WEBHOOK_RETRY_SCHEDULE: '1,1,1,1,1,1' };
  const papers = title === 'failover' ? [new Paper('slate'), new Paper('paper')] : null;
  const config = papers ? configOf(papers, RULES) : undefined;
  return { title, options: { env, config }, define: (s) => tests(s, list, new Strikes(s, own), papers) };
}

function tests(s, list, strikes, papers) {
  const asked = { mayFail: true };
  const send = (to, values, headers) => s.client.post(to, values, { ...asked, headers });
  const read = (from) => until(`GET ${from}`, async () => {
    const answer = await s.client.get(from, asked);
    return answer.status === 200 && answer;
  }, 120);
  const tell = (event) => sendEvent(s, '/stripe/webhook', event, s.server.stripeSecret, asked);
  const load = new FaultLoad({ send, read, tell });
  const stored = () => s.server.database;
  const deliveries = new DeliveryBooks(s);

  s.test('a customer', async () => {
    const values = { name: 'Ada', email: 'ada@example.com', payment_info: 'pm_card_visa' };
    load.customer = answered(await s.post('/customers', values), 200).customer.id;
    if (/^(webhook|delivery|queue)\./.test(list[0].point)) await load.begin('charge'); /* books that the others compare */
  });
  if (OUTGOING.test(list[0].point)) s.test('an endpoint', () => deliveries.begin());

  list.forEach((round, number) => {
    s.test(`${round.point} ${round.action}`, async () => {
      load.round = `${round.point}_${round.action}`;
      if (papers) papers[0].mood(NOTHING[number % NOTHING.length]);
      const struck = await strikes.await(round, load, flowsOf(round.point, papers));
      if (round.action === 'kill') await (number % WHOLE === WHOLE - 1 ? killServer(s.server) : strikes.comesBack(struck.process));
      if (round.action === 'stop') await strikes.goesOn(struck.process);
      if (LEFT_LEASED.has(`${round.point} ${round.action}`)) await strikes.leasesEnd();
      if (load.failure) throw load.failure;
    });
  });

  s.test('every request is answered', () => load.stop());
  s.test('what was interrupted is found out', () => until('nothing is open', async () => {
    const open = await openThings(stored());
    if (open.length > 0) throw new Error(JSON.stringify(open.slice(0, 5)));
    return true;
  }, 60));
  s.test('every event that was acknowledged is processed, once', async () => {
    const rows = () => stored().rows('SELECT id, status FROM webhook_events');
    await until('no event waits', async () => (await rows()).every(({ status }) => status === 'processed'), 60);
    const found = new Set((await rows()).map(({ id }) => id));
    for (const { id } of load.acknowledged) assert.ok(found.has(id), id);
    const customers = await stored().rows("SELECT id FROM customers WHERE name = 'Told'");
    const wanted = load.acknowledged.map(({ data }) => data.object.id).sort();
    assert.deepEqual(customers.map(({ id }) => id).sort(), wanted);
    const events = await stored().rows("SELECT object_id FROM events WHERE type = 'customer.created'");
    for (const id of wanted) assert.equal(events.filter((one) => one.object_id === id).length, 1, id);
  });
  if (OUTGOING.test(list[0].point)) s.test('every event has reached the endpoint', () => deliveries.allArrived());
  s.test('each key answers as it first did', async () => {
    for (const { key, path: to, body, answer } of load.answers.filter((one) => one.answer.status !== 400)) {
      /* A worker that drains may close the connection as it is used. */
      const again = await until(`${to} ${key} once more`, () => send(to, body, { 'idempotency-key': key }));
      assert.deepEqual([again.status, again.text], [answer.status, answer.text], `${to} ${key}`);
      assert.equal(again.headers['idempotent-replayed'], 'true');
    }
  });
  s.test('each key had one effect', () => eachKeyOnce(stored(), load.answers));
  s.test('what was acknowledged is there', () => nothingLost(stored(), load.answers));
  s.test('each change has one event', () => eachEventOnce(stored()));
  s.test('the sums agree', async () => sumsAgree(stored(), answered(await s.get('/v1/balance'), 200)));
  s.test('the gateway did what is stored', () => gatewayAgrees(stored(), s.server.log));
  if (papers) s.test('so say the gateways\' own books, and each payment is in one of them', () => papersAgree(stored(), papers));
  s.test('nothing is armed any more', () => strikes.none());
}

/* Kills first: what they interrupt, or leave leased, is found out while the others strike. */
function ordered(list) {
  const kept = list.filter(({ point, action }) => wanted.test(`${point} ${action}`));
  return [...kept.filter(({ action }) => action === 'kill'), ...kept.filter(({ action }) => action !== 'kill')];
}

const payments = rounds('payments', database);
const paymentsOf = (...kinds) => payments.filter(({ point }) => kinds.includes(point.split('@')[1]));
const lanes = Object.entries({
  jobs: rounds('jobs', database),
  recovery: rounds('recovery', database),
  'payments and refunds': paymentsOf('authorize', 'refund'),
  'captures, voids and setups': paymentsOf('capture', 'void', 'setup'),
  failover: rounds('failover', database),
  webhooks: rounds('webhooks', database),
  deliveries: rounds('deliveries', database),
  writes: rounds('writes', database),
  workers: rounds('workers', database),
}).map(([title, list]) => [title, ordered(list)]).filter(([, list]) => list.length > 0);

suitesAtOnce(`faults on ${database}`, lanes.map(([title, list]) => lane(title, list)));
