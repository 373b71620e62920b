/*
 * sockets.js: bytes on a socket, for what no HTTP client would send.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const net = require('node:net');

/* A connection that collects what comes: wait for a condition on the bytes, or for the end. */
class RawConnection {
  static open(server) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: server.host, port: server.port, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawConnection(socket)));
    });
  }

  constructor(socket) {
    this.socket = socket;
    this.heard = '';
    this.closed = false;
    this.waiting = new Set();
    const wake = () => this.waiting.forEach((look) => look());
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => { this.heard += chunk; wake(); });
    socket.on('end', () => { this.closed = true; wake(); });
    socket.on('close', () => { this.closed = true; wake(); });
    socket.on('error', () => { this.closed = true; wake(); });
  }

  send(text) { this.socket.write(Buffer.from(text, 'latin1')); }

  /* No more bytes from our side; the other may go on answering. */
  halfClose() { this.socket.end(); }

  wait(what, fits, seconds = 10) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`${what}: not within ${seconds} s; heard ${JSON.stringify(this.heard.slice(0, 400))}`));
      }, seconds * 1000);
      const look = () => {
        if (!fits()) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(this.heard);
      };
      this.waiting.add(look);
      look();
    });
  }

  /* Waits for `count` answers whole: [{status, headers, body}]. heads: their bodies do not follow. */
  async answers(count, { heads = false, seconds } = {}) {
    await this.wait(`${count} answers`, () => this.closed || parseAnswers(this.heard, heads).length >= count, seconds);
    return parseAnswers(this.heard, heads);
  }

  end() { return this.wait('the other side closes', () => this.closed); }

  destroy() { this.socket.destroy(); }
}

/* The whole answers in a text; interim 1xx ones are answers too, without a body. */
function parseAnswers(text, heads) {
  const found = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return found;
    const [line, ...fields] = text.slice(at, end).split('\r\n');
    const status = Number((line.match(/^HTTP\/1\.[01] (\d{3})/) || [])[1]);
    const headers = Object.fromEntries(fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }));
    const bodiless = heads || status < 200 || status === 204 || status === 304;
    const body = bodiless ? { text: '', next: end + 4 } : bodyAt(text, end + 4, headers);
    if (!body) return found;
    found.push({ status, headers, body: body.text });
    at = body.next;
  }
}

function bodyAt(text, from, headers) {
  if (!/chunked/i.test(headers['transfer-encoding'] || '')) {
    const next = from + Number(headers['content-length'] || 0);
    return text.length < next ? null : { text: text.slice(from, next), next };
  }
  let out = '';
  for (let at = from; ;) {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return null;
    const size = parseInt(text.slice(at, end), 16);
    if (text.length < end + 2 + size + 2) return null;
    out += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
    if (size === 0) return { text: out, next: at };
  }
}

module.exports = { RawConnection };
