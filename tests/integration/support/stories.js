/*
 * stories.js: what happens to customers and payments at Stripe, as the events that tell of it, each story in its order.
 *
 * The times of a story's events are a minute apart, so that their order can be known.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { chargeOf, disputeOf, intentOf, refundOf } = require('./told');
const { eventOf, nextId, now } = require('./webhooks');

const minute = 60;
const error = (charge) => ({ type: 'card_error', code: 'card_declined', decline_code: 'generic_decline', message: 'Your card was declined.', charge });

/* A payment and its charge that say the same of each other. */
function pair(i, more = {}) {
  const amount = 1000 + i;
  const intent = intentOf({ amount, metadata: { story: String(i) }, description: `Story ${i}` });
  const charge = chargeOf({ amount, payment_intent: intent.id, description: `Story ${i}`, metadata: { story: String(i) }, ...more });
  const paid = { ...intent, status: 'succeeded', amount_received: amount, latest_charge: charge.id, customer: charge.customer, payment_method: charge.payment_method };
  return { amount, intent, charge, paid };
}

const stories = [
  function customer(i) {
    const one = { id: nextId('cus'), object: 'customer', created: now() - 9000, email: `story${i}@example.com`, name: `Story ${i}`, metadata: {}, balance: 0, currency: null };
    const method = { id: nextId('pm'), object: 'payment_method', type: 'card', created: now() - 8000, customer: one.id, card: { brand: 'visa', exp_month: 8, exp_year: 2031, last4: '4242', funding: 'credit', country: 'US', fingerprint: 'F' } };
    const last = { ...one, name: `Changed again ${i}`, phone: String(i), balance: -i - 1, currency: 'usd', invoice_settings: { default_payment_method: method.id } };
    const newer = { ...method, card: { ...method.card, exp_year: 2036 } };
    return [
      ['customer.created', one],
      ['payment_method.attached', method],
      ['customer.updated', { ...one, name: `Changed ${i}`, invoice_settings: { default_payment_method: method.id } }],
      ['payment_method.updated', newer],
      ['customer.updated', last],
      i % 2 ? ['payment_method.detached', { ...newer, customer: null }] : ['customer.deleted', { ...last, invoice_settings: { default_payment_method: null }, deleted: true }],
    ];
  },
  function refunded(i) {
    const { amount, intent, charge, paid } = pair(i);
    const [first, second] = [refundOf(charge, 300), refundOf(charge, amount - 300, { status: 'pending' })];
    return [
      ['payment_intent.created', intent],
      ['charge.succeeded', charge],
      ['payment_intent.succeeded', paid],
      ['refund.created', first],
      ['charge.refunded', { ...charge, amount_refunded: 300 }, { amount_refunded: 0 }],
      ['refund.created', second],
      ['refund.updated', { ...second, status: 'succeeded' }],
      ['charge.refunded', { ...charge, amount_refunded: amount, refunded: true }, { amount_refunded: 300 }],
    ];
  },
  function failedFirst(i) {
    const { intent, charge, paid } = pair(i);
    const failed = { ...chargeOf({ amount: charge.amount, payment_intent: intent.id, status: 'failed', failure_code: 'card_declined', failure_message: 'Your card was declined.', outcome: { reason: 'generic_decline' } }) };
    return [
      ['payment_intent.created', intent],
      ['charge.failed', failed],
      ['payment_intent.payment_failed', { ...intent, last_payment_error: error(failed.id), latest_charge: failed.id }],
      ['payment_intent.requires_action', { ...intent, status: 'requires_action', next_action: { type: 'redirect_to_url', redirect_to_url: { url: 'https://bank.example.com/' } } }],
      ['payment_intent.processing', { ...intent, status: 'processing' }],
      ['charge.succeeded', charge],
      ['payment_intent.succeeded', paid],
    ];
  },
  function disputed(i) {
    const { intent, charge, paid } = pair(i);
    const dispute = disputeOf(charge, 500);
    return [
      ['payment_intent.created', intent],
      ['charge.succeeded', charge],
      ['payment_intent.succeeded', paid],
      ['charge.dispute.created', dispute],
      ['charge.dispute.updated', { ...dispute, status: 'under_review' }],
      ['charge.dispute.closed', { ...dispute, status: i % 2 ? 'won' : 'lost' }],
    ];
  },
  function canceled(i) {
    const { intent } = pair(i);
    return [
      ['payment_intent.created', intent],
      ['payment_intent.processing', { ...intent, status: 'processing' }],
      ['payment_intent.canceled', { ...intent, status: 'canceled', cancellation_reason: 'abandoned', canceled_at: 1700000000 }],
    ];
  },
  function captured(i) {
    const { amount, intent, charge, paid } = pair(i, { captured: false, amount_captured: 0 });
    const manual = { capture_method: 'manual' };
    return [
      ['payment_intent.created', { ...intent, ...manual }],
      ['charge.succeeded', charge],
      ['payment_intent.amount_capturable_updated', { ...paid, ...manual, status: 'requires_capture', amount_received: 0, amount_capturable: amount }],
      ['charge.captured', { ...charge, captured: true, amount_captured: amount }],
      ['payment_intent.succeeded', { ...paid, ...manual }],
    ];
  },
];

/* So many events, in stories: lists of events in their order. */
function storiesOf(count) {
  const told = [];
  for (let i = 0, sum = 0; sum < count; i += 1) {
    const events = stories[i % stories.length](i).map(([type, object, previous], at) => {
      const event = eventOf(type, object, { created: now() - 3600 + at * minute });
      if (previous) event.data.previous_attributes = previous;
      return event;
    });
    told.push(events.slice(0, count - sum));
    sum += events.length;
  }
  return told;
}

module.exports = { storiesOf };
