/*
 * paypal_suite.js: a suite whose server pays at a PayPal of its own.
 *
 *   paypalSuite('captures', {}, (s, upstream) => { s.test(...) });
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { PayPalUpstream } = require('./paypal_upstream');
const { suitesOf } = require('./upstream_suite');

const { gatewaySuite: paypalSuite, booksAgree } = suitesOf('paypal', PayPalUpstream);

module.exports = { paypalSuite, booksAgree };
