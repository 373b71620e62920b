/*
 * cards.js: the test cards and how each must behave.
 *
 * `payment_method` is the name the SDK sends. A decline's row holds what the error must say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const VISA = '4242424242424242';

const DECLINES = [
  { number: '4000000000000002', code: 'card_declined', decline_code: 'generic_decline', payment_method: 'pm_card_chargeDeclined' },
  { number: '4000000000009995', code: 'card_declined', decline_code: 'insufficient_funds', payment_method: 'pm_card_chargeDeclinedInsufficientFunds' },
  { number: '4000000000000069', code: 'expired_card', decline_code: 'expired_card', payment_method: 'pm_card_chargeDeclinedExpiredCard' },
  { number: '4000000000000127', code: 'incorrect_cvc', decline_code: 'incorrect_cvc', payment_method: 'pm_card_chargeDeclinedIncorrectCvc' },
  { number: '4000000000000119', code: 'processing_error', decline_code: 'processing_error', payment_method: 'pm_card_chargeDeclinedProcessingError' },
];

/* These attach, and decline when charged. */
const ATTACHES_THEN_DECLINES = { number: '4000000000000341', code: 'card_declined', payment_method: 'pm_card_chargeCustomerFail' };

const THREE_D_SECURE = [
  { number: '4000002500003155' },
  { number: '4000002760003184', payment_method: 'pm_card_authenticationRequired' },
  { number: '4000000000003220', payment_method: 'pm_card_threeDSecure2Required' },
];

const DISPUTED = { number: '4000000000000259', payment_method: 'pm_card_createDispute' };

function numbers() {
  return [VISA, ATTACHES_THEN_DECLINES.number, DISPUTED.number, ...DECLINES.map((c) => c.number), ...THREE_D_SECURE.map((c) => c.number)];
}

/* The parameters of a card payment method with that number. */
function card(number) {
  return { type: 'card', card: { number, exp_month: 12, exp_year: new Date().getUTCFullYear() + 3, cvc: '314' } };
}

module.exports = { VISA, DECLINES, ATTACHES_THEN_DECLINES, THREE_D_SECURE, DISPUTED, numbers, card };
