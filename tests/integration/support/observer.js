/*
 * observer.js: what every answer must satisfy, whoever asked.
 *
 * Each answer carries a request id and nosniff; none is a 5xx unless the test said so; each of /v1 satisfies the OpenAPI
 * document, where there is one. Faults are collected, and fail the test that was running.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { Spec } = require('./spec');

class Observer {
  constructor() {
    this.spec = Spec.load();
    this.faults = [];
    this.answers = 0;
    this.failuresExpected = false;
    this.see = (answer) => this.look(answer);
  }

  look({ method, url, status, headers, json, mayFail = false }) {
    this.answers += 1;
    const told = `${method} ${url} ${status}`;
    if (!/^req_\w+$/.test(headers['request-id'] || '')) this.faults.push(`${told}: no Request-Id`);
    if (headers['x-content-type-options'] !== 'nosniff') this.faults.push(`${told}: no nosniff`);
    if (status >= 500 && !mayFail && !this.failuresExpected) this.faults.push(`${told}: ${JSON.stringify(json)}`);
    const pathname = url.split('?')[0];
    if (!pathname.startsWith('/v1/') || method === 'HEAD' || method === 'OPTIONS') return;
    if (!/^application\/json\b/.test(headers['content-type'] || '')) this.faults.push(`${told}: not application/json`);
    else if (this.spec) this.faults.push(...this.spec.faults(method, pathname, status, json));
  }

  /* The faults since the last call, repeated ones told once. */
  drain() {
    const found = [...new Set(this.faults)];
    this.faults = [];
    return found;
  }
}

module.exports = { Observer };
