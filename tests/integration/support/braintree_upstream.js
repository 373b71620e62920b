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
const { setTimeout: pause } = require('node:timers/promises');
const { Objects, Refused } = require('./braintree_objects');
const { ScriptedUpstream } = require('./scripted_upstream');

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

class BraintreeUpstream extends ScriptedUpstream {
  constructor() {
    super();
    Object.assign(this, { merchantId: `m${random(7)}`, publicKey: random(8), privateKey: random(16) });
    this.objects = new Objects((kind, subject) => this.tell(kind, subject));
    this.notifications = [];
    this.working = 0;
  }

  /* The settings of a server that pays here. */
  get env() {
    return { BRAINTREE_MERCHANT_ID: this.merchantId, BRAINTREE_PUBLIC_KEY: this.publicKey, BRAINTREE_PRIVATE_KEY: this.privateKey, BRAINTREE_API_BASE: this.url,
      BRAINTREE_MERCHANT_ACCOUNTS: 'usd,eur=books_eu,jpy=books_jp,kwd=books_kw' };
  }

  /* ---- one request ---- */

  async serve(request, response) {
    const body = await ScriptedUpstream.bodyOf(request);
    const basic = `Basic ${Buffer.from(`${this.publicKey}:${this.privateKey}`).toString('base64')}`;
    const { query, variables = {} } = JSON.parse(body);
    const field = fieldOf(query);
    const asked = { method: request.method, path: request.url, query, variables, headers: request.headers, field: field.name };
    this.requests.push(asked);
    if (request.url !== '/graphql' || request.method !== 'POST' || !/^\d{4}-\d\d-\d\d$/.test(request.headers['braintree-version'] || '')) {
      throw new Error(`no request of Braintree's: ${request.method} ${request.url}`);
    }
    if (field.unknown) throw new Error(`Braintree does not know ${field.unknown} in ${query}`);
    if (request.headers.authorization !== basic) {
      asked.fault = 'keys';
      this.told(response, failure('AUTHENTICATION', 'Invalid credentials.'));
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
    else if (fault === 'limit') this.told(response, failure('RESOURCE_LIMIT', 'Too many requests.'));
    else if (fault === 'busy') this.answer(response, 429, { error: 'Too many requests.' });
    else if (fault === 'unavailable') this.told(response, failure('SERVICE_AVAILABILITY', 'Try again.'));
    else if (fault === 'error_before') this.told(response, failure('INTERNAL', 'An unexpected error occurred.'));
    else if (fault === 'bad_before') this.answer(response, 502, '<html>Bad Gateway</html>');
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
    else if (fault === 'error_after') this.told(response, failure('INTERNAL', 'An unexpected error occurred.'));
    else if (fault === 'bad_after') this.answer(response, 500, 'oops');
    else if (fault === 'garbage') this.answer(response, 200, JSON.stringify(body).slice(0, -40));
    else if (fault !== 'hang') this.told(response, body);
  }

  /* With status 200, as GraphQL has it. */
  told(response, body) { this.answer(response, 200, { ...body, extensions: { requestId: `r${this.requests.length}` } }); }

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
