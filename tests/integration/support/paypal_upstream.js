/*
 * paypal_upstream.js: a PayPal to test against: an HTTP server that keeps to PayPal's public documents, with books of its own, and with
 * faults on demand.
 *
 * What it holds to: access tokens for client id and secret (OAuth 2.0), which end; a request under a PayPal-Request-Id that is known
 * is answered with the latest state of what the first one made, whatever it says itself; while the first is under way the second is
 * refused (409 PREVIOUS_REQUEST_IN_PROGRESS); what failed or was refused is not kept, and may be sent again. Webhooks are signed,
 * and it says whether it signed one. Objects and their states are in paypal_objects.js.
 *
 * Faults, for requests that move money (`fault` one after the other, `rates` by chance):
 *   unavailable    503, not carried out
 *   error_before   500, not carried out
 *   error_after    500, carried out
 *   drop_before    the connection ends, not carried out
 *   drop_after     carried out, then the connection ends
 *   garbage        carried out, and answered with half a document
 *   limit          429 RATE_LIMIT_REACHED with Retry-After
 *   hang           carried out, never answered
 *   late           carried out after `lateMs`, whoever waits or not
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');
const { setTimeout: pause } = require('node:timers/promises');
const { PayPalObjects, Refused } = require('./paypal_objects');
const { ScriptedUpstream } = require('./scripted_upstream');

const SIGNATURE = ['transmission_id', 'transmission_time', 'cert_url', 'auth_algo'];
const error = (name, message, issue) => ({ name, message, debug_id: crypto.randomBytes(6).toString('hex'), ...(issue && { details: [{ issue, description: message }] }) });

class PayPalUpstream extends ScriptedUpstream {
  constructor() {
    super();
    this.clientId = `client${crypto.randomBytes(8).toString('hex')}`;
    this.clientSecret = `secret${crypto.randomBytes(12).toString('hex')}`;
    this.webhookId = crypto.randomBytes(8).toString('hex').toUpperCase();
    this.signingKey = crypto.randomBytes(16);
    this.tokens = new Map(); /* access token: when it ends, in milliseconds */
    this.tokenSeconds = 32400;
    this.objects = new PayPalObjects((type, object) => this.tell(type, object));
    this.issues = []; /* what it refused requests for */
    this.kept = new Map(); /* PayPal-Request-Id and address: the object that it made, or null while that is under way */
  }

  /* The settings of a server that pays here. */
  get env() {
    return { PAYPAL_CLIENT_ID: this.clientId, PAYPAL_CLIENT_SECRET: this.clientSecret, PAYPAL_WEBHOOK_ID: this.webhookId, PAYPAL_API_BASE: this.url };
  }

  /* What must stand nowhere. */
  get secrets() { return [this.clientSecret, ...this.tokens.keys()]; }

  /* ---- one request ---- */

  async serve(request, response) {
    const url = new URL(request.url, this.url);
    const text = await ScriptedUpstream.bodyOf(request);
    if (url.pathname === '/v1/oauth2/token') {
      this.tokenMake(request, response, text);
      return;
    }
    const asked = { method: request.method, path: url.pathname, query: url.searchParams, text, headers: request.headers, key: request.headers['paypal-request-id'] };
    this.requests.push(asked);
    const token = (request.headers.authorization || '').replace(/^Bearer /, '');
    if (!(this.tokens.get(token) > Date.now())) {
      this.answer(response, 401, { error: 'invalid_token', error_description: 'The token passed in was not found in the system' });
      return;
    }
    try {
      asked.body = text === '' ? {} : JSON.parse(text);
    } catch {
      this.answer(response, 400, error('INVALID_REQUEST', 'The body is no JSON.', 'MALFORMED_REQUEST_JSON'));
      return;
    }
    if (this.delayMs > 0) await pause(this.delayMs);
    const fault = this.chooseFault(this.objects.moves(asked));
    if (fault === 'drop_before') response.destroy();
    else if (fault === 'limit') this.answer(response, 429, error('RATE_LIMIT_REACHED', 'Too many requests. Blocked due to rate limiting.'), { 'retry-after': '0' });
    else if (fault === 'unavailable') this.answer(response, 503, error('SERVICE_UNAVAILABLE', 'Service Unavailable.'));
    else await this.carryOut(asked, response, fault);
  }

  tokenMake(request, response, text) {
    const wanted = `Basic ${Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')}`;
    this.requests.push({ method: 'POST', path: '/v1/oauth2/token', text });
    if (request.headers.authorization !== wanted || text !== 'grant_type=client_credentials') {
      this.answer(response, 401, { error: 'invalid_client', error_description: 'Client Authentication failed' });
      return;
    }
    const token = `A21${crypto.randomBytes(32).toString('base64url')}`;
    this.tokens.set(token, Date.now() + this.tokenSeconds * 1000);
    this.answer(response, 200, { scope: 'https://uri.paypal.com/services/payments', access_token: token, token_type: 'Bearer', app_id: 'APP-80W284485P519543T', expires_in: this.tokenSeconds });
  }

  async carryOut(asked, response, fault) {
    const key = asked.method === 'POST' && asked.key && `${asked.path} ${asked.key}`;
    if (key && this.kept.get(key) === null) {
      this.answer(response, 409, error('RESOURCE_CONFLICT', 'A previous request on this resource is currently in progress.', 'PREVIOUS_REQUEST_IN_PROGRESS'));
      return;
    }
    if (key && this.kept.has(key)) {
      this.respond(response, fault, 200, JSON.stringify(this.kept.get(key)));
      return;
    }
    if (key) this.kept.set(key, null);
    if (fault === 'late') await pause(this.lateMs);
    const { status, body, made } = this.act(asked, fault);
    if (key && made) this.kept.set(key, made);
    else if (key) this.kept.delete(key);
    this.respond(response, fault, status, body === undefined ? '' : JSON.stringify(body));
  }

  act(asked, fault) {
    const failed = error('INTERNAL_SERVER_ERROR', 'An internal server error has occurred.');
    if (fault === 'error_before') return { status: 500, body: failed };
    if (asked.path === '/v1/notifications/verify-webhook-signature') return { status: 200, body: this.verify(asked) };
    try {
      const made = this.objects.handle(asked);
      if (made === undefined) return { status: 204 };
      return fault === 'error_after' ? { status: 500, body: failed, made } : { status: asked.method === 'POST' ? 201 : 200, body: made, made };
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.issues.push(refused.issue);
      return { status: refused.status, body: error(refused.name, refused.message, refused.issue) };
    }
  }

  /* ---- events ---- */

  tell(type, object) {
    const event = {
      id: `WH-${crypto.randomBytes(9).toString('hex').toUpperCase()}-${crypto.randomBytes(9).toString('hex').toUpperCase()}`,
      event_version: '1.0', create_time: new Date().toISOString(), event_type: type, summary: type, resource_version: '2.0',
      resource: JSON.parse(JSON.stringify(object)),
    };
    this.events.push(event);
    if (!this.receiver) return;
    const delivery = this.deliver(event).finally(() => this.deliveries.delete(delivery));
    this.deliveries.add(delivery);
  }

  /* Over the same text as PayPal's own: id, time, webhook and the body byte for byte. */
  mark(signed, text, webhook = this.webhookId) {
    return crypto.createHmac('sha256', this.signingKey).update(`${SIGNATURE.map((name) => signed[name]).join('|')}|${webhook}|${text}`).digest('base64');
  }

  sign(text) {
    const signed = {
      transmission_id: crypto.randomUUID(), transmission_time: new Date().toISOString(),
      cert_url: 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-90621ecd', auth_algo: 'SHA256withRSA',
    };
    return {
      'paypal-transmission-id': signed.transmission_id, 'paypal-transmission-time': signed.transmission_time, 'paypal-cert-url': signed.cert_url,
      'paypal-auth-algo': signed.auth_algo, 'paypal-transmission-sig': this.mark(signed, text),
    };
  }

  /* The event is the rest of the body after its name, without the end of the object around it. */
  verify({ text, body }) {
    const event = text.slice(text.indexOf('"webhook_event":') + '"webhook_event":'.length, -1);
    const good = body.webhook_id === this.webhookId && body.transmission_sig === this.mark(body, event);
    return { verification_status: good ? 'SUCCESS' : 'FAILURE' };
  }

  /* Until it is acknowledged, as PayPal does, only faster. */
  async deliver(event) {
    const text = JSON.stringify(event);
    for (let tries = 0; tries < 600 && this.receiver; tries += 1) {
      const answer = await fetch(this.receiver, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...this.sign(text) } }).catch(() => null);
      if (answer && answer.status >= 200 && answer.status < 300) return;
      await pause(100);
    }
  }

  /* ---- the books ---- */

  /* The movements so far: {attempt, operation, amount}, minor units. */
  moved() { return this.objects.books; }
}

module.exports = { PayPalUpstream };
