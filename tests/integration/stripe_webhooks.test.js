/*
 * stripe_webhooks.test.js: what becomes known by Stripe's events alone: authentications, payments and refunds that take their time,
 * disputes, and money that moves after everybody gave it up.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { stripeSuite, booksAgree } = require('./support/stripe_suite');

const BODY = { amount: 2000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
/* Sooner than anybody would ask again: a customer's authentication is looked at after a minute. */
const SOON = 20;

stripeSuite('events of Stripe', { env: { STRIPE_LITE_GATEWAY_TIMEOUT: '1' } }, (s, upstream) => {
  const pay = (more) => s.stripe.paymentIntents.create({ ...BODY, ...more });
  const theirs = (intent) => intent.next_action.redirect_to_url.url.split('/').at(-1);
  const soon = (what, probe) => until(what, probe, SOON);
  const statusOf = async (id) => (await s.stripe.paymentIntents.retrieve(id)).status;
  const told = async (type, id) => (await s.stripe.events.list({ type, limit: 100 })).data.filter(({ data }) => data.object.id === id).length;

  s.test('events are sent here', () => { upstream.receiver = `${s.server.url.origin}/stripe/webhook`; });

  s.test('the customer authenticates and never comes back', async () => {
    for (const [good, status] of [[true, 'succeeded'], [false, 'requires_payment_method']]) {
      const intent = await pay({ payment_method: 'pm_card_threeDSecure2Required' });
      assert.equal(intent.status, 'requires_action');
      upstream.objects.decide(theirs(intent), good);
      await soon('the outcome', async () => (await statusOf(intent.id)) === status);
    }
    await booksAgree(s, upstream);
  });

  s.test('a setup that the customer authenticates', async () => {
    const { id: customer } = await s.stripe.customers.create({ email: 'setup@example.com' });
    const setup = await s.stripe.setupIntents.create({ customer, payment_method: 'pm_card_threeDSecure2Required', confirm: true, return_url: BODY.return_url });
    assert.equal(setup.status, 'requires_action');
    upstream.objects.decide(theirs(setup), true);
    await soon('the outcome', async () => (await s.stripe.setupIntents.retrieve(setup.id)).status === 'succeeded');
    assert.equal((await s.stripe.customers.listPaymentMethods(customer)).data.length, 1);
  });

  s.test('a payment that Stripe decides later', async () => {
    for (const [good, status, type] of [[true, 'succeeded', 'payment_intent.succeeded'], [false, 'requires_payment_method', 'payment_intent.payment_failed']]) {
      upstream.objects.processing = true;
      const intent = await pay();
      upstream.objects.processing = false;
      assert.equal(intent.status, 'processing');
      const at = [...upstream.objects.intents.values()].at(-1);
      upstream.objects.decide(at.id, good, { code: 'card_declined', decline_code: 'do_not_honor' });
      await soon('the outcome', async () => (await statusOf(intent.id)) === status);
      assert.equal(await told(type, intent.id), 1);
    }
    await booksAgree(s, upstream);
  });

  s.test('a refund that ends later', async () => {
    for (const [method, end] of [['pm_card_refundPending', 'succeeded'], ['pm_card_refundFail', 'failed']]) {
      const intent = await pay({ payment_method: method });
      const refund = await s.stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
      assert.equal(refund.status, 'pending');
      upstream.objects.refundDecide([...upstream.objects.refunds.values()].at(-1).id, end);
      await soon('the refund ends', async () => (await s.stripe.refunds.retrieve(refund.id)).status === end);
    }
    await booksAgree(s, upstream);
  });

  s.test('events that come twice, and in any order, change nothing', async () => {
    const intent = await pay();
    await Promise.all(upstream.deliveries);
    const again = upstream.events.filter((event) => event.data.object.metadata).reverse();
    for (const event of again) await upstream.deliver(event);
    assert.equal(await statusOf(intent.id), 'succeeded');
    assert.equal(await told('payment_intent.succeeded', intent.id), 1);
    await booksAgree(s, upstream);
  });

  s.test('disputes come and go', async () => {
    for (const end of ['won', 'lost']) {
      const intent = await pay();
      const { id } = upstream.objects.dispute([...upstream.objects.intents.values()].at(-1).id, 1500);
      const dispute = await soon('the dispute', async () => (await s.stripe.disputes.list({ payment_intent: intent.id })).data[0]);
      assert.deepEqual([dispute.amount, dispute.status, dispute.reason], [1500, 'needs_response', 'fraudulent']);
      upstream.objects.disputeClose(id, end);
      await soon('its end', async () => (await s.stripe.disputes.retrieve(dispute.id)).status === end);
    }
  });

  s.test('a payment that was given up and came about nevertheless is given back', async () => {
    const { id } = await s.stripe.paymentIntents.create({ amount: 2000, currency: 'usd', payment_method: 'pm_card_visa' });
    upstream.fault('error_before');
    answered(await s.post(`/v1/payment_intents/${id}/confirm`, { return_url: BODY.return_url }), 200);
    await until('it is given up', async () => (await statusOf(id)) === 'requires_payment_method', 60);
    const [attempt] = await s.server.database.rows(`SELECT id FROM payment_attempts WHERE intent = '${id}'`);
    const request = upstream.requests.find((one) => one.key === attempt.id);
    upstream.objects.handle(request, upstream.url); /* what failed half-way is completed at Stripe */
    const back = await soon('the refund', () => upstream.moved().find((one) => one.attempt === `${attempt.id}_u`));
    assert.deepEqual([back.operation, back.amount], ['refund', 2000]);
    await soon('the log', () => s.server.log.includes('money moved for an attempt that was given up'));
    assert.equal(await statusOf(id), 'requires_payment_method');
  });
});
