/*
 * braintree_webhooks.test.js: what becomes known by Braintree's notifications alone, each applied once, the forged ones refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { until } = require('./support/poll');
const { braintreeSuite, booksAgree, timePasses } = require('./support/braintree_suite');
const { untilEvent } = require('./support/webhooks');

const BODY = { amount: 2000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
const SOON = 20; /* sooner than anybody would ask again */
const PATH = '/webhooks/braintree';

braintreeSuite('notifications of Braintree', { env: { STRIPE_LITE_GATEWAY_TIMEOUT: '1' } }, (s, upstream) => {
  const pay = (more) => s.stripe.paymentIntents.create({ ...BODY, ...more });
  const theirs = () => upstream.objects.last();
  const soon = (what, probe) => until(what, probe, SOON);
  const statusOf = async (id) => (await s.stripe.paymentIntents.retrieve(id)).status;
  const told = async (type, id) => (await s.stripe.events.list({ type, limit: 100 })).data.filter(({ data }) => data.object.id === id).length;
  const send = (form) => s.request('POST', PATH, { key: null, body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  const notify = (kind, subject = {}) => send(upstream.form(upstream.notificationOf(kind, subject)));

  s.test("a payment that is decided later is known by its notification", async () => {
    for (const [refusal, status, type] of [[null, 'succeeded', 'payment_intent.succeeded'], [['PROCESSOR_DECLINED', { processorResponse: { legacyCode: '2000' } }], 'requires_payment_method', 'payment_intent.payment_failed']]) {
      upstream.objects.authorizing = true;
      const intent = await pay();
      upstream.objects.authorizing = false;
      assert.equal(intent.status, 'processing');
      upstream.objects.decide(theirs(), refusal);
      answered(await notify(refusal ? 'transaction_settlement_declined' : 'transaction_settled', { transaction: theirs() }), 200);
      await soon('the outcome', async () => (await statusOf(intent.id)) === status);
      assert.equal(await told(type, intent.id), 1);
    }
    await booksAgree(s, upstream);
  });

  s.test('one that comes twice, or before the payment is known, changes nothing', async () => {
    const intent = await pay();
    for (let i = 0; i < 3; i += 1) answered(await notify('transaction_settled', { transaction: theirs() }), 200);
    const { attempts, outcome } = await untilEvent(s, `braintree:transaction_settled:${theirs().legacyId}`);
    assert.deepEqual([attempts, outcome], [1, 'applied']);
    answered(await notify('transaction_settled', { transaction: { ...theirs(), legacyId: 'other', orderId: 'pay_of_another' } }), 200);
    answered(await notify('transaction_settled', { transaction: { ...theirs(), legacyId: 'another', orderId: 'order 17' } }), 200);
    await untilEvent(s, 'braintree:transaction_settled:another');
    assert.equal(await statusOf(intent.id), 'succeeded');
    assert.equal(await told('payment_intent.succeeded', intent.id), 1);
    await booksAgree(s, upstream);
  });

  s.test('disputes come and go, each told once', async () => {
    for (const [end, status] of [['dispute_won', 'won'], ['dispute_lost', 'lost']]) {
      const intent = await pay();
      const dispute = { id: `d_${end}`, transaction: theirs(), amount: '15.00', reason: 'fraud', status: 'open' };
      for (let i = 0; i < 2; i += 1) answered(await notify('dispute_opened', { dispute }), 200);
      const ours = await soon('the dispute', async () => (await s.stripe.disputes.list({ payment_intent: intent.id })).data[0]);
      assert.deepEqual([ours.amount, ours.status, ours.reason], [1500, 'needs_response', 'fraudulent']);
      for (let i = 0; i < 2; i += 1) answered(await notify(end, { dispute: { ...dispute, status } }), 200);
      await soon('its end', async () => (await s.stripe.disputes.retrieve(ours.id)).status === status);
      assert.equal((await s.stripe.disputes.list({ payment_intent: intent.id })).data.length, 1);
      assert.equal(await told('charge.dispute.closed', ours.id), 1);
    }
  });

  s.test("Braintree's test, and kinds that nobody knows, are taken", async () => {
    for (const kind of ['check', 'disbursement', 'subscription_went_active']) answered(await notify(kind), 200);
    assert.equal((await s.server.database.rows("SELECT id FROM webhook_events WHERE gateway = 'braintree' AND type = 'check'")).length, 1);
  });

  s.test('a forged, cut off or unreadable one is refused, and not stored', async () => {
    await pay();
    const stored = async () => (await s.server.database.rows("SELECT id FROM webhook_events WHERE gateway = 'braintree'")).length;
    const before = await stored();
    const xml = upstream.notificationOf('transaction_settled', { transaction: theirs() });
    const good = upstream.form(xml);
    const parts = new URLSearchParams(good);
    const other = new URLSearchParams({ bt_signature: parts.get('bt_signature'), bt_payload: Buffer.from(xml.replace('settled', 'voided_')).toString('base64') }).toString();
    for (const [form, why] of [
      ['', /missing/], ['bt_payload=x', /missing/], [`bt_signature=${encodeURIComponent(parts.get('bt_signature'))}`, /missing/],
      [upstream.form(xml, { privateKey: 'another' }), /not that of bt_payload/], [upstream.form(xml, { publicKey: 'another' }), /public key/],
      [other, /not that of bt_payload/], [good.slice(0, -10), /not that of bt_payload|missing/], [good.replace('bt_signature=', 'bt_signature=%'), /missing|public key/],
      [upstream.form('no document'), /no XML document/], [upstream.form(xml.slice(0, -20)), /no XML document/], [upstream.form('<notification/>'), /no kind/],
      [upstream.form(`<!DOCTYPE n [<!ENTITY k "check">]><notification><kind>&k;</kind></notification>`), /no XML document/],
      [upstream.form('<notification><kind>&k;</kind></notification>'), /no kind/],
      [upstream.form('<notification><kind>a kind with spaces</kind></notification>'), /no short text/],
    ]) refused(await send(form), 400, { message: why });
    refused(await s.request('POST', PATH, { key: null, body: '{"id":"evt_1"}', headers: { 'content-type': 'application/json' } }), 400);
    assert.equal(await stored(), before);
    answered(await send(good), 200);
  });

  s.test('a payment that was given up and came about nevertheless is given back', async () => {
    const { id } = await s.stripe.paymentIntents.create({ amount: 2000, currency: 'usd', payment_method: 'pm_card_visa' });
    upstream.fault('drop_before');
    answered(await s.post(`/v1/payment_intents/${id}/confirm`, { return_url: BODY.return_url }), 200);
    await timePasses(s);
    await until('it is given up', async () => (await statusOf(id)) === 'requires_payment_method', 60);
    const [attempt] = await s.server.database.rows(`SELECT id FROM payment_attempts WHERE intent = '${id}'`);
    const request = upstream.requests.find(({ field, variables }) => field === 'chargePaymentMethod' && variables.input.clientMutationId === attempt.id);
    upstream.objects.handle(request.field, request.variables); /* hours later than Braintree ever is */
    answered(await notify('transaction_settled', { transaction: theirs() }), 200);
    const back = await soon('the refund', () => upstream.moved().find((one) => one.attempt === `${attempt.id}_u`));
    assert.deepEqual([back.operation, back.amount], ['refund', 2000]);
    assert.equal(theirs().status, 'VOIDED');
    await soon('the log', () => s.server.log.includes('money moved for an attempt that was given up'));
    assert.equal(await statusOf(id), 'requires_payment_method');
  });
});
