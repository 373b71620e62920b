/*
 * client.js: the two ways tests talk to a server: plain HTTP, and the official SDK. Both report every answer.
 *
 * An observer sees each answer as {method, url, status, headers, text} before the test does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const http = require('node:http');
const { encodeForm } = require('./form');

/*
 * Sends one request and reads the answer whole: {status, headers, text, json}. With `seconds`, an answer that goes on for
 * longer (a stream of events) is cut there.
 */
function exchange(agent, base, { method, path, headers, body, seconds }) {
  return new Promise((resolve, reject) => {
    const request = http.request({
      agent, host: base.hostname, port: base.port, method, path,
      headers: body === undefined ? headers : { 'content-length': Buffer.byteLength(body), ...headers },
    }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      const finish = () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode, headers: response.headers, text, json: parsed(text) });
      };
      response.on('end', finish);
      response.on('error', reject);
      if (seconds !== undefined) {
        const timer = setTimeout(() => {
          finish();
          request.destroy();
        }, seconds * 1000);
        response.on('close', () => clearTimeout(timer));
      }
    });
    request.on('error', reject);
    request.end(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

class Client {
  constructor(server, observe) {
    this.server = server;
    this.observe = observe;
    this.agent = new http.Agent({ keepAlive: true });
  }

  /*
   * options: key (default the secret key, null for none), authorization (a whole header), form, json, body (text as it
   * is), query, headers, mayFail (an answer of 5xx is expected), seconds (cut a longer answer there).
   */
  async request(method, path, options = {}) {
    const { key = this.server.secretKey, authorization, form, json, query, seconds, mayFail = false } = options;
    const headers = {};
    let { body } = options;
    if (authorization !== undefined) headers.authorization = authorization;
    else if (key !== null) headers.authorization = `Bearer ${key}`;
    if (form !== undefined) {
      body = encodeForm(form);
      headers['content-type'] = 'application/x-www-form-urlencoded';
    } else if (json !== undefined) {
      body = JSON.stringify(json);
      headers['content-type'] = 'application/json';
    }
    for (const [name, value] of Object.entries(options.headers || {})) headers[name.toLowerCase()] = value;
    const url = query ? `${path}?${encodeForm(query)}` : path;
    const answer = await exchange(this.agent, this.server.url, { method, path: url, headers, body, seconds });
    this.observe({ method, url, mayFail, ...answer });
    return answer;
  }

  get(path, options) { return this.request('GET', path, options); }

  /* POST with a form body under /v1 and JSON elsewhere. */
  post(path, values, options = {}) {
    const body = values === undefined ? {} : { [path.startsWith('/v1/') ? 'form' : 'json']: values };
    return this.request('POST', path, { ...body, ...options });
  }

  /* The official SDK, with only host, port and protocol changed; further options as the SDK's. */
  stripe(key = this.server.secretKey, options = {}) {
    const { Stripe } = loadSdk();
    return new Stripe(key, {
      host: this.server.host, port: this.server.port, protocol: 'http',
      httpClient: observedHttpClient(Stripe, this.agent, this.observe),
      ...options,
    });
  }

  close() { this.agent.destroy(); }
}

function loadSdk() {
  try {
    const Stripe = require('stripe');
    return { Stripe: Stripe.default || Stripe };
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') throw new Error('The npm package stripe is not installed; run `npm ci` in the repository.');
    throw error;
  }
}

/* The SDK's own client for node, its answers shown to the observer before the SDK reads them. */
function observedHttpClient(Stripe, agent, observe) {
  const inner = Stripe.createNodeHttpClient(agent);
  const { makeRequest } = inner;
  inner.makeRequest = async function observed(host, port, path, method, ...rest) {
    const answer = await makeRequest.call(this, host, port, path, method, ...rest);
    const { toJSON } = answer;
    answer.toJSON = async function observedBody() {
      const json = await toJSON.call(this);
      observe({ method, url: path, status: this.getStatusCode(), headers: this.getHeaders(), json });
      return json;
    };
    return answer;
  };
  return inner;
}

module.exports = { Client };
