/*
 * stripe_objects.js: the objects of stripe_upstream.js, in memory: customers, payment methods, payment and setup intents, refunds,
 * disputes; their states and errors as Stripe's reference has them; and the books, a line for each movement of money.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');
const { cardOfName } = require('./stripe_cards');

class Refused extends Error {
  constructor(status, body) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

const id = (prefix) => `${prefix}_${crypto.randomBytes(12).toString('hex')}`;
const now = () => Math.floor(Date.now() / 1000);
const invalid = (message, more = {}, status = 400) => { throw new Refused(status, { type: 'invalid_request_error', message, ...more }); };
const missing = (what, value, param = 'id') => invalid(`No such ${what}: '${value}'`, { code: 'resource_missing', param }, 404);
const number = (value, param) => {
  if (!/^\d+$/.test(value || '')) invalid(`Invalid integer: ${value}`, { param });
  return Number(value);
};

/* As ISO 4217 would have it, where Stripe's amounts must end in zeros. */
const STEPS = { isk: 100, ugx: 100, kwd: 10, bhd: 10, jod: 10, omr: 10, tnd: 10 };

class Objects {
  constructor(tell) {
    this.tell = tell;
    this.books = [];
    this.feePerMille = 29;
    this.scriptOnly = false; /* authentications are left to Stripe's script */
    this.processing = false; /* payments are decided later, by `decide` */
    for (const name of ['customers', 'methods', 'intents', 'setups', 'refunds', 'disputes']) this[name] = new Map();
    this.routes = [
      ['GET', '/v1/balance', () => ({ object: 'balance', available: [], pending: [], livemode: false })],
      ['POST', '/v1/customers', this.customerCreate],
      ['POST', '/v1/customers/:id', (asked, name) => Object.assign(this.customers.get(name) || missing('customer', name), asked.params)],
      ['POST', '/v1/payment_methods', this.methodCreate],
      ['GET', '/v1/payment_methods/:id', this.methodShow],
      ['POST', '/v1/payment_methods/:id/attach', this.methodAttach],
      ['POST', '/v1/payment_methods/:id/detach', this.methodDetach],
      ['POST', '/v1/payment_intents', this.intentCreate, true],
      ['GET', '/v1/payment_intents', (asked) => this.list(this.intents, asked, '/v1/payment_intents')],
      ['GET', '/v1/payment_intents/search', this.intentSearch],
      ['GET', '/v1/payment_intents/:id', (asked, name) => this.shown(this.intent(name), asked)],
      ['POST', '/v1/payment_intents/:id/capture', this.intentCapture, true],
      ['POST', '/v1/payment_intents/:id/cancel', (asked, name) => this.cancel(asked, this.intent(name), 'payment_intent'), true],
      ['POST', '/v1/setup_intents', this.setupCreate, true],
      ['GET', '/v1/setup_intents', (asked) => this.list(this.setups, asked, '/v1/setup_intents')],
      ['GET', '/v1/setup_intents/:id', (asked, name) => this.setup(name)],
      ['POST', '/v1/setup_intents/:id/cancel', (asked, name) => this.cancel(asked, this.setup(name), 'setup_intent'), true],
      ['POST', '/v1/refunds', this.refundCreate, true],
      ['GET', '/v1/refunds', (asked) => this.list(this.refunds, asked, '/v1/refunds')],
      ['GET', '/v1/refunds/:id', (asked, name) => this.refunds.get(name) || missing('refund', name)],
    ].map(([method, path, handler, moves]) => ({ method, pattern: new RegExp(`^${path.replace(':id', '([^/]+)')}$`), handler, moves }));
  }

  route({ method, path }) { return this.routes.find((one) => one.method === method && one.pattern.test(path)); }

  /* Whether a request is about money, so that faults of money may meet it. */
  moves(asked) { return Boolean(this.route(asked)?.moves); }

  handle(asked, url) {
    this.url = url;
    const route = this.route(asked);
    if (!route) invalid(`Unrecognized request URL (${asked.method}: ${asked.path}).`, {}, 404);
    return route.handler.call(this, asked, decodeURIComponent(asked.path.match(route.pattern)[1] || ''));
  }

  intent(name) { return this.intents.get(name) || missing('payment_intent', name, 'intent'); }

  setup(name) { return this.setups.get(name) || missing('setupintent', name, 'intent'); }

  /* Makes the objects of an attempt older. */
  age(attempt, seconds) {
    for (const map of [this.intents, this.setups, this.refunds]) {
      for (const object of map.values()) if (object.metadata.stripe_lite_attempt === attempt) object.created -= seconds;
    }
  }

  /* ---- lists ---- */

  list(map, { params }, url) {
    const { created = {}, customer, payment_intent: intent, payment_method: method, limit = '10', starting_after: after } = params;
    let rows = [...map.values()].reverse().filter((row) => row.created >= Number(created.gte || 0) && row.created <= Number(created.lte || 1e12)
      && (!customer || row.customer === customer) && (!intent || row.payment_intent === intent) && (!method || row.payment_method === method));
    if (after) rows = rows.slice(rows.findIndex((row) => row.id === after) + 1);
    const expand = (params.expand || []).map((path) => path.replace(/^data\./, ''));
    const data = rows.slice(0, Number(limit)).map((row) => (row.object === 'payment_intent' ? this.shown(row, { params: { expand } }) : row));
    return { object: 'list', url, has_more: rows.length > Number(limit), data };
  }

  intentSearch({ params }) {
    const found = params.query.match(/^metadata\['(\w+)'\]:'(\w+)'$/) || invalid('The query cannot be read.');
    return { object: 'search_result', has_more: false, data: [...this.intents.values()].filter(({ metadata }) => metadata[found[1]] === found[2]) };
  }

  /* ---- customers and cards ---- */

  customerCreate({ params }) {
    const customer = { id: id('cus'), object: 'customer', created: now(), metadata: {}, ...params };
    this.customers.set(customer.id, customer);
    return customer;
  }

  methodMake(card) {
    const { brand, last4, funding, country } = card;
    const method = {
      id: id('pm'), object: 'payment_method', type: 'card', created: now(), customer: null, livemode: false, metadata: {},
      card: { brand, last4, funding, country, exp_month: 12, exp_year: 2034, fingerprint: `print${last4}`, checks: { cvc_check: 'pass' } },
    };
    Object.defineProperty(method, 'acts', { value: card });
    Object.defineProperty(method, 'used', { value: false, writable: true });
    this.methods.set(method.id, method);
    return method;
  }

  methodCreate({ params }) {
    if (params.card?.number) {
      throw new Refused(402, { type: 'card_error', code: 'card_declined', decline_code: 'test_mode_live_card', message: 'Sending credit card numbers directly to the Stripe API is generally unsafe.' });
    }
    const card = cardOfName(params.card?.token || '');
    return card ? this.methodMake(card) : missing('token', params.card?.token, 'card[token]');
  }

  methodShow(asked, name) {
    const card = name.startsWith('pm_card_') && cardOfName(name);
    return card ? this.methodMake(card) : this.method(name);
  }

  method(name, param = 'payment_method') { return this.methods.get(name) || missing('PaymentMethod', name, param); }

  methodAttach({ params }, name) {
    const method = this.method(name);
    if (!this.customers.has(params.customer)) missing('customer', params.customer, 'customer');
    const { decline, attaches } = method.acts;
    if (decline && !attaches) throw new Refused(402, { type: 'card_error', message: 'Your card was declined.', ...decline });
    if (method.customer && method.customer !== params.customer) invalid('The payment method you provided has already been attached to a customer.');
    method.customer = params.customer;
    this.tell('payment_method.attached', method);
    return method;
  }

  methodDetach(asked, name) {
    const method = this.method(name);
    if (!method.customer) invalid('The payment method you provided is not attached to a customer so detachment is impossible.');
    method.customer = null;
    method.used = true;
    this.tell('payment_method.detached', method);
    return method;
  }

  /* A card may be used once, or by the customer who keeps it. */
  methodFor(params) {
    const method = this.method(params.payment_method);
    if (params.customer && !this.customers.has(params.customer)) missing('customer', params.customer, 'customer');
    if (method.customer && method.customer !== params.customer) invalid('The payment method belongs to a Customer. Please include the Customer in the `customer` parameter.', { param: 'customer' });
    if (!method.customer && method.used) invalid('The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again.', { param: 'payment_method' });
    return method;
  }

  /* ---- payments ---- */

  book(attempt, operation, amount, currency) { this.books.push({ attempt, operation, amount, currency }); }

  shown(intent, { params }) {
    const expand = params.expand || [];
    if (!intent.latest_charge || !expand.some((path) => path.startsWith('latest_charge'))) return intent;
    const amount = intent.amount_received;
    const { currency } = intent;
    const balance = amount > 0 ? { id: `txn_${intent.id}`, object: 'balance_transaction', amount, currency, fee: Math.round((amount * this.feePerMille) / 1000), status: 'pending' } : null;
    return { ...intent, latest_charge: { id: intent.latest_charge, object: 'charge', payment_intent: intent.id, balance_transaction: balance, payment_method_details: { card: { checks: { cvc_check: 'pass' } } } } };
  }

  intentCreate(asked) {
    const { params } = asked;
    const amount = number(params.amount, 'amount');
    if (amount % (STEPS[params.currency] || 1) !== 0) invalid('The amount must end in zeros in this currency.', { code: 'parameter_invalid_integer', param: 'amount' });
    if (!/^[a-z]{3}$/.test(params.currency || '')) invalid('Missing required param: currency.', { code: 'parameter_missing', param: 'currency' });
    const method = params.payment_method ? this.methodFor(params) : null;
    const intent = {
      id: id('pi'), object: 'payment_intent', created: now(), livemode: false, amount, currency: params.currency, amount_received: 0, amount_capturable: 0,
      capture_method: params.capture_method || 'automatic_async', customer: params.customer || null, description: params.description || null,
      payment_method: params.payment_method || null, metadata: params.metadata || {}, status: 'requires_payment_method', latest_charge: null,
      last_payment_error: null, next_action: null, client_secret: id('upstream_secret'), setup_future_usage: params.setup_future_usage || null,
    };
    if (method) intent.status = 'requires_confirmation';
    this.intents.set(intent.id, intent);
    this.tell('payment_intent.created', intent);
    if (params.confirm === 'true') this.intentConfirm(intent, method, params);
    return this.shown(intent, asked);
  }

  intentConfirm(intent, method, params) {
    const { decline, authenticates } = method.acts;
    const offSession = params.off_session === 'true';
    if (!intent.setup_future_usage && !method.customer) method.used = true;
    if (authenticates && offSession) this.decline(intent, { code: 'authentication_required', decline_code: 'authentication_required' }, 'last_payment_error');
    if (authenticates) {
      intent.return_url = params.return_url;
      intent.status = 'requires_action';
      intent.next_action = params.return_url && !this.scriptOnly
        ? { type: 'redirect_to_url', redirect_to_url: { return_url: params.return_url, url: `${this.url}/authenticate/${intent.id}` } }
        : { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } };
      this.tell('payment_intent.requires_action', intent);
    } else if (this.processing) {
      intent.status = 'processing';
      this.tell('payment_intent.processing', intent);
    } else if (decline) this.decline(intent, decline, 'last_payment_error');
    else this.succeed(intent);
  }

  decline(object, decline, member) {
    const error = { type: 'card_error', message: 'Your card was declined.', ...decline };
    object[member] = error;
    object.status = 'requires_payment_method';
    object.payment_method = null;
    object.next_action = null;
    const name = object.object;
    this.tell(name === 'setup_intent' ? 'setup_intent.setup_failed' : 'payment_intent.payment_failed', object);
    throw new Refused(402, { ...error, [name]: object });
  }

  /* The money moves, or is reserved. */
  succeed(intent) {
    const manual = intent.capture_method === 'manual';
    const method = this.methods.get(intent.payment_method);
    intent.latest_charge = id('ch');
    intent.next_action = null;
    intent.status = manual ? 'requires_capture' : 'succeeded';
    intent[manual ? 'amount_capturable' : 'amount_received'] = intent.amount;
    if (intent.setup_future_usage && intent.customer) method.customer = intent.customer;
    this.book(intent.metadata.stripe_lite_attempt, 'authorize', intent.amount, intent.currency);
    this.tell('charge.succeeded', { id: intent.latest_charge, object: 'charge', payment_intent: intent.id, metadata: intent.metadata, amount: intent.amount, currency: intent.currency });
    this.tell(manual ? 'payment_intent.amount_capturable_updated' : 'payment_intent.succeeded', intent);
  }

  /* The end of what waits: a challenge, or `processing`. */
  decide(name, good, decline = { code: 'payment_intent_authentication_failure' }) {
    const object = this.intents.get(name) || this.setup(name);
    if (!['requires_action', 'processing'].includes(object.status)) throw new Error(`${name} is ${object.status}`);
    if (good && object.object === 'setup_intent') this.setupSucceed(object);
    else if (good) this.succeed(object);
    else {
      try {
        this.decline(object, decline, object.object === 'setup_intent' ? 'last_setup_error' : 'last_payment_error');
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    }
  }

  unexpected(object, what) {
    invalid(`This ${object.object} could not be ${what} because it has a status of ${object.status}.`, { code: `${object.object}_unexpected_state`, [object.object]: object });
  }

  intentCapture(asked, name) {
    const intent = this.intent(name);
    if (intent.status !== 'requires_capture') this.unexpected(intent, 'captured');
    const amount = number(asked.params.amount_to_capture || String(intent.amount_capturable), 'amount_to_capture');
    if (amount > intent.amount_capturable) invalid('The amount to capture is greater than the amount that can be captured.', { code: 'amount_too_large', param: 'amount_to_capture' });
    Object.assign(intent, { status: 'succeeded', amount_received: amount, amount_capturable: 0 });
    this.book(asked.key, 'capture', amount, intent.currency);
    this.tell('payment_intent.succeeded', intent);
    return this.shown(intent, asked);
  }

  cancel(asked, object, what) {
    if (['succeeded', 'canceled', 'processing'].includes(object.status)) this.unexpected(object, 'canceled');
    if (object.status === 'requires_capture') this.book(asked.key, 'void', object.amount_capturable, object.currency);
    Object.assign(object, { status: 'canceled', amount_capturable: 0, next_action: null, canceled_at: now() });
    this.tell(`${what}.canceled`, object);
    return object;
  }

  /* ---- setups ---- */

  setupCreate({ params }) {
    const method = this.methodFor(params);
    const { decline, attaches, authenticates } = method.acts;
    const setup = {
      id: id('seti'), object: 'setup_intent', created: now(), customer: params.customer || null, payment_method: method.id, metadata: params.metadata || {},
      status: 'requires_confirmation', last_setup_error: null, next_action: null,
    };
    this.setups.set(setup.id, setup);
    if (params.confirm !== 'true') return setup;
    if (decline && !attaches) this.decline(setup, decline, 'last_setup_error');
    if (authenticates) {
      setup.status = 'requires_action';
      setup.next_action = { type: 'redirect_to_url', redirect_to_url: { return_url: params.return_url, url: `${this.url}/authenticate/${setup.id}` } };
    } else this.setupSucceed(setup);
    return setup;
  }

  setupSucceed(setup) {
    setup.status = 'succeeded';
    setup.next_action = null;
    if (setup.customer) this.methods.get(setup.payment_method).customer = setup.customer;
    this.tell('setup_intent.succeeded', setup);
  }

  /* ---- refunds and disputes ---- */

  refundCreate({ params }) {
    const intent = this.intents.get(params.payment_intent) || missing('payment_intent', params.payment_intent, 'payment_intent');
    const given = [...this.refunds.values()].filter((one) => one.payment_intent === intent.id && one.status !== 'failed').reduce((sum, { amount }) => sum + amount, 0);
    const amount = params.amount ? number(params.amount, 'amount') : intent.amount_received - given;
    if (intent.status !== 'succeeded') invalid('This PaymentIntent has no successful charge to refund.');
    if (given >= intent.amount_received) invalid(`Charge ${intent.latest_charge} has already been refunded.`, { code: 'charge_already_refunded' });
    if (amount > intent.amount_received - given) invalid('Refund amount is greater than unrefunded amount on charge.', { code: 'amount_too_large', param: 'amount' });
    const later = this.methods.get(intent.payment_method)?.acts.refund;
    const refund = {
      id: id('re'), object: 'refund', created: now(), amount, currency: intent.currency, payment_intent: intent.id, charge: intent.latest_charge,
      metadata: params.metadata || {}, reason: params.reason || null, status: later ? 'pending' : 'succeeded',
    };
    this.refunds.set(refund.id, refund);
    this.book(refund.metadata.stripe_lite_attempt, 'refund', amount, intent.currency);
    this.tell('refund.created', refund);
    return refund;
  }

  refundDecide(name, status) {
    const refund = this.refunds.get(name);
    Object.assign(refund, { status, failure_reason: status === 'failed' ? 'expired_or_canceled_card' : undefined });
    if (status === 'failed') this.books = this.books.filter(({ attempt }) => attempt !== refund.metadata.stripe_lite_attempt);
    this.tell(status === 'failed' ? 'refund.failed' : 'refund.updated', refund);
  }

  dispute(intentName, amount) {
    const intent = this.intent(intentName);
    const dispute = { id: id('du'), object: 'dispute', amount, currency: intent.currency, charge: intent.latest_charge, payment_intent: intent.id, reason: 'fraudulent', status: 'needs_response', created: now() };
    this.disputes.set(dispute.id, dispute);
    this.tell('charge.dispute.created', dispute);
    return dispute;
  }

  disputeClose(name, status) {
    const dispute = this.disputes.get(name);
    dispute.status = status;
    this.tell('charge.dispute.closed', dispute);
  }
}

module.exports = { Objects, Refused };
