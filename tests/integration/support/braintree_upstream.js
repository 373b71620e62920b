/*
 * braintree_upstream.js: a Braintree to test against: an HTTP server that keeps to Braintree's public documents, with books of its
 * own, and with faults on demand. It knows no idempotency key: what is sent twice happens twice.
 *
 * What it holds to: one endpoint, POST /graphql; Basic credentials; a Braintree-Version header; status 200 whatever happened, with
 * `errors` that say a class; only fields that the reference has may be asked for. Objects and their states are in braintree_objects.js.
 *
 * Faults, for requests that move money (`fault` one after the other, `rates` by chance):
 *   unavailable    SERVICE_AVAILABILITY, not carried out
 *   error_before   INTERNAL, not carried out
 *   error_after    INTERNAL, carried out
 *   bad_before     HTTP status 502 with a page, not carried out
 *   bad_after      HTTP status 500, carried out
 *   drop_before    the connection ends, not carried out
 *   drop_after     carried out, then the connection ends
 *   garbage        carried out, and answered with half a document
 *   limit          RESOURCE_LIMIT, not carried out
 *   busy           HTTP status 429, not carried out
 *   hang           carried out, never answered
 *   late           carried out after `lateMs`, whoever waits or not
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');
const http = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');
const { Objects, Refused } = require('./braintree_objects');

const MAKING = new Set(['chargePaymentMethod', 'authorizePaymentMethod', 'refundTransaction']);
const TURNED_AWAY = new Set(['limit', 'busy', 'keys']);
const random = (bytes) => crypto.randomBytes(bytes).toString('hex');
const failure = (errorClass, message) => ({ data: { result: null }, errors: [{ message, path: ['result'], extensions: { errorType: 'developer_error', errorClass } }] });

/* What a document may name: operations, types, fields of the reference. */
const KNOWN = new Set(`query mutation input id result on
  ChargePaymentMethodInput AuthorizePaymentMethodInput CaptureTransactionInput ReverseTransactionInput RefundTransactionInput TransactionSearchInput
  TokenizeCreditCardInput VaultPaymentMethodInput DeletePaymentMethodFromVaultInput ID
  chargePaymentMethod authorizePaymentMethod captureTransaction reverseTransaction refundTransaction search transactions edges node ping idFromLegacyId legacyId type
  TRANSACTION tokenizeCreditCard vaultPaymentMethod deletePaymentMethodFromVault clientMutationId
  Transaction Refund PaymentMethod CreditCardDetails AuthorizedEvent ProcessorDeclinedEvent GatewayRejectedEvent FailedEvent
  __typename transaction refund reversal refunds orderId status amount value currencyCode paymentMethod statusHistory declineType processorResponse message cvvResponse
  networkResponse code gatewayRejectionReason legacyCode usage details brandCode last4 expirationMonth expirationYear uniqueNumberIdentifier binData debit prepaid
  countryOfIssuance verification`.split(/\s+/));

/* The name of the one field that is asked for, as `result`; the operation's own name may be any. */
function fieldOf(query) {
  const head = /^(query|mutation) ?(\w*)/.exec(query);
  const field = /\{ result: (\w+)/.exec(query);
  const words = head && field ? query.slice(head[0].length).match(/[A-Za-z_]\w*/g) : [];
  const unknown = words.find((word) => !KNOWN.has(word));
  let depth = 0;
  for (const c of query) depth += c === '{' || c === '(' ? 1 : c === '}' || c === ')' ? -1 : 0;
  return field && !unknown && depth === 0 ? { mutation: head[1] === 'mutation', name: field[1] } : { unknown: unknown || 'a syntax error' };
}

class BraintreeUpstream {
  constructor() {
    Object.assign(this, { merchantId: `m${random(7)}`, publicKey: random(8), privateKey: random(16) });
    this.objects = new Objects((kind, subject) => this.tell(kind, subject));
    Object.assign(this, { faults: [], rates: {}, wide: false, lateMs: 300, delayMs: 0, requests: [], working: 0 });
    this.receiver = null; /* where notifications go: an URL */
    this.notifications = [];
    this.deliveries = new Set();
    this.sockets = new Set();
  }

  async start() {
    this.server = http.createServer((request, response) => {
      this.serve(request, response).catch((error) => {
        this.failure = error;
        response.destroy();
      });
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise((resolve) => { this.server.listen(this.port || 0, '127.0.0.1', resolve); });
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
  }

  /* Nobody listens any more; `start` opens the same port again. */
  async stop() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => { this.server.close(resolve); });
  }

  /* The settings of a server that pays here. */
  get env() {
    return { BRAINTREE_MERCHANT_ID: this.merchantId, BRAINTREE_PUBLIC_KEY: this.publicKey, BRAINTREE_PRIVATE_KEY: this.privateKey, BRAINTREE_API_BASE: this.url,
      BRAINTREE_MERCHANT_ACCOUNTS: 'usd,eur=books_eu,jpy=books_jp,kwd=books_kw' };
  }

  /* Well again. */
  calm() { Object.assign(this, { faults: [], rates: {}, delayMs: 0, wide: false }); }

  /* The next requests that move money meet these, one each. */
  fault(...names) { this.faults.push(...names); }

  chooseFault(moves) {
    if (moves && this.faults.length > 0) return this.faults.shift();
    if (!moves && !this.wide) return null;
    let at = Math.random();
    for (const [name, rate] of Object.entries(this.rates)) {
      at -= rate;
      if (at < 0) return name;
    }
    return null;
  }

  /* ---- one request ---- */

  async serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const basic = `Basic ${Buffer.from(`${this.publicKey}:${this.privateKey}`).toString('base64')}`;
    const { query, variables = {} } = JSON.parse(Buffer.concat(chunks).toString());
    const field = fieldOf(query);
    const asked = { method: request.method, path: request.url, query, variables, headers: request.headers, field: field.name };
    this.requests.push(asked);
    if (request.url !== '/graphql' || request.method !== 'POST' || !/^\d{4}-\d\d-\d\d$/.test(request.headers['braintree-version'] || '')) {
      throw new Error(`no request of Braintree's: ${request.method} ${request.url}`);
    }
    if (field.unknown) throw new Error(`Braintree does not know ${field.unknown} in ${query}`);
    if (request.headers.authorization !== basic) {
      asked.fault = 'keys';
      this.answer(response, failure('AUTHENTICATION', 'Invalid credentials.'));
      return;
    }
    if (this.delayMs > 0) await pause(this.delayMs);
    this.working += 1;
    try {
      asked.fault = this.chooseFault(this.objects.moves(field.name));
      await this.carryOut(asked, response, asked.fault);
    } finally {
      this.working -= 1;
    }
  }

  async carryOut(asked, response, fault) {
    if (fault === 'drop_before') response.destroy();
    else if (fault === 'limit') this.answer(response, failure('RESOURCE_LIMIT', 'Too many requests.'));
    else if (fault === 'busy') this.answer(response, { error: 'Too many requests.' }, 429);
    else if (fault === 'unavailable') this.answer(response, failure('SERVICE_AVAILABILITY', 'Try again.'));
    else if (fault === 'error_before') this.answer(response, failure('INTERNAL', 'An unexpected error occurred.'));
    else if (fault === 'bad_before') this.answer(response, '<html>Bad Gateway</html>', 502);
    else {
      if (fault === 'late') await pause(this.lateMs);
      this.respond(response, fault, this.act(asked));
    }
  }

  act(asked) {
    try {
      const { partial, ...result } = { result: this.objects.handle(asked.field, asked.variables) };
      const { partial: message } = Object(result.result);
      return { data: result, ...(message && { errors: [{ message, extensions: { errorClass: 'VALIDATION' } }] }) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { data: { result: null }, errors: [{ message: error.message, path: ['result'], extensions: error.extensions }] };
    }
  }

  respond(response, fault, body) {
    if (fault === 'drop_after') response.destroy();
    else if (fault === 'error_after') this.answer(response, failure('INTERNAL', 'An unexpected error occurred.'));
    else if (fault === 'bad_after') this.answer(response, 'oops', 500);
    else if (fault === 'garbage') this.answer(response, JSON.stringify(body).slice(0, -40));
    else if (fault !== 'hang') this.answer(response, body);
  }

  answer(response, body, status = 200) {
    const whole = typeof body === 'string' ? body : JSON.stringify({ ...body, extensions: { requestId: `r${this.requests.length}` } });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(whole);
  }

  /* ---- notifications ---- */

  transactionXml({ legacyId, status, amount, orderId }) {
    return `<transaction>\n  <id>${legacyId}</id>\n  <status>${status.toLowerCase()}</status>\n  <type>sale</type>\n  <currency-iso-code>${amount.currencyCode}</currency-iso-code>
  <amount>${amount.value}</amount>\n  <order-id>${orderId}</order-id>\n  <customer>\n    <first-name nil="true"/>\n  </customer>\n</transaction>`;
  }

  disputeXml({ id, transaction, amount, reason, status }) {
    return `<dispute>\n  <amount>${amount}</amount>\n  <currency-iso-code>${transaction.amount.currencyCode}</currency-iso-code>\n  <kind>chargeback</kind>\n  <status>${status}</status>
  <reason>${reason}</reason>\n  <id>${id}</id>\n  <transaction>\n    <id>${transaction.legacyId}</id>\n    <amount>${transaction.amount.value}</amount>\n  </transaction>\n</dispute>`;
  }

  notificationOf(kind, { transaction, dispute }) {
    const subject = dispute ? this.disputeXml(dispute) : transaction ? this.transactionXml(transaction) : '<check type="boolean">true</check>';
    return `<?xml version="1.0" encoding="UTF-8"?>\n<notification>\n  <timestamp type="datetime">${new Date().toISOString()}</timestamp>\n  <kind>${kind}</kind>\n  <subject>\n${subject}\n  </subject>\n</notification>\n`;
  }

  /* The form of a notification, signed. */
  form(xml, { publicKey = this.publicKey, privateKey = this.privateKey } = {}) {
    const payload = `${Buffer.from(xml).toString('base64').replace(/.{60}/g, '$&\n')}\n`;
    const key = crypto.createHash('sha1').update(privateKey).digest();
    const signature = `${publicKey}|${crypto.createHmac('sha1', key).update(payload).digest('hex')}`;
    return new URLSearchParams({ bt_signature: signature, bt_payload: payload }).toString();
  }

  tell(kind, subject) {
    const form = this.form(this.notificationOf(kind, subject));
    this.notifications.push({ kind, form });
    if (!this.receiver) return;
    const delivery = this.deliver(form).finally(() => this.deliveries.delete(delivery));
    this.deliveries.add(delivery);
  }

  /* Until it is acknowledged, as Braintree does, only faster. */
  async deliver(form) {
    for (let tries = 0; tries < 600 && this.receiver; tries += 1) {
      const answer = await fetch(this.receiver, { method: 'POST', body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } }).catch(() => null);
      if (answer && answer.status >= 200 && answer.status < 300) return;
      await pause(100);
    }
  }

  /* ---- the books ---- */

  /* The movements so far: {attempt, operation, amount}. */
  moved() { return this.objects.books; }

  /* Attempts whose payment or refund was sent again although Braintree may have carried it out. */
  sentTwice() {
    const seen = new Set();
    return this.requests.filter(({ field, fault }) => MAKING.has(field) && !TURNED_AWAY.has(fault))
      .map(({ field, variables }) => `${field} ${variables.input.clientMutationId}`).filter((one) => seen.has(one) || !seen.add(one));
  }
}

module.exports = { BraintreeUpstream };
