/*
 * paypal_objects.js: the objects of paypal_upstream.js, in memory: vaulted payment methods, orders with their authorizations, captures and
 * refunds, disputes, the list of transactions; their states and errors as PayPal's reference has them; and the books, a line for each
 * movement of money.
 *
 * Cards decline by the sandbox's "rejection triggers" in the holder's name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');

class Refused extends Error {
  constructor(status, name, issue, message = issue) {
    super(message);
    Object.assign(this, { status, name, issue });
  }
}

const id = () => crypto.randomBytes(9).toString('hex').slice(0, 17).toUpperCase();
const semantic = (issue) => { throw new Refused(422, 'UNPROCESSABLE_ENTITY', issue); };
const invalid = (issue) => { throw new Refused(400, 'INVALID_REQUEST', issue); };
const missing = () => { throw new Refused(404, 'RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID', 'Specified resource ID does not exist.'); };

const TRIGGERS = { 'CCREJECT-BANK_ERROR': '5100', 'CCREJECT-IF': '5120', 'CCREJECT-EC': '5400', 'CCREJECT-CVV_F': '00N7', 'CCREJECT-SF': '9500', 'CCREJECT-LS': '9520' };
const WHOLE = new Set(['JPY', 'HUF', 'TWD']);

/* Cents of two digits, whole units of the others, as our own minor units for what the tests use. */
function cents({ currency_code: currency, value } = {}) {
  if (!/^[A-Z]{3}$/.test(currency || '')) invalid('INVALID_CURRENCY_CODE');
  if (!/^\d+(\.\d+)?$/.test(value || '')) invalid('INVALID_PARAMETER_SYNTAX');
  const [whole, fraction = ''] = value.split('.');
  if (WHOLE.has(currency) ? fraction !== '' : fraction.length > 2) semantic('DECIMAL_PRECISION');
  return currency === 'JPY' ? Number(whole) : Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}

class PayPalObjects {
  constructor(tell) {
    this.tell = tell;
    this.books = [];
    this.feePerMille = 29;
    this.pending = false; /* captures and refunds are decided later, by `decide` */
    for (const name of ['vault', 'setups', 'orders', 'authorizations', 'captures', 'refunds', 'disputes']) this[name] = new Map();
    this.reporting = true; /* the app may search transactions */
    this.routes = [
      ['GET', '/v1/notifications/webhooks-event-types', () => ({ event_types: [] })],
      ['GET', '/v1/reporting/transactions', this.transactions],
      ['POST', '/v3/vault/setup-tokens', this.setupMake],
      ['POST', '/v3/vault/payment-tokens', this.vaultMake],
      ['GET', '/v3/vault/payment-tokens/:id', (asked, name) => this.vault.get(name) || missing()],
      ['DELETE', '/v3/vault/payment-tokens/:id', (asked, name) => { if (!this.vault.delete(name)) missing(); }],
      ['POST', '/v2/checkout/orders', this.orderMake, true],
      ['GET', '/v2/checkout/orders/:id', (asked, name) => this.orders.get(name) || missing()],
      ['POST', '/v2/checkout/orders/:id/capture', (asked, name) => this.orderComplete(name, 'CAPTURE'), true],
      ['POST', '/v2/checkout/orders/:id/authorize', (asked, name) => this.orderComplete(name, 'AUTHORIZE'), true],
      ['POST', '/v2/payments/authorizations/:id/capture', this.authorizationCapture, true],
      ['POST', '/v2/payments/authorizations/:id/void', this.authorizationVoid, true],
      ['POST', '/v2/payments/captures/:id/refund', this.captureRefund, true],
      ['GET', '/v2/payments/authorizations/:id', (asked, name) => this.authorizations.get(name) || missing()],
      ['GET', '/v2/payments/captures/:id', (asked, name) => this.captures.get(name) || missing()],
      ['GET', '/v2/payments/refunds/:id', (asked, name) => this.refunds.get(name) || missing()],
    ].map(([method, path, handler, moves]) => ({ method, pattern: new RegExp(`^${path.replace(':id', '([^/]+)')}$`), handler, moves }));
  }

  route({ method, path }) { return this.routes.find((one) => one.method === method && one.pattern.test(path)); }

  /* Whether a request is about money, so that faults of money may meet it. */
  moves(asked) { return Boolean(this.route(asked)?.moves); }

  handle(asked) {
    const route = this.route(asked);
    if (!route) missing();
    return route.handler.call(this, asked, decodeURIComponent(asked.path.match(route.pattern)[1] || ''));
  }

  book(attempt, operation, amount) { this.books.push({ attempt, operation, amount }); }

  /* ---- the vault ---- */

  setupMake({ body }) {
    const card = body.payment_source?.card || invalid('MISSING_REQUIRED_PARAMETER');
    if (!/^\d{13,19}$/.test(card.number || '')) semantic('INVALID_CARD_NUMBER');
    if (!/^\d{4}-\d\d$/.test(card.expiry || '')) invalid('INVALID_PARAMETER_SYNTAX');
    const brand = { 3: 'AMEX', 2: 'MASTERCARD', 5: 'MASTERCARD' }[card.number[0]] || 'VISA';
    const setup = { id: id(), status: 'APPROVED', payment_source: { card: { brand, last_digits: card.number.slice(-4), expiry: card.expiry } } };
    Object.defineProperty(setup, 'holder', { value: card.name });
    this.setups.set(setup.id, setup);
    return setup;
  }

  vaultMake({ body }) {
    const token = body.payment_source?.token || {};
    const setup = this.setups.get(token.id);
    if (token.type !== 'SETUP_TOKEN' || !setup) semantic('TOKEN_ID_NOT_FOUND');
    return this.vaultAdd(setup.payment_source, setup.holder);
  }

  /* A card or a PayPal account that somebody saved. */
  vaultAdd(source, holder) {
    const token = { id: crypto.randomBytes(6).toString('hex'), customer: { id: id() }, payment_source: source };
    Object.defineProperty(token, 'holder', { value: holder });
    this.vault.set(token.id, token);
    return token;
  }

  /* ---- orders ---- */

  part(map, attempt, order, amount, more) {
    const part = {
      id: id(), amount, invoice_id: attempt, custom_id: order.purchase_units[0].custom_id, create_time: new Date().toISOString(),
      supplementary_data: { related_ids: { order_id: order.id } }, ...more,
    };
    this[map].set(part.id, part);
    const { payments } = order.purchase_units[0];
    payments[map] = [...(payments[map] || []), part];
    return part;
  }

  orderMake({ body, key }) {
    if (!key && body.payment_source) invalid('MISSING_REQUIRED_PARAMETER');
    const unit = body.purchase_units?.[0] || invalid('MISSING_REQUIRED_PARAMETER');
    if (!['CAPTURE', 'AUTHORIZE'].includes(body.intent)) invalid('INVALID_PARAMETER_VALUE');
    cents(unit.amount);
    const order = { id: id(), intent: body.intent, status: 'CREATED', purchase_units: [{ reference_id: 'default', ...unit }], create_time: new Date().toISOString() };
    const source = body.payment_source && Object.entries(body.payment_source)[0];
    if (source) this.orderPay(order, unit, source);
    this.orders.set(order.id, order);
    return order;
  }

  /* A card of which its bank wants to know who uses it: the customer is sent there, unless the merchant pays with it by himself. */
  orderAsks(order, { experience_context: back, stored_credential: stored }, method) {
    if (method.payment_source.card?.last_digits !== '7704' || stored?.payment_initiator === 'MERCHANT' || order.approved) return false;
    order.status = 'PAYER_ACTION_REQUIRED';
    order.links = [{ rel: 'self', href: `https://api.sandbox.paypal.com/v2/checkout/orders/${order.id}` }];
    if (back?.return_url) order.links.push({ rel: 'payer-action', href: `https://www.sandbox.paypal.com/webapps/helios?action=authenticate&token=${order.id}` });
    return true;
  }

  /* The customer's part. */
  authenticate(name, good) {
    const order = this.orders.get(name);
    if (order.status !== 'PAYER_ACTION_REQUIRED') throw new Error(`${name} is ${order.status}`);
    order.status = 'APPROVED';
    order.payment_source = { card: { authentication_result: { liability_shift: good ? 'POSSIBLE' : 'NO', three_d_secure: { enrollment_status: 'Y', authentication_status: good ? 'Y' : 'N' } } } };
    Object.defineProperty(order, 'approved', { value: true });
    this.tell('CHECKOUT.ORDER.APPROVED', order);
  }

  orderComplete(name, intent) {
    const order = this.orders.get(name) || missing();
    if (order.intent !== intent) semantic('ACTION_DOES_NOT_MATCH_INTENT');
    if (order.status === 'COMPLETED') semantic(intent === 'CAPTURE' ? 'ORDER_ALREADY_CAPTURED' : 'ORDER_ALREADY_AUTHORIZED');
    if (order.status !== 'APPROVED') semantic('ORDER_NOT_APPROVED');
    this.orderPay(order, order.purchase_units[0], order.source);
    return order;
  }

  orderPay(order, unit, source) {
    const [kind, { vault_id: name }] = source;
    const method = this.vault.get(name);
    if (!method?.payment_source[kind]) semantic('TOKEN_ID_NOT_FOUND');
    if (this.orderAsks(order, source[1], method)) {
      Object.defineProperty(order, 'source', { value: source });
      return;
    }
    if (unit.invoice_id && [...this.orders.values()].some((other) => other !== order && other.status === 'COMPLETED' && other.purchase_units[0].invoice_id === unit.invoice_id)) semantic('DUPLICATE_INVOICE_ID');
    if (kind === 'paypal' && method.holder === 'DECLINES') semantic('INSTRUMENT_DECLINED');
    const response = TRIGGERS[method.holder] || '0000';
    order.status = 'COMPLETED';
    order.purchase_units[0].payments = {};
    const processed = kind === 'card' ? { processor_response: { response_code: response, cvv_code: 'M', avs_code: 'A' } } : {};
    const capture = order.intent === 'CAPTURE';
    if (response !== '0000') {
      const part = this.part(capture ? 'captures' : 'authorizations', unit.invoice_id, order, unit.amount, { status: capture ? 'DECLINED' : 'DENIED', ...processed });
      this.tell(capture ? 'PAYMENT.CAPTURE.DECLINED' : 'PAYMENT.AUTHORIZATION.VOIDED', part);
    } else if (capture) {
      this.captured(unit.invoice_id, order, unit.amount, processed, 'authorize');
    } else {
      const part = this.part('authorizations', unit.invoice_id, order, unit.amount, { status: 'CREATED', ...processed });
      this.book(unit.custom_id, 'authorize', cents(unit.amount));
      this.tell('PAYMENT.AUTHORIZATION.CREATED', part);
    }
  }

  captured(attempt, order, amount, more, operation) {
    const fee = ((cents(amount) * this.feePerMille) / 100000).toFixed(WHOLE.has(amount.currency_code) ? 0 : 2);
    const money = (value) => ({ currency_code: amount.currency_code, value });
    const part = this.part('captures', attempt, order, amount, { status: this.pending ? 'PENDING' : 'COMPLETED', final_capture: true, seller_receivable_breakdown: { gross_amount: amount, paypal_fee: money(fee) }, ...more });
    if (this.pending) {
      Object.defineProperty(part, 'decided', { value: () => this.book(attempt, operation, cents(amount)) });
      part.status_details = { reason: 'PENDING_REVIEW' };
      this.tell('PAYMENT.CAPTURE.PENDING', part);
    } else {
      this.book(attempt, operation, cents(amount));
      this.tell('PAYMENT.CAPTURE.COMPLETED', part);
    }
    return part;
  }

  /* The end of a capture that waits. */
  decide(name, good) {
    const capture = this.captures.get(name);
    if (capture.status !== 'PENDING') throw new Error(`${name} is ${capture.status}`);
    delete capture.status_details;
    capture.status = good ? 'COMPLETED' : 'DECLINED';
    if (good) capture.decided();
    this.tell(good ? 'PAYMENT.CAPTURE.COMPLETED' : 'PAYMENT.CAPTURE.DENIED', capture);
  }

  orderOf(part) { return this.orders.get(part.supplementary_data.related_ids.order_id); }

  /* ---- later ---- */

  authorizationCapture({ body }, name) {
    const authorization = this.authorizations.get(name) || missing();
    if (authorization.status === 'CAPTURED') semantic('AUTHORIZATION_ALREADY_CAPTURED');
    if (authorization.status === 'VOIDED') semantic('AUTHORIZATION_VOIDED');
    if (authorization.status !== 'CREATED') semantic('AUTHORIZATION_DENIED');
    const amount = body.amount || authorization.amount;
    if (amount.currency_code !== authorization.amount.currency_code) semantic('AUTH_CAPTURE_CURRENCY_MISMATCH');
    if (cents(amount) > cents(authorization.amount)) semantic('MAX_CAPTURE_AMOUNT_EXCEEDED');
    authorization.status = body.final_capture ? 'CAPTURED' : 'PARTIALLY_CAPTURED';
    return this.captured(body.invoice_id || authorization.invoice_id, this.orderOf(authorization), amount, {}, 'capture');
  }

  authorizationVoid({ key }, name) {
    const authorization = this.authorizations.get(name) || missing();
    if (authorization.status === 'VOIDED') semantic('PREVIOUSLY_VOIDED');
    if (authorization.status !== 'CREATED') semantic('PREVIOUSLY_CAPTURED');
    authorization.status = 'VOIDED';
    this.book(key, 'void', cents(authorization.amount));
    this.tell('PAYMENT.AUTHORIZATION.VOIDED', authorization);
    return authorization;
  }

  captureRefund({ body }, name) {
    const capture = this.captures.get(name) || missing();
    const order = this.orderOf(capture);
    const given = (order.purchase_units[0].payments.refunds || []).filter(({ status }) => status !== 'FAILED').reduce((sum, one) => sum + cents(one.amount), 0);
    const left = cents(capture.amount) - given;
    if (!['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED'].includes(capture.status)) semantic('PENDING_CAPTURE');
    if (left === 0) semantic('CAPTURE_FULLY_REFUNDED');
    const amount = body.amount || { ...capture.amount, value: (left / 100).toFixed(2) };
    if (amount.currency_code !== capture.amount.currency_code) semantic('REFUND_CAPTURE_CURRENCY_MISMATCH');
    if (cents(amount) > left) semantic('REFUND_AMOUNT_EXCEEDED');
    const refund = this.part('refunds', body.invoice_id, order, amount, { status: this.pending ? 'PENDING' : 'COMPLETED', custom_id: body.custom_id });
    capture.status = cents(amount) === left ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
    this.book(refund.invoice_id, 'refund', cents(amount));
    this.tell(this.pending ? 'PAYMENT.REFUND.PENDING' : 'PAYMENT.CAPTURE.REFUNDED', refund);
    return refund;
  }

  refundDecide(name, good) {
    const refund = this.refunds.get(name);
    refund.status = good ? 'COMPLETED' : 'FAILED';
    if (!good) this.books = this.books.filter(({ attempt }) => attempt !== refund.invoice_id);
    this.tell(good ? 'PAYMENT.CAPTURE.REFUNDED' : 'PAYMENT.REFUND.FAILED', refund);
  }

  /* ---- disputes and transactions ---- */

  dispute(captureName, amount) {
    const capture = this.captures.get(captureName);
    const dispute = {
      dispute_id: `PP-D-${crypto.randomInt(1e5)}`, create_time: new Date().toISOString(), reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED', status: 'WAITING_FOR_SELLER_RESPONSE',
      dispute_amount: { currency_code: capture.amount.currency_code, value: amount }, dispute_life_cycle_stage: 'CHARGEBACK',
      disputed_transactions: [{ seller_transaction_id: capture.id, invoice_number: capture.invoice_id, custom: capture.custom_id }],
    };
    this.disputes.set(dispute.dispute_id, dispute);
    this.tell('CUSTOMER.DISPUTE.CREATED', dispute);
    return dispute;
  }

  disputeResolve(name, outcome) {
    const dispute = this.disputes.get(name);
    Object.assign(dispute, { status: 'RESOLVED', dispute_outcome: { outcome_code: outcome } });
    this.tell('CUSTOMER.DISPUTE.RESOLVED', dispute);
  }

  transactions({ query }) {
    if (!this.reporting) throw new Refused(403, 'NOT_AUTHORIZED', 'PERMISSION_DENIED', 'You do not have permission to access or perform operations on this resource.');
    const [from, to] = ['start_date', 'end_date'].map((name) => Date.parse(query.get(name)));
    if (!(from < to)) invalid('INVALID_PARAMETER_VALUE');
    const rows = [...this.captures.values(), ...this.authorizations.values()].filter(({ create_time: time }) => Date.parse(time) >= from && Date.parse(time) <= to);
    const size = Number(query.get('page_size') || 100);
    const page = Number(query.get('page') || 1);
    const details = rows.slice((page - 1) * size, page * size).map((one) => ({
      transaction_info: { transaction_id: one.id, invoice_id: one.invoice_id, custom_field: one.custom_id, transaction_amount: one.amount, transaction_status: 'S' },
    }));
    return { transaction_details: details, total_items: rows.length, total_pages: Math.max(1, Math.ceil(rows.length / size)), page };
  }

  /* Makes what an attempt made older. */
  age(attempt, seconds) {
    for (const map of [this.orders, this.captures, this.authorizations, this.refunds]) {
      for (const one of map.values()) {
        if (one.invoice_id === attempt || one.purchase_units?.[0].custom_id === attempt) one.create_time = new Date(Date.parse(one.create_time) - seconds * 1000).toISOString();
      }
    }
  }
}

module.exports = { PayPalObjects, Refused };
