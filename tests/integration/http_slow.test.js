/*
 * http_slow.test.js: clients that take their time: each has only so much of it, and none keeps the others out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { RawConnection } = require('./support/sockets');
const { suite } = require('./support/suite');

const LIMIT = 24;
const env = {
  STRIPE_LITE_HEADER_TIMEOUT: '1', STRIPE_LITE_BODY_TIMEOUT: '1', STRIPE_LITE_IDLE_TIMEOUT: '1',
  STRIPE_LITE_CONNECTION_LIMIT: String(LIMIT), STRIPE_LITE_WORKERS: '1',
};

suite('slow clients', { env }, (s) => {
  const open = () => RawConnection.open(s.server);
  const head = () => `Host: ${s.server.url.host}\r\nAuthorization: Bearer ${s.server.secretKey}\r\n`;
  const form = 'Content-Type: application/x-www-form-urlencoded\r\n';

  /* Sends a byte of `text` every 100 ms, of "" nothing, for as long as the other side listens; the seconds that took. */
  async function drip(connection, text) {
    const began = Date.now();
    let at = 0;
    const timer = setInterval(() => { if (text) connection.send(text[at % text.length]); at += 1; }, 100);
    try {
      await connection.end();
    } finally {
      clearInterval(timer);
      connection.destroy();
    }
    return (Date.now() - began) / 1000;
  }

  /* A second is given, half a second passes between two looks at it, two may pass while the answer is read. */
  const inTime = (seconds) => assert.ok(seconds > 0.8 && seconds < 6, `${seconds} s`);

  const SLOW = {
    'headers that come byte by byte have a time for all of them': async () => {
      const connection = await open();
      connection.send(`GET /live HTTP/1.1\r\n${head()}`);
      inTime(await drip(connection, 'X: y\r\n'));
      assert.match(connection.heard, /^HTTP\/1\.1 408 /);
    },
    'a first line that comes byte by byte too': async () => {
      const connection = await open();
      inTime(await drip(connection, `GET /${'a'.repeat(200)}`));
      assert.match(connection.heard, /^HTTP\/1\.1 408 /);
    },
    'a body that stops coming is not waited for': async () => {
      const connection = await open();
      connection.send(`POST /v1/customers HTTP/1.1\r\n${head()}${form}Content-Length: 100\r\n\r\nname=`);
      inTime(await drip(connection, ''));
      assert.match(connection.heard, /^HTTP\/1\.1 408 /);
    },
    'a connection that says nothing is closed without a word': async () => {
      const connection = await open();
      inTime(await drip(connection, ''));
      assert.equal(connection.heard, '');
    },
    'one that has nothing more to say too': async () => {
      const connection = await open();
      connection.send(`GET /live HTTP/1.1\r\n${head()}\r\n`);
      await connection.answers(1);
      const { length } = connection.heard;
      inTime(await drip(connection, ''));
      assert.equal(connection.heard.length, length);
    },
    'a client that asks and never reads is cut': async () => {
      const connection = await open();
      const request = `GET /openapi.json HTTP/1.1\r\n${head()}\r\n`.repeat(100);
      let accepted = 0;
      connection.socket.pause();
      const began = Date.now();
      while (!connection.socket.destroyed && Date.now() - began < 15000) {
        if (connection.socket.writableLength < 1024 * 1024) {
          connection.send(request);
          accepted += request.length;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.ok(connection.socket.destroyed, 'it was cut');
      assert.ok(accepted < 16 * 1024 * 1024, `${accepted} bytes of requests were taken`);
    },
  };

  s.test('clients that are slow, each in its own way, at once', async (t) => {
    const ends = Object.entries(SLOW).map(async ([name, run]) => [name, await run().then(() => null, (error) => error)]);
    for (const [name, error] of await Promise.all(ends)) await t.test(name, () => assert.ifError(error));
  });

  s.test('as many slow ones as there may be connections keep nobody out for long', async () => {
    const slow = await Promise.all(Array.from({ length: LIMIT * 2 }, open));
    slow.forEach((connection) => connection.send(`GET /live HTTP/1.1\r\n${head()}X: `));
    const began = Date.now();
    assert.equal((await s.get('/live')).status, 200);
    const waited = (Date.now() - began) / 1000;
    slow.forEach((connection) => connection.destroy());
    assert.ok(waited < 9, `${waited} s`);
  });

  s.test('after all of that the server is well', async () => {
    assert.equal((await s.get('/ready')).status, 200);
  });
});
