/*
 * stripe_suite.js: a suite whose server pays at a Stripe of its own.
 *
 *   stripeSuite('captures', {}, (s, upstream) => { s.test(...) });
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { StripeUpstream } = require('./stripe_upstream');
const { suitesOf } = require('./upstream_suite');

const { gatewaySuite: stripeSuite, booksAgree } = suitesOf('stripe', StripeUpstream);

module.exports = { stripeSuite, booksAgree };
