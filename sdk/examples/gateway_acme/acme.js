/*
 * acme.js: Acme, played for tests of the adapter: operations in memory, under their idempotency keys.
 *
 *   node acme.js [PORT]
 *
 * Says "Acme listens on http://127.0.0.1:PORT" and serves until it is ended. The card 4000000000009995 has no funds, 4000000000000002
 * is declined; with ACME_WEBHOOK_URL and ACME_WEBHOOK_SECRET set, each charge is told of there. As a module it gives `PlayedAcme`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');
const http = require('node:http');

const REASONS = { 4000000000009995: 'no_funds', 4000000000000002: 'declined' };

class PlayedAcme {
  constructor({ webhookUrl, webhookSecret } = {}) {
    Object.assign(this, { webhookUrl, webhookSecret, made: 0, byKey: new Map(), operations: [], tokens: new Map() });
  }

  id(prefix) { return `${prefix}_${++this.made}`; }

  operation(kind, fields, reason) {
    const { reference, amount, currency } = Object.fromEntries(fields);
    const operation = { id: this.id(kind), kind, reference, amount: Number(amount), currency, status: reason ? 'declined' : 'done', reason };
    this.operations.push(operation);
    return [reason ? 402 : 201, operation];
  }

  token(fields) {
    const number = fields.get('number');
    const id = this.id('acme_tok');
    this.tokens.set(id, number);
    return [201, { id, brand: 'visa', last4: number.slice(-4), fingerprint: crypto.createHash('sha256').update(number).digest('hex').slice(0, 16) }];
  }

  /* A charge is asked for once: what is held or taken of it is never exceeded. */
  onCharge(id, kind, fields) {
    const charge = this.operations.find((one) => one.id === id && one.status === 'done');
    if (!charge) return [404, { error: { message: 'no such charge' } }];
    const before = this.operations.filter((one) => one.of === id && one.kind === kind).reduce((sum, one) => sum + one.amount, 0);
    if (before + Number(fields.get('amount')) > charge.amount) return [400, { error: { message: 'more than the charge' } }];
    const [status, made] = this.operation(kind, fields);
    return [status, Object.assign(made, { of: id })];
  }

  answer(method, path, fields) {
    if (method === 'POST' && path === '/v1/tokens') return this.token(fields);
    if (method === 'POST' && path === '/v1/charges') {
      const number = this.tokens.get(fields.get('source'));
      return number ? this.operation('charge', fields, REASONS[number]) : [400, { error: { message: 'no such source' } }];
    }
    if (method === 'GET' && path === '/v1/operations') {
      return [200, { operations: this.operations.filter(({ reference }) => reference === fields.get('reference')) }];
    }
    const [, id, kind] = path.match(/^\/v1\/charges\/([^/]+)\/(capture|void|refund)s$/) || [];
    return method === 'POST' && id ? this.onCharge(id, kind, fields) : [404, { error: { message: 'no such address' } }];
  }

  handle({ method, url, headers }, body) {
    if (!/^Bearer \S+/.test(headers.authorization || '')) return [401, { error: { message: 'no key' } }];
    const { pathname, searchParams } = new URL(url, 'http://acme');
    const key = headers['idempotency-key'];
    if (key && this.byKey.has(key)) return this.byKey.get(key);
    const answer = this.answer(method, pathname, method === 'GET' ? searchParams : new URLSearchParams(body));
    if (key) this.byKey.set(key, answer);
    if (this.webhookUrl && answer[1].kind === 'charge') this.tell(answer[1]);
    return answer;
  }

  /* At least once: told again until somebody takes it. */
  tell({ id, reference }) {
    const seconds = Math.floor(Date.now() / 1000);
    const body = JSON.stringify({ id: `evt_${id}`, type: 'charge.done', created: seconds, reference });
    const signature = crypto.createHmac('sha256', this.webhookSecret).update(`${seconds}.${body}`).digest('hex');
    const again = () => setTimeout(() => this.tell({ id, reference }), 200).unref();
    fetch(this.webhookUrl, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'Acme-Signature': `t=${seconds},v1=${signature}` } })
      .then((answer) => { if (!answer.ok) again(); }, again);
  }

  listen(port = 0) {
    this.server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => { body += chunk; });
      request.on('end', () => {
        const [status, json] = this.handle(request, body);
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
      });
    });
    return new Promise((resolve) => {
      this.server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${this.server.address().port}`));
    });
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => { this.server.close(resolve); });
  }
}

module.exports = { PlayedAcme };

if (require.main === module) {
  const { ACME_WEBHOOK_URL: webhookUrl, ACME_WEBHOOK_SECRET: webhookSecret } = process.env;
  new PlayedAcme({ webhookUrl, webhookSecret }).listen(Number(process.argv[2] || 0)).then((url) => console.log(`Acme listens on ${url}`));
}
