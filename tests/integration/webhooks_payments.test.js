/*
 * webhooks_payments.test.js: what Stripe tells of payments is what is stored: each event alone, twice, and in whatever order it comes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered } = require('./support/expect');
const { eventsOf } = require('./support/events');
const { suite } = require('./support/suite');
const { chargeOf, intentOf, refundOf, disputeOf } = require('./support/told');
const { deliver, eventOf, nextId, now, send, untilEvent } = require('./support/webhooks');

suite('what Stripe tells of payments', { env: { STRIPE_LITE_WEBHOOKS_BACKOFF: '1' } }, (s) => {
  const tell = async (type, object, more = {}, outcome = 'applied') => {
    const stored = await deliver(s, eventOf(type, object, more), s.server.stripeSecret);
    assert.equal(stored.outcome, outcome, JSON.stringify(stored));
    return stored;
  };
  const replay = async (stored) => {
    answered(await s.post(`/api/v1/admin/webhooks/events/${stored.id}/replay`, {}), 200);
    return untilEvent(s, stored.id);
  };
  /* Told, and processed twice more: the events that this server has of it. */
  const toldTypes = async (type, object, more) => (await eventsOf(s, async () => {
    const stored = await tell(type, object, more);
    await replay(stored);
    await replay(stored);
  })).map((event) => event.type).sort();
  const intent = (id) => s.stripe.paymentIntents.retrieve(id);
  const charge = (id) => s.stripe.charges.retrieve(id);

  s.test('payment_intent.succeeded makes the intent and its charge, once', async () => {
    const told = intentOf({ status: 'succeeded', amount_received: 2000, latest_charge: nextId('ch'), metadata: { order: '7' }, description: 'Seven' });
    assert.deepEqual(await toldTypes('payment_intent.succeeded', told), ['charge.succeeded', 'payment_intent.created', 'payment_intent.succeeded']);
    const found = await intent(told.id);
    assert.deepEqual([found.status, found.amount, found.amount_received, found.latest_charge, found.description, found.created], ['succeeded', 2000, 2000, told.latest_charge, 'Seven', told.created]);
    assert.deepEqual({ ...found.metadata }, { order: '7' });
    const paid = await charge(told.latest_charge);
    assert.deepEqual([paid.status, paid.amount, paid.amount_captured, paid.payment_intent, paid.paid], ['succeeded', 2000, 2000, told.id, true]);
    const moved = await s.stripe.balanceTransactions.retrieve(paid.balance_transaction);
    assert.deepEqual([moved.amount, moved.source, moved.type], [2000, paid.id, 'charge']);
  });

  s.test('an object with the least that it can have is taken too', async () => {
    const id = nextId('pi');
    await tell('payment_intent.succeeded', { id, object: 'payment_intent', amount: 500, currency: 'usd', status: 'succeeded' });
    assert.equal((await intent(id)).status, 'succeeded');
    const ch = nextId('ch');
    await tell('charge.succeeded', { id: ch, object: 'charge', amount: 700, currency: 'eur', status: 'succeeded' });
    const found = await charge(ch);
    assert.deepEqual([found.status, found.currency], ['succeeded', 'eur']);
    assert.equal((await intent(found.payment_intent)).status, 'succeeded');
    const lite = answered(await s.get(`/payments/${ch}`), 200);
    assert.deepEqual([lite.status, lite.amount], ['succeeded', 7]);
  });

  s.test('what is no payment that can be is kept and changes nothing', async () => {
    for (const more of [{ amount: -1 }, { amount: 0 }, { amount: 'much' }, { amount: 99999999999999 }, { currency: 'zzz' }, { currency: 7 }, { status: 'unheard_of' }]) {
      const told = chargeOf({ ...more });
      await tell('charge.updated', told);
      answered(await s.get(`/v1/charges/${told.id}`), 404);
    }
  });

  s.test('payment_intent.processing, requires_action, payment_failed and canceled', async () => {
    const told = intentOf({ status: 'processing' });
    assert.deepEqual(await toldTypes('payment_intent.processing', told, { created: now() - 50 }), ['payment_intent.created', 'payment_intent.processing']);
    assert.equal((await intent(told.id)).status, 'processing');
    const action = { ...told, status: 'requires_action', next_action: { type: 'redirect_to_url', redirect_to_url: { url: 'https://bank.example.com/3ds', return_url: null } } };
    assert.deepEqual(await toldTypes('payment_intent.requires_action', action, { created: now() - 40 }), ['payment_intent.requires_action']);
    assert.equal((await intent(told.id)).next_action.redirect_to_url.url, 'https://bank.example.com/3ds');
    const failed = nextId('ch');
    const error = { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds', message: 'Your card has insufficient funds.', charge: failed };
    assert.deepEqual(await toldTypes('payment_intent.payment_failed', { ...told, status: 'requires_payment_method', last_payment_error: error, latest_charge: failed }, { created: now() - 30 }), ['charge.failed', 'payment_intent.payment_failed']);
    const found = await intent(told.id);
    assert.deepEqual([found.status, found.last_payment_error.code, found.last_payment_error.decline_code, found.latest_charge], ['requires_payment_method', 'card_declined', 'insufficient_funds', failed]);
    assert.deepEqual([(await charge(failed)).status, (await charge(failed)).failure_code], ['failed', 'card_declined']);
    assert.deepEqual(await toldTypes('payment_intent.canceled', { ...told, status: 'canceled', cancellation_reason: 'abandoned', canceled_at: 1700000000 }, { created: now() - 20 }), ['payment_intent.canceled']);
    const gone = await intent(told.id);
    assert.deepEqual([gone.status, gone.cancellation_reason, gone.canceled_at], ['canceled', 'abandoned', 1700000000]);
    await tell('payment_intent.succeeded', { ...told, status: 'succeeded' });
    assert.equal((await intent(told.id)).status, 'canceled'); /* the end is the end */
  });

  s.test('a failure without a charge: the customer did not authenticate', async () => {
    const told = intentOf({ status: 'requires_payment_method', last_payment_error: { type: 'invalid_request_error', code: 'payment_intent_authentication_failure', message: 'No.' } });
    assert.deepEqual(await toldTypes('payment_intent.payment_failed', told), ['payment_intent.created', 'payment_intent.payment_failed']);
    assert.equal((await intent(told.id)).last_payment_error.code, 'payment_intent_authentication_failure');
  });

  s.test('authorized, captured in part; authorized, given back', async () => {
    const told = intentOf({ status: 'requires_capture', capture_method: 'manual', amount_capturable: 2000, latest_charge: nextId('ch') });
    assert.deepEqual(await toldTypes('payment_intent.amount_capturable_updated', told, { created: now() - 50 }), ['charge.succeeded', 'payment_intent.amount_capturable_updated', 'payment_intent.created']);
    assert.equal((await intent(told.id)).amount_capturable, 2000);
    assert.deepEqual(await toldTypes('payment_intent.succeeded', { ...told, status: 'succeeded', amount_received: 1500 }, { created: now() - 40 }), ['charge.captured', 'payment_intent.succeeded']);
    assert.deepEqual([(await intent(told.id)).amount_received, (await charge(told.latest_charge)).amount_captured], [1500, 1500]);
    const other = { ...told, id: nextId('pi'), latest_charge: nextId('ch') };
    await tell('payment_intent.amount_capturable_updated', other, { created: now() - 30 });
    assert.deepEqual(await toldTypes('payment_intent.canceled', { ...other, status: 'canceled' }, { created: now() - 20 }), ['charge.refunded', 'payment_intent.canceled']);
    assert.deepEqual([(await intent(other.id)).status, (await charge(other.latest_charge)).refunded], ['canceled', true]);
  });

  s.test('an intent that was made here is settled by its id', async () => {
    const made = await s.stripe.paymentIntents.create({ amount: 1200, currency: 'usd' });
    assert.deepEqual(await toldTypes('payment_intent.succeeded', { id: made.id, object: 'payment_intent', status: 'succeeded', amount: 1200, amount_received: 1200, currency: 'usd' }), ['charge.succeeded', 'payment_intent.succeeded']);
    assert.equal((await intent(made.id)).status, 'succeeded');
    const waits = await s.stripe.paymentIntents.create({ amount: 1300, currency: 'usd', payment_method: 'pm_card_threeDSecure2Required', confirm: true, return_url: 'https://example.com/back' });
    assert.equal(waits.status, 'requires_action');
    assert.deepEqual(await toldTypes('payment_intent.succeeded', { id: waits.id, object: 'payment_intent', status: 'succeeded' }), ['charge.succeeded', 'payment_intent.succeeded']);
    assert.equal((await intent(waits.id)).status, 'succeeded');
    for (const [type, status, more] of [['payment_intent.canceled', 'canceled', {}], ['payment_intent.payment_failed', 'requires_payment_method', { last_payment_error: { code: 'card_declined' } }]]) {
      const third = await s.stripe.paymentIntents.create({ amount: 1400, currency: 'usd', payment_method: 'pm_card_threeDSecure2Required', confirm: true, return_url: 'https://example.com/back' });
      await tell(type, { id: third.id, object: 'payment_intent', status, ...more });
      assert.equal((await intent(third.id)).status, status);
    }
  });

  s.test('charge.succeeded and charge.failed', async () => {
    const told = chargeOf({ description: 'Eight', receipt_email: 'told@example.com', metadata: { order: '8' } });
    assert.deepEqual(await toldTypes('charge.succeeded', told), ['charge.succeeded', 'payment_intent.created', 'payment_intent.succeeded']);
    const found = await charge(told.id);
    for (const name of ['description', 'receipt_email', 'amount', 'created', 'payment_intent', 'customer', 'payment_method']) assert.deepEqual(found[name], told[name], name);
    assert.equal(found.payment_method_details.card.last4, '4242');
    assert.equal(found.billing_details.name, 'Told');
    const failed = chargeOf({ status: 'failed', failure_code: 'card_declined', failure_message: 'No.', outcome: { reason: 'generic_decline' } });
    assert.deepEqual(await toldTypes('charge.failed', failed), ['charge.failed', 'payment_intent.created', 'payment_intent.payment_failed']);
    assert.deepEqual([(await charge(failed.id)).failure_code, (await intent(failed.payment_intent)).status], ['card_declined', 'requires_payment_method']);
    const second = chargeOf({ payment_intent: failed.payment_intent });
    assert.deepEqual(await toldTypes('charge.succeeded', second), ['charge.succeeded', 'payment_intent.succeeded']);
    assert.equal((await intent(failed.payment_intent)).latest_charge, second.id);
    const late = chargeOf({ status: 'failed', failure_code: 'expired_card', payment_intent: failed.payment_intent });
    assert.deepEqual(await toldTypes('charge.failed', late), ['charge.failed']);
    assert.deepEqual([(await intent(failed.payment_intent)).latest_charge, (await intent(failed.payment_intent)).status], [second.id, 'succeeded']);
  });

  s.test('charge.refunded, told by the charge alone, in parts', async () => {
    const told = chargeOf();
    await tell('charge.succeeded', told, { created: now() - 60 });
    assert.deepEqual(await toldTypes('charge.refunded', { ...told, amount_refunded: 500 }, { created: now() - 50 }), ['charge.refunded', 'refund.created', 'refund.updated']);
    const lite = answered(await s.get(`/payments/${told.id}`), 200);
    assert.deepEqual([lite.status, lite.amount_refunded], ['partially_refunded', 5]);
    await tell('charge.refunded', { ...told, amount_refunded: 2000, refunded: true }, { created: now() - 40 });
    assert.equal((await charge(told.id)).refunded, true);
    await tell('charge.refunded', { ...told, amount_refunded: 500 }, { created: now() - 50 }, 'superseded');
    assert.deepEqual((await s.stripe.refunds.list({ charge: told.id })).data.map(({ amount }) => amount).sort(), [1500, 500].sort());
  });

  s.test('a refund and its charge tell of the same money, whichever comes first', async () => {
    for (const order of [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]]) {
      const told = chargeOf();
      await tell('charge.succeeded', told, { created: now() - 90 });
      const [first, second] = [refundOf(told, 500), refundOf(told, 300)];
      const moves = [
        ['refund.created', first, { created: now() - 60 }],
        ['charge.refunded', { ...told, amount_refunded: 500 }, { created: now() - 60 }],
        ['refund.created', second, { created: now() - 50 }],
        ['charge.refunded', { ...told, amount_refunded: 800 }, { created: now() - 50 }],
      ].map(([type, object, more]) => eventOf(type, object, more));
      moves[1].data.previous_attributes = { amount_refunded: 0 };
      moves[3].data.previous_attributes = { amount_refunded: 500 };
      for (const i of order) await deliver(s, moves[i], s.server.stripeSecret);
      const { data } = await s.stripe.refunds.list({ charge: told.id });
      assert.deepEqual(data.map(({ amount }) => amount).sort(), [300, 500], `${order}`);
      assert.equal((await charge(told.id)).amount_refunded, 800);
    }
  });

  s.test('refund.created, updated and failed', async () => {
    const told = chargeOf();
    await tell('charge.succeeded', told, { created: now() - 90 });
    const waits = refundOf(told, 400, { status: 'pending' });
    assert.deepEqual(await toldTypes('refund.created', waits, { created: now() - 80 }), ['refund.created']);
    assert.deepEqual([(await s.stripe.refunds.retrieve(waits.id)).status, (await charge(told.id)).amount_refunded], ['pending', 400]);
    assert.deepEqual(await toldTypes('refund.updated', { ...waits, status: 'succeeded' }, { created: now() - 70 }), ['charge.refunded', 'refund.updated']);
    assert.equal((await s.stripe.refunds.retrieve(waits.id)).status, 'succeeded');
    const fails = refundOf(told, 600, { status: 'pending' });
    await tell('refund.created', fails, { created: now() - 60 });
    assert.deepEqual(await toldTypes('refund.failed', { ...fails, status: 'failed', failure_reason: 'expired_or_canceled_card' }, { created: now() - 50 }), ['charge.refund.updated', 'refund.failed']);
    assert.deepEqual([(await s.stripe.refunds.retrieve(fails.id)).status, (await charge(told.id)).amount_refunded], ['failed', 400]);
    await tell('refund.updated', { ...fails, status: 'succeeded' }, { created: now() - 40 });
    assert.equal((await s.stripe.refunds.retrieve(fails.id)).status, 'failed');
    const late = refundOf(told, 100, { status: 'failed' });
    await tell('refund.failed', late, { created: now() - 30 });
    await tell('refund.created', { ...late, status: 'pending' }, { created: now() - 35 }, 'superseded');
    assert.deepEqual([(await s.stripe.refunds.retrieve(late.id)).status, (await charge(told.id)).amount_refunded], ['failed', 400]);
    await tell('refund.created', refundOf(told, 5000));
    assert.equal((await charge(told.id)).amount_refunded, 400); /* more than there is */
  });

  s.test('a refund or dispute of a charge that is not known yet waits for it', async () => {
    const told = chargeOf();
    const [refund, dispute] = [refundOf(told, 400), disputeOf(told, 900)];
    const events = [eventOf('refund.created', refund), eventOf('charge.dispute.created', dispute)];
    for (const event of events) await deliver(s, event, s.server.stripeSecret, ['failed']);
    await tell('charge.succeeded', told, { created: now() - 10 });
    for (const event of events) await untilEvent(s, event.id);
    assert.equal((await s.stripe.refunds.retrieve(refund.id)).status, 'succeeded');
    assert.equal((await s.stripe.disputes.retrieve(dispute.id)).amount, 900);
  });

  s.test('disputes: created, reviewed, won and lost; a closing that is heard of first', async () => {
    for (const end of ['won', 'lost']) {
      const told = chargeOf();
      await tell('charge.succeeded', told, { created: now() - 90 });
      const dispute = disputeOf(told, 1500);
      assert.deepEqual(await toldTypes('charge.dispute.created', dispute, { created: now() - 80 }), ['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
      assert.equal((await charge(told.id)).disputed, true);
      assert.deepEqual(await toldTypes('charge.dispute.updated', { ...dispute, status: 'under_review' }, { created: now() - 70 }), ['charge.dispute.updated']);
      const types = await toldTypes('charge.dispute.closed', { ...dispute, status: end }, { created: now() - 60 });
      assert.deepEqual(types, end === 'won' ? ['charge.dispute.closed', 'charge.dispute.funds_reinstated'] : ['charge.dispute.closed']);
      const found = await s.stripe.disputes.retrieve(dispute.id);
      assert.deepEqual([found.status, found.amount, found.reason, found.charge], [end, 1500, 'fraudulent', told.id]);
      await tell('charge.dispute.updated', { ...dispute, status: 'under_review' });
      assert.equal((await s.stripe.disputes.retrieve(dispute.id)).status, end);
      const other = chargeOf();
      const early = disputeOf(other, 700, { status: end });
      await tell('charge.succeeded', other, { created: now() - 90 });
      await tell('charge.dispute.closed', early, { created: now() - 60 });
      await tell('charge.dispute.created', { ...early, status: 'needs_response' }, { created: now() - 80 }, 'superseded');
      assert.equal((await s.stripe.disputes.retrieve(early.id)).status, end);
    }
  });

  s.test('whatever comes first, intent, charge and refund end alike', async () => {
    const seen = [];
    const orders = [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 4, 0, 5, 1, 3], [3, 1, 5, 0, 4, 2], [4, 5, 2, 3, 0, 1]];
    for (const order of orders) {
      const told = intentOf({ created: 1700000000, capture_method: 'automatic' });
      const failed = chargeOf({ payment_intent: told.id, status: 'failed', failure_code: 'card_declined', failure_message: 'No.', created: 1700000010 });
      const good = chargeOf({ payment_intent: told.id, created: 1700000020 });
      const events = [
        ['payment_intent.created', told, 60],
        ['charge.failed', failed, 50],
        ['payment_intent.payment_failed', { ...told, latest_charge: failed.id, last_payment_error: { type: 'card_error', code: 'card_declined', message: 'No.', charge: failed.id } }, 50],
        ['charge.succeeded', good, 40],
        ['payment_intent.succeeded', { ...told, status: 'succeeded', amount_received: 2000, latest_charge: good.id, payment_method: good.payment_method }, 40],
        ['charge.refunded', { ...good, amount_refunded: 2000, refunded: true }, 30],
      ];
      for (const i of order) {
        const [type, object, ago] = events[i];
        await deliver(s, eventOf(type, object, { created: now() - ago }), s.server.stripeSecret);
      }
      const found = await intent(told.id);
      const charges = [await charge(failed.id), await charge(good.id)];
      const text = JSON.stringify([found, charges]).replaceAll(told.id, 'PI').replaceAll(failed.id, 'FAILED').replaceAll(good.id, 'GOOD');
      seen.push(text.replaceAll(good.payment_method, 'PM').replaceAll(failed.payment_method, 'PM').replaceAll(good.customer, 'CUS').replaceAll(failed.customer, 'CUS').replaceAll(found.client_secret, 'SECRET').replaceAll(/txn_\w+/g, 'TXN').replaceAll(/PI_secret_\w+/g, 'SECRET'));
    }
    for (const [i, text] of seen.entries()) assert.deepEqual(JSON.parse(text), JSON.parse(seen[0]), `${orders[i]}`);
  });

  s.test('amounts are counted as Stripe counts them', async () => {
    for (const [currency, theirs, ours] of [['jpy', 500, 500], ['isk', 50000, 500], ['ugx', 1000000, 10000], ['mga', 3000, 300000], ['kwd', 5000, 5000]]) {
      const told = chargeOf({ currency, amount: theirs });
      await tell('charge.succeeded', told);
      assert.equal((await charge(told.id)).amount, ours, currency);
    }
  });

  s.test('charge.succeeded of another system marks the charge', async () => {
    const { id: customer } = await s.stripe.customers.create({ email: 'lite@example.com' });
    const lite = (event) => send(s, '/webhooks/', event, s.server.liteSecret, { header: 'X-Signature' });
    for (const name of ['id', 'charge_id', 'gateway_reference']) {
      const made = answered(await s.post('/payments/create_charge', { customer_id: customer, amount: 20, payment_method: 'pm_card_threeDSecure2Required' }), 200);
      assert.equal(made.status, 'requires_action');
      const value = name === 'gateway_reference' ? made.charge.gateway_reference : made.charge.id;
      const told = await eventsOf(s, async () => {
        for (const id of [nextId('lite'), nextId('lite')]) {
          assert.deepEqual(answered(await lite({ event_type: 'charge.succeeded', data: { [name]: value }, id }), 200), { status: 'processed' });
          assert.equal(answered(await s.get(`/payments/${made.charge.id}`), 200).status, 'succeeded');
        }
      });
      assert.deepEqual(told.map(({ type }) => type).sort(), ['charge.succeeded', 'payment_intent.succeeded']);
      answered(await s.post('/payments/refund_charge', { charge_id: made.charge.id }), 200);
      answered(await lite({ event_type: 'charge.succeeded', data: { [name]: value }, id: nextId('lite') }), 200);
      assert.equal(answered(await s.get(`/payments/${made.charge.id}`), 200).status, 'refunded'); /* never backwards */
    }
    const declined = await s.post('/payments/create_charge', { customer_id: customer, amount: 20, payment_method: 'pm_card_chargeDeclined' });
    const failed = declined.json.error.charge;
    answered(await lite({ event_type: 'charge.succeeded', data: { id: failed.id } }), 200);
    assert.equal(answered(await s.get(`/payments/${failed.id}`), 200).status, 'failed');
    answered(await lite({ event_type: 'charge.succeeded', data: { id: 'ch_nobody' } }), 200);
    answered(await s.get('/payments/ch_nobody'), 404);
  });

  s.test('no attempt is left that a gateway would be asked about', async () => {
    assert.deepEqual(await s.server.database.rows("SELECT id FROM payment_attempts WHERE unsettled = TRUE"), []);
  });
});
