/*
 * gateways_several.test.js: a payment at one of two gateways, and at the other when the first surely did nothing; never at both.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { Paper, configOf } = require('./support/paper');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const BODY = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
const slate = new Paper('slate');
const paper = new Paper('paper');
const config = configOf([slate, paper], 'gateway:\n  timeout: 1\n  breaker: {failures: 3, pause: 1}\n  routes:\n    - {currency: eur, use: slate}\n    - {use: [slate, paper]}');

suite('two gateways', { env: { STRIPE_LITE_WORKERS: '1' }, config }, (s) => {
  let count = 0;
  const key = () => ({ headers: { 'Idempotency-Key': `several-${(count += 1)}` }, mayFail: true });
  const pay = (values, options) => s.post('/v1/payment_intents', { ...BODY, ...values }, options);
  const tries = (intent) => s.server.database.rows(`SELECT id, gateway, status FROM payment_attempts WHERE intent = '${intent}' ORDER BY id`);
  const health = async () => answered(await s.get('/health'), 200).gateways;
  const metric = async (name, gateway) => {
    const [, number] = (await s.get('/metrics')).text.match(new RegExp(`^stripe_lite_gateway_${name}\\{gateway="${gateway}"\\} (\\d+)$`, 'm')) || [];
    return number && Number(number);
  };
  /* Every movement is one attempt's, and no intent has two. */
  const agree = async () => {
    const booked = await s.server.database.rows("SELECT id, intent, gateway FROM payment_attempts WHERE operation = 'authorize' AND status = 'succeeded'");
    assert.equal(new Set(booked.map(({ intent }) => intent)).size, booked.length);
    for (const one of [slate, paper]) {
      const moved = one.moved().filter(({ operation }) => operation === 'authorize').map(({ attempt }) => attempt).sort();
      assert.deepEqual(moved, booked.filter(({ gateway }) => gateway === one.name).map(({ id }) => id).sort(), one.name);
    }
  };
  s.test('the rule\'s first gateway takes it', async () => {
    slate.mood();
    const { id } = answered(await pay({}), 200);
    assert.deepEqual((await tries(id)).map(({ gateway, status }) => [gateway, status]), [['slate', 'succeeded']]);
    await agree();
  });

  for (const [name, mood, status] of [
    ['not sent', { answer: 'not_sent' }, 'not_sent'],
    ['a processing error', { answer: 'declined', code: 'processing_error' }, 'declined'],
    ['advice to try later', { answer: 'declined', decline_code: 'generic_decline', advice: 'try_again_later' }, 'declined'],
  ]) {
    s.test(`after ${name} the next gateway takes it, under a key of its own`, async () => {
      slate.mood(mood);
      const options = key();
      const answer = await pay({}, options);
      const intent = answered(answer, 200);
      slate.mood();
      assert.equal(intent.status, 'succeeded');
      const rows = await tries(intent.id);
      assert.deepEqual(rows.map((row) => [row.gateway, row.status]), [['slate', status], ['paper', 'succeeded']]);
      assert.equal(rows[1].id, `${rows[0].id}_2`);
      assert.equal((await pay({}, options)).text, answer.text);
      const refund = await s.stripe.refunds.create({ payment_intent: intent.id });
      assert.equal(refund.status, 'succeeded');
      assert.equal(paper.moved().at(-1).operation, 'refund');
      const { attempts, has_more: more } = answered(await s.get(`/payments/${intent.latest_charge}/attempts`), 200);
      assert.deepEqual([...attempts.map((one) => [one.id, one.operation, one.gateway, one.state, one.open, one.charge_id]), more],
        [[rows[0].id, 'authorize', 'slate', status, false, intent.latest_charge], [rows[1].id, 'authorize', 'paper', 'succeeded', false, intent.latest_charge],
          [attempts[2].id, 'refund', 'paper', 'succeeded', false, intent.latest_charge], false]);
      assert.equal(attempts[2].refund_id, refund.id);
      answered(await pay({}), 200); /* an answer of slate's: its breaker counts anew */
      await agree();
    });
  }

  for (const mood of [{ answer: 'declined', decline_code: 'insufficient_funds', advice: 'try_again_later' }, { answer: 'declined', decline_code: 'lost_card' }]) {
    s.test(`after ${mood.decline_code} nobody else is asked`, async () => {
      slate.mood(mood);
      const before = paper.asked().length;
      refused(await pay({}, key()), 402, { decline_code: mood.decline_code });
      slate.mood();
      assert.equal(paper.asked().length, before);
      await agree();
    });
  }

  s.test('after an answer that is lost, late or pending nobody else is asked', async () => {
    const before = paper.asked().length;
    for (const mood of [{ answer: 'lost', retrieve: 'unknown' }, { after: 1500, retrieve: 'unknown' }, { answer: 'pending', retrieve: 'pending' }]) {
      slate.mood(mood);
      const { id, status } = answered(await pay({}), 200);
      assert.equal(status, 'processing');
      slate.mood();
      await until('it is found out', async () => (await s.stripe.paymentIntents.retrieve(id)).status === 'succeeded', 60);
    }
    answered(await pay({}), 200);
    assert.equal(paper.asked().length, before);
    await agree();
  });

  s.test('the short routes say where it was charged', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Ann', email: 'ann@example.com', payment_info: 'pm_card_visa' }), 200);
    slate.mood({ answer: 'not_sent' });
    const { charge } = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 12.5, payment_method: 'default' }), 200);
    slate.mood();
    assert.deepEqual([charge.gateway, charge.status], ['paper', 'succeeded']);
    answered(await pay({}), 200);
    await agree();
  });

  s.test('an order\'s payment says where it was paid', async () => {
    slate.mood({ answer: 'declined', code: 'processing_error' });
    const order = answered(await s.post('/api/v1/orders', { currency: 'usd', lines: [{ description: 'A book', unit_price: 12 }] }), 200);
    const { payment_intent_id: id } = answered(await s.post('/api/v1/payments/stripe/create-intent', { order_id: order.id }), 200);
    answered(await s.post(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_card_visa', return_url: BODY.return_url }), 200);
    slate.mood();
    const { status, gateway_details: details } = answered(await s.post('/api/v1/payments/stripe/confirm', { payment_intent_id: id, order_id: order.id }), 200);
    assert.deepEqual([status, details.gateway], ['completed', 'paper']);
    const { attempts } = answered(await s.get(`/payments/${details.charge_id}/attempts`), 200);
    assert.deepEqual(attempts.map(({ gateway, state, code }) => [gateway, state, code]), [['slate', 'declined', 'processing_error'], ['paper', 'succeeded', null]]);
    answered(await s.get(`/api/v1/admin/attempts/${attempts[1].id}`), 200);
    await agree();
  });

  s.test('a gateway that does not answer is skipped; where there is no other, nothing begins', async () => {
    const opened = await metric('breaker_opened_total', 'slate') || 0;
    slate.mood({ answer: 'not_sent' });
    for (let i = 0; i < 3; i += 1) answered(await pay({}), 200);
    assert.equal((await health()).slate.state, 'open', JSON.stringify(await health()));
    assert.deepEqual([await metric('breaker_state', 'slate'), await metric('breaker_state', 'paper'), await metric('breaker_opened_total', 'slate')], [2, 0, opened + 1]);
    assert.ok(await metric('failovers_total', 'slate') >= 3);
    const asked = slate.asked().length;
    const { id } = answered(await pay({}), 200);
    assert.deepEqual((await tries(id)).map(({ gateway }) => gateway), ['paper']);
    const answer = await pay({ currency: 'eur' }, key());
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.json.error.code, 'gateway_unavailable');
    assert.equal(slate.asked().length, asked);
    slate.mood();
    await until('slate is asked again', async () => {
      answered(await pay({}), 200);
      return (await health()).slate.state === 'closed';
    });
    assert.equal(await metric('breaker_state', 'slate'), 0);
    await agree();
  });
});
