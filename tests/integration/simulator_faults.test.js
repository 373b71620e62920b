/*
 * simulator_faults.test.js: the gateway is slow, fails, or its answer is lost: nothing is guessed, all is found out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused, rejectsWith } = require('./support/expect');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const CALM = { latency_ms: 0, error_rate: 0, drop_answer_rate: 0 };

suite('a gateway in trouble', {}, (s) => {
  const set = async (faults) => answered(await s.post('/v1/test_helpers/simulator', { ...CALM, ...faults }), 200);
  const BODY = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
  const pay = (values, options) => s.post('/v1/payment_intents', { ...BODY, ...values }, options);
  const settled = (id, seconds = 40) => until(`${id} leaves processing`, async () => {
    const intent = await s.stripe.paymentIntents.retrieve(id);
    return intent.status !== 'processing' && intent;
  }, seconds);
  /* Runs a body under faults; the calm comes back whatever happens. */
  const under = async (faults, body) => {
    await set(faults);
    try {
      return await body();
    } finally {
      await set({});
    }
  };

  s.test('a slow gateway is waited for', async () => {
    const started = Date.now();
    const intent = await under({ latency_ms: 400 }, async () => answered(await pay(), 200));
    assert.equal(intent.status, 'succeeded');
    assert.ok(Date.now() - started >= 400, 'the latency was there');
  });

  s.test('a slow gateway of one request does not hold up another', async () => {
    await under({ latency_ms: 3000 }, async () => {
      const slow = pay();
      const started = Date.now();
      for (let i = 0; i < 20; i += 1) answered(await s.get('/v1/balance'), 200);
      assert.ok(Date.now() - started < 2500);
      assert.equal(answered(await slow, 200).status, 'succeeded');
    });
  });

  s.test('a lost answer leaves the intent processing; nothing may be done to it; then it is found out', async () => {
    const intent = await under({ drop_answer_rate: 1 }, async () => {
      const lost = answered(await pay({ capture_method: 'manual' }), 200);
      assert.equal(lost.status, 'processing');
      for (const step of ['capture', 'confirm']) refused(await s.post(`/v1/payment_intents/${lost.id}/${step}`), 400, { code: 'payment_intent_unexpected_state' });
      return lost;
    });
    assert.equal((await settled(intent.id)).status, 'requires_capture');
    assert.equal((await s.stripe.charges.list({ payment_intent: intent.id })).data.length, 1);
  });

  s.test('a retry with the same key while it is unknown does not charge again', async () => {
    const options = { headers: { 'Idempotency-Key': 'fault-lost' } };
    const [first, second] = await under({ drop_answer_rate: 1 }, async () => [await pay({}, options), await pay({}, options)]);
    const { id } = answered(first, 200);
    if (second.status === 409) refused(second, 409, { code: 'idempotency_key_in_use' });
    else assert.equal(answered(second, 200).id, id);
    assert.equal((await settled(id)).status, 'succeeded');
    const third = await until('the key is settled', async () => {
      const answer = await pay({}, options);
      return answer.status === 200 && answer;
    }, 40);
    assert.equal(third.json.id, id);
    assert.equal((await s.stripe.charges.list({ payment_intent: id })).data.length, 1);
  });

  s.test('a decline whose answer is lost is found to be a decline', async () => {
    const { id } = await under({ drop_answer_rate: 1 }, async () => answered(await pay({ payment_method: 'pm_card_chargeDeclined' }), 200));
    const intent = await settled(id);
    assert.equal(intent.status, 'requires_payment_method');
    assert.equal(intent.last_payment_error.code, 'card_declined');
  });

  s.test('create_charge says pending, then the charge succeeds', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Ada', email: 'a@example.com', payment_info: 'pm_card_visa' }), 200);
    const { charge } = await under({ drop_answer_rate: 1 }, async () => {
      const body = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 10, payment_method: 'default' }), 200);
      assert.equal(body.status, 'pending');
      assert.equal(body.charge.status, 'pending');
      refused(await s.post('/v1/refunds', { charge: body.charge.id }), 400);
      return body;
    });
    await until('the charge succeeds', async () => (await s.get(`/payments/${charge.id}`)).json.status === 'succeeded', 40);
    const list = answered(await s.get('/payments', { query: { customer_id: customer.id } }), 200);
    assert.equal(list.payments.length, 1);
  });

  s.test('a refund whose answer is lost is pending, holds its amount, then succeeds', async () => {
    const intent = answered(await pay(), 200);
    const refund = await under({ drop_answer_rate: 1 }, async () => {
      const made = await s.stripe.refunds.create({ payment_intent: intent.id, amount: 700 });
      assert.equal(made.status, 'pending');
      await rejectsWith(s.stripe.refunds.create({ payment_intent: intent.id, amount: 400 }), { statusCode: 400 });
      return made;
    });
    await until('the refund succeeds', async () => (await s.stripe.refunds.retrieve(refund.id)).status === 'succeeded', 40);
    assert.equal((await s.stripe.charges.retrieve(intent.latest_charge)).amount_refunded, 700);
  });

  s.test('errors of the gateway never charge twice and never stay open', async () => {
    const answers = await under({ error_rate: 0.5 }, () => s.expectingFailures(() =>
      Promise.all(Array.from({ length: 20 }, (_, i) => pay({ metadata: { round: 'errors', i: String(i) } })))));
    assert.ok(answers.some(({ status, json }) => status !== 200 || json.status !== 'succeeded'), 'there were errors');
    const intents = await s.stripe.paymentIntents.search({ query: "metadata['round']:'errors'", limit: 100 });
    for (const { id } of intents.data) {
      const { status } = await settled(id);
      const paid = (await s.stripe.charges.list({ payment_intent: id })).data.filter((one) => one.status === 'succeeded');
      assert.equal(paid.length, status === 'succeeded' ? 1 : 0, `${id} is ${status}`);
    }
  });

  s.test('a kill while the gateway is asked: after the start the key leads to one charge', async () => {
    const options = { headers: { 'Idempotency-Key': 'fault-kill' } };
    const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    const path = `/v1/payment_intents/${id}/confirm`;
    const body = { payment_method: 'pm_card_visa', return_url: 'https://example.com/back' };
    await set({ latency_ms: 5000 });
    const cut = s.post(path, body, options).catch((error) => error);
    await until('the gateway is being asked', async () => (await s.stripe.paymentIntents.retrieve(id)).status === 'processing');
    await s.server.kill9();
    assert.ok(await cut instanceof Error, 'the request was cut off');
    await s.server.start();
    s.reconnect();
    await set({});
    const again = await until('the key is settled', async () => {
      const answer = await s.post(path, body, options);
      if (answer.status === 409) refused(answer, 409, { code: 'idempotency_key_in_use' });
      return answer.status !== 409 && answer;
    }, 60);
    assert.ok(again.status < 500, again.text);
    const { status } = await settled(id, 60);
    const paid = (await s.stripe.charges.list({ payment_intent: id })).data.filter((one) => one.status === 'succeeded');
    assert.equal(paid.length, status === 'succeeded' ? 1 : 0);
  });

  s.test('the simulator refuses nonsense', async () => {
    for (const faults of [{ drop_answer_rate: 2 }, { drop_answer_rate: -1 }, { latency_ms: 'long' }, { colour: 'red' }]) {
      refused(await s.post('/v1/test_helpers/simulator', faults), 400);
    }
  });
});
