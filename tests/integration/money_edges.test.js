/*
 * money_edges.test.js: the edges of amounts, currencies and fees, and what meets in the middle of a payment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused, rejectsWith, tally } = require('./support/expect');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

/* 2.9 % and 30 cents, as set below; the fixed part is of the default currency alone. */
const FEES = { STRIPE_LITE_PAYMENTS_FEE_PERCENT: '290', STRIPE_LITE_PAYMENTS_FEE_FIXED: '30' };

suite('edges of money', { env: FEES }, (s) => {
  const BODY = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
  const pay = (values) => s.stripe.paymentIntents.create({ ...BODY, expand: ['latest_charge.balance_transaction'], ...values });
  const eventsOf = async (type, id) => (await s.stripe.events.list({ type, limit: 100 })).data.filter(({ data }) => data.object.id === id);
  const faults = async (values) => answered(await s.post('/v1/test_helpers/simulator', { latency_ms: 0, error_rate: 0, drop_answer_rate: 0, ...values }), 200);

  for (const [currency, amount, fee] of [
    ['usd', 50, 31], /* 1.45 + 30 */
    ['usd', 10050, 321], /* 291.45 + 30 */
    ['usd', 500, 45], /* 14.5 goes up */
    ['usd', 99999999, 2900030], /* 2899999.971 + 30 */
    ['jpy', 500, 15],
    ['jpy', 1017, 29], /* 29.493 */
    ['kwd', 1000, 29],
    ['kwd', 1050, 30], /* 30.45 */
    ['eur', 1050, 30],
  ]) {
    s.test(`the fee of ${amount} ${currency} is ${fee}, and the balance of that currency grows by the rest`, async () => {
      const sum = async () => {
        const { available, pending } = await s.stripe.balance.retrieve();
        return [...available, ...pending].filter((one) => one.currency === currency).reduce((all, one) => all + one.amount, 0);
      };
      const before = await sum();
      const { balance_transaction: transaction } = (await pay({ amount, currency })).latest_charge;
      assert.deepEqual([transaction.amount, transaction.fee, transaction.net, transaction.currency], [amount, fee, amount - fee, currency]);
      assert.equal(await sum() - before, amount - fee);
    });
  }

  s.test('amounts beyond the limits are refused and leave nothing', async () => {
    for (const [amount, currency, code] of [[49, 'usd', 'amount_too_small'], [100000000, 'usd', 'amount_too_large'], [49, 'jpy', 'amount_too_small'], [0, 'usd'], [-100, 'usd'],
      ['9223372036854775807', 'usd', 'amount_too_large'], ['9223372036854775808', 'usd'], ['-9223372036854775809', 'usd'], ['1e3', 'usd'], ['10.5', 'usd']]) {
      const { error } = answered(await s.post('/v1/payment_intents', { ...BODY, amount, currency }), 400);
      if (code) assert.equal(error.code, code, `${amount} ${currency}`);
    }
    refused(await s.post('/v1/payment_intents', { ...BODY, currency: 'xyz' }), 400);
  });

  s.test('both faces agree on zero and three decimals', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Ada', email: 'ada@example.com', payment_info: 'pm_card_visa' }), 200);
    for (const [currency, major, minor] of [['jpy', 500, 500], ['kwd', 1.5, 1500], ['usd', 19.99, 1999]]) {
      const { charge } = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: major, currency, payment_method: 'default' }), 200);
      const stored = await s.stripe.charges.retrieve(charge.id);
      assert.deepEqual([stored.amount, stored.currency], [minor, currency]);
      answered(await s.post('/payments/refund_charge', { charge_id: charge.id, amount: major }), 200);
      assert.equal((await s.stripe.charges.retrieve(charge.id)).amount_refunded, minor);
    }
    for (const [currency, major] of [['jpy', 500.5], ['kwd', 1.2345], ['usd', 19.999]]) {
      answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: major, currency, payment_method: 'default' }), 422);
    }
  });

  s.test('after a partial capture no more than that is refunded', async () => {
    const { id } = await pay({ capture_method: 'manual', expand: [] });
    await rejectsWith(s.stripe.refunds.create({ payment_intent: id, amount: 100 }), { statusCode: 400 });
    await rejectsWith(s.stripe.paymentIntents.capture(id, { amount_to_capture: 1001 }), { statusCode: 400, code: 'amount_too_large' });
    await s.stripe.paymentIntents.capture(id, { amount_to_capture: 600 });
    await rejectsWith(s.stripe.refunds.create({ payment_intent: id, amount: 601 }), { statusCode: 400 });
    const { fulfilled } = tally(await Promise.allSettled(Array.from({ length: 25 }, () => s.stripeWith(s.server.secretKey).refunds.create({ payment_intent: id, amount: 25 }))));
    assert.equal(fulfilled.length, 24);
    await rejectsWith(s.stripe.refunds.create({ payment_intent: id }), { statusCode: 400, code: 'charge_already_refunded' });
  });

  s.test('a refund against the opening of a dispute: the money leaves by one way at most twice, and the books know', async () => {
    const rounds = Array.from({ length: 8 }, async () => {
      const intent = await pay({ payment_method: 'pm_card_createDispute', expand: [] });
      const refunded = await s.post('/v1/refunds', { payment_intent: intent.id });
      assert.ok(refunded.status === 200 || refunded.json.error.code === 'charge_disputed', refunded.text);
      const dispute = await until('the dispute is there', async () => (await s.stripe.disputes.list({ payment_intent: intent.id })).data[0], 30);
      const sources = [dispute.id, ...(refunded.status === 200 ? [refunded.json.id] : [])];
      for (const source of sources) assert.equal((await s.stripe.balanceTransactions.list({ source })).data.length, 1);
      assert.equal((await eventsOf('charge.dispute.created', dispute.id)).length, 1);
    });
    await Promise.all(rounds);
  });

  s.test('a decline under a key is declined again, the same, and no card is asked twice', async () => {
    const options = { headers: { 'Idempotency-Key': 'declined-once' } };
    const send = () => s.post('/v1/payment_intents', { ...BODY, payment_method: 'pm_card_chargeDeclined' }, options);
    const first = await send();
    const { payment_intent: intent } = refused(first, 402, { code: 'card_declined' });
    const again = await Promise.all(Array.from({ length: 10 }, send));
    assert.deepEqual([...new Set(again.map(({ status, text }) => `${status} ${text}`))], [`402 ${first.text}`]);
    assert.equal((await s.stripe.charges.list({ payment_intent: intent.id })).data.length, 1);
  });

  s.test('one key, twenty times at once: one payment, and nobody gets another answer', async () => {
    await faults({ latency_ms: 100 });
    const options = { headers: { 'Idempotency-Key': 'twenty-at-once' } };
    const answers = await Promise.all(Array.from({ length: 20 }, () => s.post('/v1/payment_intents', { ...BODY, metadata: { at: 'once' } }, options)));
    await faults({});
    const told = answers.filter(({ status }) => status === 200);
    answers.filter(({ status }) => status !== 200).forEach((answer) => refused(answer, 409, { code: 'idempotency_key_in_use' }));
    assert.equal(new Set(told.map(({ text }) => text)).size, 1);
    assert.equal((await s.stripe.paymentIntents.search({ query: "metadata['at']:'once'" })).data.length, 1);
  });
});

/* Money is available at once here. */
suite('settling', { env: { ...FEES, STRIPE_LITE_PAYMENTS_AVAILABLE_AFTER: '0' } }, (s) => {
  const left = async () => Number((await s.server.database.rows("SELECT COUNT(*) AS count FROM balance_transactions WHERE status = 'pending'"))[0].count);

  s.test('a charge of which fees left nothing settles, and the ledger stays whole', async () => {
    const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, capture_method: 'manual', return_url: 'https://example.com/back' });
    await s.stripe.paymentIntents.capture(id, { amount_to_capture: 31 });
    const [transaction] = (await s.stripe.balanceTransactions.list()).data;
    assert.deepEqual([transaction.amount, transaction.fee, transaction.net], [31, 31, 0]);
    await until('it is available', async () => await left() === 0, 30);
    const { code, stdout } = await s.server.command('verify');
    assert.equal(code, 0, stdout);
  });

  if (process.env.STRIPE_LITE_TEST_LONG) s.test('twenty-five thousand that are due at once settle within a few periods, and no job dies of it', async () => {
    const { database } = s.server;
    await database.change(`INSERT INTO balance_transactions (account_id, id, created, version, type, reporting_category, status, amount, fee, net, currency, available_on)
      SELECT account_id, 'txn_many' || n, created, 1, 'charge', 'charge', 'pending', 0, 0, 0, 'usd', available_on
      FROM (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 25000) SELECT n FROM numbers) many, (SELECT * FROM balance_transactions LIMIT 1) one`);
    await until('all are available', async () => await left() === 0, 60);
    assert.deepEqual(await database.rows("SELECT name, last_error FROM jobs WHERE state = 'dead'"), []);
    await database.change("DELETE FROM balance_transactions WHERE id LIKE 'txn_many%'");
  });
});
