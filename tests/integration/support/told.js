/*
 * told.js: payments as Stripe's events tell of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { nextId, now } = require('./webhooks');

const intentOf = (more) => ({
  id: nextId('pi'), object: 'payment_intent', amount: 2000, amount_capturable: 0, amount_received: 0, canceled_at: null, cancellation_reason: null,
  capture_method: 'automatic', client_secret: null, created: now() - 100, currency: 'usd', customer: null, description: null, last_payment_error: null,
  latest_charge: null, livemode: false, metadata: {}, next_action: null, payment_method: null, receipt_email: null, shipping: null,
  status: 'requires_payment_method', ...more,
});

function chargeOf(more = {}) {
  const amount = more.amount ?? 2000;
  const failed = more.status === 'failed';
  return {
    id: nextId('ch'), object: 'charge', amount, amount_captured: failed ? 0 : amount, amount_refunded: 0, captured: !failed, created: now() - 100, currency: 'usd',
    customer: nextId('cus'), description: null, disputed: false, failure_code: null, failure_message: null, livemode: false, metadata: {}, outcome: null,
    paid: !failed, payment_intent: nextId('pi'), payment_method: nextId('pm'), receipt_email: null, refunded: false, shipping: null, status: 'succeeded',
    billing_details: { address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null }, email: null, name: 'Told', phone: null, tax_id: null },
    payment_method_details: {
      type: 'card',
      card: {
        amount_authorized: amount, authorization_code: null, brand: 'visa', checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' }, country: 'US', exp_month: 8,
        exp_year: 2031, fingerprint: 'Xt5EWLLDS7FJjR1c', funding: 'credit', installments: null, last4: '4242', mandate: null, network: 'visa',
        network_transaction_id: null, regulated_status: null, three_d_secure: null, wallet: null,
      },
    },
    ...more,
  };
}

const refundOf = (charge, amount, more) => ({
  id: nextId('re'), object: 'refund', amount, charge: charge.id, created: now() - 40, currency: charge.currency, metadata: {}, payment_intent: charge.payment_intent,
  reason: 'requested_by_customer', status: 'succeeded', ...more,
});

const disputeOf = (charge, amount, more) => ({
  id: nextId('du'), object: 'dispute', amount, charge: charge.id, created: now() - 40, currency: charge.currency, evidence_details: { due_by: now() + 500000 },
  metadata: {}, payment_intent: charge.payment_intent, payment_method_details: { card: { brand: 'visa', case_type: 'chargeback', network_reason_code: '83' }, type: 'card' },
  reason: 'fraudulent', status: 'needs_response', ...more,
});

module.exports = { chargeOf, disputeOf, intentOf, refundOf };
