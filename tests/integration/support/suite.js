/*
 * suite.js: the frame of a test file: one server, its tests in order, and what must hold when they are over.
 *
 *   suite('refunds', { env: {...} }, (s) => {
 *     s.test('a refund of one cent more is refused', async () => { ... s.stripe, s.get, s.post ... });
 *   });
 *
 * After the tests of every file: the stored invariants hold, neither log nor database holds a card number or a secret,
 * and SIGTERM ends the server with 0. Options are the server's, and `before`, run ahead of the start.
 * STRIPE_LITE_TEST_ONLY (a regular expression) picks tests by name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Client } = require('./client');
const { Observer } = require('./observer');
const { Server } = require('./server');
const { leakedLines, leakedBytes } = require('./secrets');

class Suite {
  constructor(options) {
    this.options = options;
    this.tests = [];
  }

  test(name, body) { this.tests.push({ name, body }); }

  async begin() {
    if (this.options.before) await this.options.before();
    this.observer = new Observer();
    this.server = new Server(this.options);
    await this.server.create();
    this.reconnect();
  }

  /* The clients anew, after the server came back on another port. */
  reconnect() {
    if (this.client) this.client.close();
    this.client = new Client(this.server, this.observer.see);
    this.stripe = this.client.stripe();
  }

  async restart() {
    await this.server.restart();
    this.reconnect();
  }

  request(...words) { return this.client.request(...words); }

  get(...words) { return this.client.get(...words); }

  post(...words) { return this.client.post(...words); }

  /* The SDK with another key; no retries of its own, so that a test sees the first answer. */
  stripeWith(key, options) { return this.client.stripe(key, { maxNetworkRetries: 0, ...options }); }

  /* Runs a body in which answers of 5xx are no fault. */
  async expectingFailures(body) {
    this.observer.failuresExpected = true;
    try {
      return await body();
    } finally {
      this.observer.failuresExpected = false;
    }
  }

  /* One test: its own failure, or the faults of the answers it got; either way with the log of its time. */
  async runTest(t, { body }) {
    const from = this.server.log.length;
    try {
      await body(t);
      const faults = this.observer.drain();
      assert.equal(faults.length, 0, `answers that break the contract:\n  ${faults.slice(0, 20).join('\n  ')}`);
    } catch (error) {
      this.observer.drain();
      const log = this.server.log.slice(from);
      t.diagnostic(`server log of this test:\n${log.slice(-6000) || '(nothing)'}`);
      throw error;
    }
  }

  async checkEnd(t) {
    const { server } = this;
    await t.test('the stored invariants hold', async () => {
      const { code, stdout, stderr } = await server.command('verify');
      assert.equal(code, 0, `verify ended with ${code}:\n${stdout}${stderr}`);
    });
    await t.test('SIGTERM ends the server with 0', async () => {
      const { code, signal } = await server.stop();
      assert.equal(code, 0, `ended with ${code ?? signal}\n${server.log.slice(-3000)}`);
    });
    await t.test('the log holds no card number, no secret', () => {
      assert.deepEqual(leakedLines(server.log, server.secrets()), []);
    });
    await t.test('the database holds no card number, no secret', async () => {
      const stored = await server.database.dump();
      assert.ok(stored.length > 1000, `${stored.length} bytes are no database`);
      assert.deepEqual(leakedBytes(stored, server.secrets()), []);
    });
  }

  async finish() {
    if (this.client) this.client.close();
    if (this.server && this.server.child) {
      const { exitCode, signalCode } = this.server.child;
      if (exitCode === null && signalCode === null) await this.server.kill9();
    }
    if (this.server) await this.server.remove();
  }
}

function defined(options, define) {
  const s = new Suite(options);
  define(s);
  return s;
}

async function runSuite(t, s) {
  const wanted = new RegExp(process.env.STRIPE_LITE_TEST_ONLY || '');
  try {
    await s.begin();
    for (const one of s.tests.filter(({ name }) => wanted.test(name))) {
      await t.test(one.name, (inner) => s.runTest(inner, one));
    }
    await s.checkEnd(t);
  } finally {
    await s.finish();
  }
}

function suite(title, options, define) {
  const s = defined(options, define);
  test(title, (t) => runSuite(t, s));
}

/* Suites of one file that run at the same time, for those that mostly wait: a list of {title, options, define}. */
function suitesAtOnce(title, list) {
  const suites = list.map((one) => ({ title: one.title, s: defined(one.options, one.define) }));
  test(title, { concurrency: list.length }, (t) => Promise.all(suites.map((one) => t.test(one.title, (inner) => runSuite(inner, one.s)))));
}

module.exports = { suite, suitesAtOnce };
