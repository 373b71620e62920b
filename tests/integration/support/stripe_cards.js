/*
 * stripe_cards.js: Stripe's test cards by their names, and what each does. Source: Stripe's document "Testing".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const visa = { brand: 'visa', last4: '4242', funding: 'credit', country: 'US' };
const decline = (decline_code, code = 'card_declined', advice_code = 'try_again_later') => ({ ...visa, decline: { code, decline_code, advice_code } });

const CARDS = {
  visa: { ...visa },
  mastercard: { ...visa, brand: 'mastercard', last4: '4444' },
  amex: { ...visa, brand: 'amex', last4: '8431' },
  chargeDeclined: { ...decline('generic_decline'), last4: '0002' },
  visa_chargeDeclinedInsufficientFunds: { ...decline('insufficient_funds'), last4: '9995' },
  chargeDeclinedInsufficientFunds: { ...decline('insufficient_funds'), last4: '9995' },
  chargeDeclinedExpiredCard: { ...decline('expired_card', 'expired_card', 'do_not_try_again'), last4: '0069' },
  chargeDeclinedIncorrectCvc: { ...decline('incorrect_cvc', 'incorrect_cvc'), last4: '0127' },
  chargeCustomerFail: { ...decline('generic_decline'), last4: '0341', attaches: true },
  authenticationRequired: { ...visa, last4: '3184', authenticates: true },
  threeDSecure2Required: { ...visa, last4: '3220', authenticates: true },
  refundPending: { ...visa, last4: '7726', refund: 'succeeded' },
  refundFail: { ...visa, last4: '5126', refund: 'failed' },
};

/* "pm_card_visa", "tok_visa", ... */
const cardOfName = (name) => CARDS[name.replace(/^(pm_card|tok)_/, '')];

module.exports = { cardOfName };
