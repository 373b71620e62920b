/*
 * receiver.js: a server that takes webhooks, remembers each post, and answers as it is told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const http = require('node:http');

class Receiver {
  constructor() {
    this.posts = [];
    this.sockets = new Set();
    this.answer = () => 200;
    this.server = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => this.take(request, Buffer.concat(chunks).toString(), response));
    });
    this.server.keepAliveTimeout = 60000;
    /* A test that fails leaves it open: that keeps no process from ending. */
    this.server.unref();
    this.server.on('connection', (socket) => {
      socket.unref();
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  /* `answer(post)` says the status, {status, headers, body}, or null for silence. */
  take(request, body, response) {
    const post = { path: request.url, method: request.method, headers: request.headers, body, json: JSON.parse(body), at: Date.now() };
    this.posts.push(post);
    const told = this.answer(post);
    if (told === null) return;
    const { status = 200, headers = {}, body: text = '' } = typeof told === 'number' ? { status: told } : told;
    response.writeHead(status, headers);
    response.end(text);
  }

  async start(port = 0) {
    await new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    this.port = this.server.address().port;
    return this;
  }

  url(path = '/') { return `http://127.0.0.1:${this.port}${path}`; }

  to(path) { return this.posts.filter((post) => post.path === path); }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => { this.server.close(resolve); });
  }
}

module.exports = { Receiver };
