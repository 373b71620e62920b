/*
 * scripted_upstream.js: what the gateways to test against share: an HTTP server on a port of its own, requests that are remembered, and
 * faults on demand, one after the other (`fault`) or by chance (`rates`). Which faults there are its kind says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const http = require('node:http');

class ScriptedUpstream {
  constructor() {
    this.faults = [];
    this.rates = {};
    this.lateMs = 300;
    this.delayMs = 0;
    this.requests = [];
    this.wide = false;
    this.receiver = null; /* where events go: an URL */
    this.events = [];
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

  /* Well again. */
  calm() {
    this.faults = [];
    this.rates = {};
    this.delayMs = 0;
  }

  /* While `body` runs, each request of any kind that is not `fault`ed meets these by chance; calm afterwards. */
  async while(rates, body) {
    this.rates = rates;
    this.wide = true;
    try {
      return await body();
    } finally {
      this.wide = false;
      this.calm();
    }
  }

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

  /* The bytes of a request's body. */
  static async bodyOf(request) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  answer(response, status, body, headers = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(text);
  }

  /* What was carried out, told as the fault has it. */
  respond(response, fault, status, text) {
    if (fault === 'drop_after') response.destroy();
    else if (fault === 'garbage') this.answer(response, status, text.slice(0, text.length / 2));
    else if (fault !== 'hang') this.answer(response, status, text);
  }
}

module.exports = { ScriptedUpstream };
