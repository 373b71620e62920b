/*
 * stripe_upstream.js: a Stripe to test against: an HTTP server that keeps to Stripe's public documents, with books of its own, and
 * with faults on demand.
 *
 * What it holds to: the first result of an Idempotency-Key is kept and given again, also a failure, with `Idempotent-Replayed`; the
 * same key with another request is an `idempotency_error`; while the first is under way it is 409 `idempotency_key_in_use`; what is
 * refused before it begins (parameters, key, rate) is not kept. Objects and their states are in stripe_objects.js.
 *
 * Faults, for requests that move money (`fault` one after the other, `rates` by chance):
 *   unavailable    503 with Stripe-Should-Retry, not carried out, not kept
 *   error_before   500, not carried out, kept under the key
 *   error_after    500, carried out, kept under the key
 *   drop_before    the connection ends, not carried out
 *   drop_after     carried out, then the connection ends
 *   garbage        carried out, and answered with half a document
 *   limit          429 with Retry-After
 *   hang           carried out, never answered
 *   late           carried out after `lateMs`, whoever waits or not
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');
const { setTimeout: pause } = require('node:timers/promises');
const { decodeForm } = require('./form');
const { ScriptedUpstream } = require('./scripted_upstream');
const { Objects, Refused } = require('./stripe_objects');

const KEPT = new Set([200, 402, 500]);

class StripeUpstream extends ScriptedUpstream {
  constructor({ secretKey = `sk_test_${crypto.randomBytes(12).toString('hex')}` } = {}) {
    super();
    this.secretKey = secretKey;
    this.webhookSecret = `whsec_${crypto.randomBytes(12).toString('hex')}`;
    this.objects = new Objects((type, object) => this.tell(type, object));
    this.kept = new Map(); /* idempotency key: {request, status, text}, or {request} while it runs */
    this.unreadable = null; /* the path of a list that never comes */
  }

  /* The settings of a server that pays here. */
  get env() {
    return { STRIPE_SECRET_KEY: this.secretKey, STRIPE_API_BASE: this.url, STRIPE_WEBHOOK_SECRET: this.webhookSecret };
  }

  /* What must stand nowhere. */
  get secrets() { return [this.secretKey, this.webhookSecret]; }

  /* ---- one request ---- */

  async serve(request, response) {
    const url = new URL(request.url, this.url);
    const body = await ScriptedUpstream.bodyOf(request);
    const params = decodeForm(request.method === 'GET' ? url.search.slice(1) : body);
    const asked = { method: request.method, path: url.pathname, params, body, headers: request.headers, key: request.headers['idempotency-key'] };
    this.requests.push(asked);
    if (request.headers.authorization !== `Bearer ${this.secretKey}`) {
      this.answer(response, 401, { error: { type: 'invalid_request_error', message: `Invalid API Key provided: ${request.headers.authorization}` } });
      return;
    }
    if (this.delayMs > 0) await pause(this.delayMs);
    const fault = this.chooseFault(this.objects.moves(asked));
    if (fault === 'drop_before') response.destroy();
    else if (fault === 'limit') this.answer(response, 429, { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' } }, { 'retry-after': '0' });
    else if (fault === 'unavailable') this.answer(response, 503, { error: { type: 'api_error', message: 'Try again.' } }, { 'stripe-should-retry': 'true' });
    else await this.carryOut(asked, response, fault);
  }

  async carryOut(asked, response, fault) {
    const kept = asked.key && this.kept.get(asked.key);
    const request = `${asked.method} ${asked.path}?${asked.body}`;
    if (kept && kept.request !== request) {
      this.answer(response, 400, { error: { type: 'idempotency_error', message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Key: ${asked.key}` } });
      return;
    }
    if (kept && !kept.text) {
      this.answer(response, 409, { error: { type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'There is another request with this key.' } });
      return;
    }
    if (kept) {
      this.answer(response, kept.status, kept.text, { 'idempotent-replayed': 'true' });
      return;
    }
    if (asked.method === 'GET' && asked.path === this.unreadable) {
      this.answer(response, 500, { error: { type: 'api_error', message: 'An unknown error occurred.' } });
      return;
    }
    if (asked.key) this.kept.set(asked.key, { request });
    if (fault === 'late') await pause(this.lateMs);
    const [status, text] = this.act(asked, fault);
    if (asked.key && KEPT.has(status)) this.kept.set(asked.key, { request, status, text });
    else if (asked.key) this.kept.delete(asked.key);
    this.respond(response, fault, status, text);
  }

  act(asked, fault) {
    const failed = JSON.stringify({ error: { type: 'api_error', message: 'An unknown error occurred.' } });
    if (fault === 'error_before') return [500, failed];
    try {
      const object = this.objects.handle(asked, this.url);
      return fault === 'error_after' ? [500, failed] : [200, JSON.stringify(object)];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return [error.status, JSON.stringify({ error: error.body })];
    }
  }

  answer(response, status, body, headers = {}) {
    super.answer(response, status, body, { 'request-id': `req_${this.requests.length}`, ...headers });
  }

  /* ---- events ---- */

  tell(type, object) {
    const event = {
      id: `evt_${crypto.randomBytes(12).toString('hex')}`, object: 'event', api_version: '2026-10-28.endive', created: Math.floor(Date.now() / 1000),
      livemode: false, pending_webhooks: 1, type, data: { object: JSON.parse(JSON.stringify(object)) },
    };
    this.events.push(event);
    if (!this.receiver) return;
    const delivery = this.deliver(event).finally(() => this.deliveries.delete(delivery));
    this.deliveries.add(delivery);
  }

  sign(text, secret = this.webhookSecret, time = Math.floor(Date.now() / 1000)) {
    return `t=${time},v1=${crypto.createHmac('sha256', secret).update(`${time}.${text}`).digest('hex')}`;
  }

  /* Until it is acknowledged, as Stripe does, only faster. */
  async deliver(event) {
    const text = JSON.stringify(event);
    for (let tries = 0; tries < 600 && this.receiver; tries += 1) {
      const answer = await fetch(this.receiver, {
        method: 'POST', body: text, headers: { 'content-type': 'application/json', 'stripe-signature': this.sign(text) },
      }).catch(() => null);
      if (answer && answer.status >= 200 && answer.status < 300) return;
      await pause(100);
    }
  }

  /* ---- the books ---- */

  /* The movements so far: {attempt, operation, amount}. */
  moved() { return this.objects.books; }
}

module.exports = { StripeUpstream };
