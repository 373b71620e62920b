/*
 * attempts.test.js: what gateways have not said yet: the queue of open attempts, and the numbers by which an alarm sees it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { answered, refused } = require('./support/expect');
const { Paper } = require('./support/paper');
const { until } = require('./support/poll');
const { build } = require('./support/program');
const { suite } = require('./support/suite');

const QUEUE = '/api/v1/admin/attempts';
const BODY = { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
const paper = new Paper();
const gauge = `  - name: gauge\n    path: ${path.join(build, 'tests/plugins/test_plugin_gauge.so')}\n    required: true\n`;

suite('open attempts', { env: { STRIPE_LITE_GATEWAY_TIMEOUT: '5' }, config: paper.config + gauge }, (s) => {
  const pay = (values) => s.post('/v1/payment_intents', { ...BODY, ...values });
  const queue = async (query) => answered(await s.get(QUEUE, { query }), 200);
  const ids = async (query) => (await queue(query)).attempts.map(({ id }) => id);
  const gauges = async (name) => {
    const { text } = await s.get('/metrics');
    return Object.fromEntries([...text.matchAll(new RegExp(`^stripe_lite_attempts_${name}\\{state="(\\w+)"\\} (\\d+)$`, 'gm'))].map(([, state, number]) => [state, Number(number)]));
  };
  const NONE = { pending: 0, started: 0, unknown: 0 };
  let lost;

  s.test('a plugin\'s gauges are read for /metrics, and one that cannot be read keeps nobody from the others', async () => {
    const { text } = await s.get('/metrics');
    assert.deepEqual([...text.matchAll(/^test_(\w+)\{word="(\w+)"\} (\d+)$/mg)].map(([, name, word, number]) => [name, word, name === 'ages' && word === 'one' ? Number(number) > 9e7 : Number(number)]),
      [['ages', 'one', true], ['ages', 'two', 0], ['words', 'one', 41], ['words', 'two', 0]]);
    await until('the log tells', () => /gauge could not be read.*test_unreadable/.test(s.server.log));
  });

  s.test('without any the queue is empty, and its numbers are there', async () => {
    answered(await pay({}), 200);
    assert.deepEqual(await queue(), { attempts: [], has_more: false });
    assert.deepEqual(await gauges('open'), NONE);
    assert.deepEqual(await gauges('oldest_seconds'), NONE);
  });

  s.test('an outcome that is not known is in it', async () => {
    paper.mood({ answer: 'lost', retrieve: 'unknown' });
    const intent = answered(await pay({}), 200);
    assert.equal(intent.status, 'processing');
    const [{ id, created_at: created, started_at: started, payment_method: method, gateway_reference: reference, charge_id: charge, ...rest }] = (await queue()).attempts;
    assert.deepEqual(rest, {
      operation: 'authorize', state: 'unknown', open: true, gateway: 'paper', amount: 19.99, currency: 'usd', payment_intent: intent.id,
      setup_intent: null, refund_id: null, customer_id: null, code: null, decline_code: null, message: null, livemode: false,
    });
    assert.equal(paper.moved().at(-1).attempt, id);
    assert.match(`${created} ${started} ${method} ${reference} ${charge}`, /^\d{4}-\S+Z \d{4}-\S+Z pm_\w+ paper\.pay_\w+ ch_\w+$/);
    assert.deepEqual(answered(await s.get(`${QUEUE}/${id}`), 200), (await queue()).attempts[0]);
    lost = { id, intent: intent.id };
  });

  s.test('their number and the age of the oldest are among the metrics', async () => {
    answered(await pay({}), 200);
    assert.deepEqual(await gauges('open'), { ...NONE, unknown: 2 });
    await s.server.database.change(`UPDATE payment_attempts SET started = started - 1000 WHERE id = '${lost.id}'`);
    const ages = await gauges('oldest_seconds');
    assert.ok(ages.unknown >= 1000 && ages.unknown < 2000, JSON.stringify(ages));
    assert.deepEqual({ ...ages, unknown: 0 }, NONE);
  });

  s.test('it is listed by state, gateway and page', async () => {
    answered(await pay({}), 200);
    const all = await ids();
    assert.equal(all.length, 3);
    assert.equal(all.at(-1), lost.id);
    assert.deepEqual(await ids({ state: 'unknown' }), all);
    assert.deepEqual(await ids({ state: 'unknown', gateway: 'paper' }), all);
    assert.deepEqual(await ids({ state: 'started' }), []);
    assert.deepEqual(await ids({ gateway: 'slate' }), []);
    assert.deepEqual(await queue({ limit: 2 }).then(({ attempts, has_more: more }) => [attempts.map(({ id }) => id), more]), [all.slice(0, 2), true]);
    assert.deepEqual(await ids({ starting_after: all[1] }), [lost.id]);
    assert.deepEqual(await ids({ ending_before: all[1] }), [all[0]]);
    assert.equal((await s.get(QUEUE, { query: { state: 'succeeded' } })).status, 422);
    assert.equal((await s.get(QUEUE, { query: { status: 'unknown' } })).status, 422);
    refused(await s.get(QUEUE, { query: { starting_after: 'pay_nobody' } }), 400, { code: 'resource_missing' });
    refused(await s.get(`${QUEUE}/pay_nobody`), 404, { code: 'resource_missing' });
  });

  s.test('another account sees none of it', async () => {
    const key = await s.server.makeKey({ account: 'acct_stranger', role: 'admin' });
    assert.deepEqual(answered(await s.get(QUEUE, { key }), 200).attempts, []);
    assert.equal((await s.get(`${QUEUE}/${lost.id}`, { key })).status, 404);
  });

  s.test('when the gateway says what happened it leaves the queue, and is still to be read', async () => {
    paper.mood();
    await until('nothing is open', async () => (await ids()).length === 0, 60);
    assert.equal((await s.stripe.paymentIntents.retrieve(lost.intent)).status, 'succeeded');
    const { state, open } = answered(await s.get(`${QUEUE}/${lost.id}`), 200);
    assert.deepEqual([state, open], ['succeeded', false]);
    assert.deepEqual(await gauges('open'), NONE);
    assert.deepEqual(await gauges('oldest_seconds'), NONE);
  });

  s.test('while the gateway is being asked the attempt is there as begun', async () => {
    paper.mood({ before: 3000 });
    const asked = pay({});
    const [id] = await until('it has begun', async () => {
      const begun = await ids({ state: 'started' });
      return begun.length === 1 && begun;
    });
    assert.deepEqual(await gauges('open'), { ...NONE, started: 1 });
    assert.equal(answered(await asked, 200).status, 'succeeded');
    assert.equal(answered(await s.get(`${QUEUE}/${id}`), 200).state, 'succeeded');
    paper.mood();
  });
});
