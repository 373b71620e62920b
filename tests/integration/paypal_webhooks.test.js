/*
 * paypal_webhooks.test.js: what becomes known by PayPal's events alone: payments and refunds that take their time, disputes, and money
 * that moves after everybody gave it up; and that nobody else's events are taken.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { paypalSuite, booksAgree } = require('./support/paypal_suite');
const { until } = require('./support/poll');

const BODY = { amount: 2000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
const WEBHOOK = '/webhooks/paypal';
const SOON = 20;

paypalSuite('events of PayPal', { env: { STRIPE_LITE_GATEWAY_TIMEOUT: '1' } }, (s, upstream) => {
  const pay = (more) => s.stripe.paymentIntents.create({ ...BODY, ...more });
  const soon = (what, probe) => until(what, probe, SOON);
  const statusOf = async (id) => (await s.stripe.paymentIntents.retrieve(id)).status;
  const told = async (type, id) => (await s.stripe.events.list({ type, limit: 100 })).data.filter(({ data }) => data.object.id === id).length;
  const last = (map) => [...upstream.objects[map].values()].at(-1);
  /* A payment that PayPal holds back. */
  const held = async (body) => {
    upstream.objects.pending = true;
    try {
      return await body();
    } finally {
      upstream.objects.pending = false;
    }
  };

  s.test('events are sent here', () => { upstream.receiver = `${s.server.url.origin}${WEBHOOK}`; });

  s.test('a payment that PayPal decides later', async () => {
    for (const [good, status, type] of [[true, 'succeeded', 'payment_intent.succeeded'], [false, 'requires_payment_method', 'payment_intent.payment_failed']]) {
      const intent = await held(() => pay());
      assert.equal(intent.status, 'processing');
      upstream.objects.decide(last('captures').id, good);
      await soon('the outcome', async () => (await statusOf(intent.id)) === status);
      assert.equal(await told(type, intent.id), 1);
    }
    await booksAgree(s, upstream);
  });

  s.test('the customer authenticates and never comes back', async () => {
    for (const capture_method of ['automatic', 'manual']) {
      for (const good of [true, false]) {
        const intent = await pay({ payment_method: 'pm_card_threeDSecure2Required', capture_method });
        assert.equal(intent.status, 'requires_action');
        assert.match(intent.next_action.redirect_to_url.url, new RegExp(`^https://www.sandbox.paypal.com/.*${last('orders').id}$`));
        upstream.objects.authenticate(last('orders').id, good);
        const end = good ? { automatic: 'succeeded', manual: 'requires_capture' }[capture_method] : 'requires_payment_method';
        await soon('the outcome', async () => (await statusOf(intent.id)) === end);
        const { last_payment_error: error } = await s.stripe.paymentIntents.retrieve(intent.id);
        assert.equal(error?.code, good ? undefined : 'payment_intent_authentication_failure');
      }
    }
    await booksAgree(s, upstream);
  });

  s.test('an authentication that was given up is never completed; one that is over is not given up', async () => {
    const intent = await pay({ payment_method: 'pm_card_threeDSecure2Required' });
    const { id } = last('orders');
    assert.equal((await s.stripe.paymentIntents.cancel(intent.id)).status, 'canceled');
    upstream.objects.authenticate(id, true);
    await Promise.all(upstream.deliveries);
    await soon('the event is dealt with', async () => (await s.server.database.rows("SELECT id FROM webhook_events WHERE status <> 'processed'")).length === 0);
    assert.equal(upstream.objects.orders.get(id).status, 'APPROVED', 'nobody completed it');
    const other = await pay({ payment_method: 'pm_card_threeDSecure2Required' });
    upstream.objects.orders.delete(last('orders').id); /* it expires */
    assert.equal((await s.stripe.paymentIntents.cancel(other.id)).status, 'canceled');
    await booksAgree(s, upstream);
  });

  s.test('off session, or without an address to come back to, an authentication is a decline', async () => {
    const error = await s.stripe.paymentIntents.create({ ...BODY, return_url: undefined, automatic_payment_methods: { enabled: true, allow_redirects: 'never' }, payment_method: 'pm_card_threeDSecure2Required' }).catch((one) => one);
    assert.deepEqual([error.statusCode, error.code], [402, 'authentication_required']);
    assert.equal((await pay({ off_session: true, payment_method: 'pm_card_threeDSecure2Required' })).status, 'succeeded', 'the merchant alone');
    await booksAgree(s, upstream);
  });

  s.test('a capture that PayPal decides later', async () => {
    const { id } = await pay({ capture_method: 'manual' });
    const captured = await held(() => s.stripe.paymentIntents.capture(id, { amount_to_capture: 1500 }));
    assert.equal(captured.status, 'processing');
    upstream.objects.decide(last('captures').id, true);
    await soon('the outcome', async () => (await statusOf(id)) === 'succeeded');
    await booksAgree(s, upstream);
  });

  s.test('a refund that ends later', async () => {
    for (const [good, end] of [[true, 'succeeded'], [false, 'failed']]) {
      const intent = await pay();
      const refund = await held(() => s.stripe.refunds.create({ payment_intent: intent.id, amount: 500 }));
      assert.equal(refund.status, 'pending');
      upstream.objects.refundDecide(last('refunds').id, good);
      await soon('the refund ends', async () => (await s.stripe.refunds.retrieve(refund.id)).status === end);
    }
    await booksAgree(s, upstream);
  });

  s.test('events that come twice, and in any order, change nothing', async () => {
    const intent = await pay();
    await s.stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
    await Promise.all(upstream.deliveries);
    const stored = async () => (await s.server.database.rows('SELECT id FROM webhook_events')).length;
    const before = await stored();
    assert.equal(before, upstream.events.length, 'each event is stored once');
    for (const event of [...upstream.events].reverse()) await upstream.deliver(event);
    assert.equal(await stored(), before);
    assert.equal(await statusOf(intent.id), 'succeeded');
    assert.equal(await told('payment_intent.succeeded', intent.id), 1);
    await booksAgree(s, upstream);
  });

  s.test('disputes come and go, of payments captured at once and later', async () => {
    for (const [capture_method, outcome, end] of [
      ['automatic', 'RESOLVED_SELLER_FAVOUR', 'won'], ['automatic', 'RESOLVED_BUYER_FAVOUR', 'lost'], ['manual', 'CANCELED_BY_BUYER', 'won'],
    ]) {
      const intent = await pay({ capture_method });
      if (capture_method === 'manual') await s.stripe.paymentIntents.capture(intent.id);
      const { dispute_id: theirs } = upstream.objects.dispute(last('captures').id, '15.00');
      const dispute = await soon('the dispute', async () => (await s.stripe.disputes.list({ payment_intent: intent.id })).data[0]);
      assert.deepEqual([dispute.amount, dispute.status, dispute.reason], [1500, 'needs_response', 'product_not_received']);
      upstream.objects.disputeResolve(theirs, outcome);
      await soon('its end', async () => (await s.stripe.disputes.retrieve(dispute.id)).status === end);
    }
    await booksAgree(s, upstream);
  });

  s.test("what PayPal did not sign is refused, and what is no signature of PayPal's is not even asked about", async () => {
    const text = JSON.stringify({ id: 'WH-FORGED', event_type: 'PAYMENT.CAPTURE.COMPLETED', resource: { invoice_id: 'pay_1', custom_id: 'pay_1' } });
    const signed = upstream.sign(text);
    const without = (name) => Object.fromEntries(Object.entries(signed).filter(([one]) => one !== name));
    const verified = () => upstream.requests.filter(({ path }) => path.endsWith('/verify-webhook-signature')).length;
    const post = (body, headers) => s.request('POST', WEBHOOK, { key: null, body, headers: { 'content-type': 'application/json', ...headers } });
    for (const [what, body, headers, asks] of [
      ['another body', text.replace('pay_1', 'pay_2'), signed, 1],
      ['another signature', text, { ...signed, 'paypal-transmission-sig': 'forged' }, 1],
      ['another id', text, { ...signed, 'paypal-transmission-id': 'forged' }, 1],
      ['another webhook', text, { ...signed, 'paypal-transmission-sig': upstream.mark({}, text, 'OTHER') }, 1],
      ...Object.keys(signed).map((name) => [`no ${name}`, text, without(name), 0]),
      ...['https://paypal.com.evil.example/cert', 'https://evil.example/.paypal.com/', 'http://api.paypal.com/cert', 'https://user@api.paypal.com/cert',
        'https://evilpaypal.com/cert', 'https://api.paypal.com:444/cert', 'https://api.paypal.com'].map((url) => [url, text, { ...signed, 'paypal-cert-url': url }, 0]),
      ['no JSON', text.slice(1), signed, 0],
    ]) {
      const before = verified();
      const answer = await post(body, headers);
      assert.equal(answer.status, 400, `${what}: ${answer.text}`);
      assert.equal(verified() - before, asks, what);
    }
    refused(await post(text, without('paypal-transmission-sig')), 400, { code: 'webhook_signature_invalid' });
    assert.deepEqual(await s.server.database.rows("SELECT id FROM webhook_events WHERE id LIKE '%FORGED%'"), []);
    assert.equal((await post(text, signed)).status, 200, 'the same, signed right, is taken');
  });

  s.test('while PayPal cannot be asked an event is neither taken nor refused', async () => {
    const text = JSON.stringify({ id: 'WH-LATER', event_type: 'PAYMENT.CAPTURE.PENDING', resource: {} });
    const post = () => s.request('POST', WEBHOOK, { key: null, body: text, headers: { 'content-type': 'application/json', ...upstream.sign(text) }, mayFail: true });
    await upstream.while({ drop_before: 1 }, async () => { assert.equal((await post()).status, 503); });
    assert.equal((await post()).status, 200);
  });

  s.test('a payment that was given up and came about nevertheless is given back', async () => {
    const { id } = await s.stripe.paymentIntents.create({ amount: 2000, currency: 'usd', payment_method: 'pm_card_visa' });
    let attempt;
    await upstream.while({ drop_before: 1 }, async () => {
      answered(await s.post(`/v1/payment_intents/${id}/confirm`, { return_url: BODY.return_url }), 200);
      [{ id: attempt }] = await s.server.database.rows(`SELECT id FROM payment_attempts WHERE intent = '${id}'`);
      await s.server.database.change(`UPDATE payment_attempts SET started = started - 90000 WHERE id = '${attempt}'`);
      await until('it is looked for as an old one', () => upstream.requests.some(({ path }) => path === '/v1/reporting/transactions'), 60);
    });
    await until('it is given up', async () => (await statusOf(id)) === 'requires_payment_method', 60);
    const request = upstream.requests.find((one) => one.key === attempt && one.body.payment_source);
    upstream.objects.handle(request); /* what was on its way all the time arrives at PayPal */
    const back = await soon('the refund', () => upstream.moved().find((one) => one.attempt === `${attempt}_u`));
    assert.deepEqual([back.operation, back.amount], ['refund', 2000]);
    await soon('the log', () => s.server.log.includes('money moved for an attempt that was given up'));
    assert.equal(await statusOf(id), 'requires_payment_method');
  });
});
