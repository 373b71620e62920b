/*
 * webhooks.js: events as gateways send them: made, signed, posted, and what became of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');
const { answered } = require('./expect');
const { until } = require('./poll');

const now = () => Math.floor(Date.now() / 1000);

let serial = 0;
const nextId = (prefix) => `${prefix}_${String(serial += 1).padStart(6, '0')}${crypto.randomBytes(9).toString('hex')}`;

/* An event of Stripe's about an object; `more` replaces members. */
function eventOf(type, object, more = {}) {
  return {
    id: nextId('evt'), object: 'event', api_version: '2025-03-31.basil', type, created: now(), livemode: false, pending_webhooks: 1,
    request: { id: null, idempotency_key: null }, data: { object }, ...more,
  };
}

/* The signature header: t and a v1 for each secret. */
function sign(body, secrets, time = now()) {
  const marks = [].concat(secrets).map((secret) => `v1=${crypto.createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`);
  return [`t=${time}`, ...marks].join(',');
}

/* Posts an event, signed unless `signature` is given (null: no header). */
function send(s, path, event, secret, { signature, headers = {}, header = 'Stripe-Signature', ...options } = {}) {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const mark = signature === undefined ? sign(body, secret) : signature;
  return s.request('POST', path, {
    key: null, body, headers: { 'content-type': 'application/json', ...(mark === null ? {} : { [header]: mark }), ...headers }, ...options,
  });
}

const storedEvent = (s, id) => s.get(`/api/v1/admin/webhooks/events/${id}`);

/* Waits until a stored event has one of these states, and returns it. */
function untilEvent(s, id, statuses = ['processed'], seconds = 20) {
  return until(`event ${id} is ${statuses}`, async () => {
    const { json } = await storedEvent(s, id);
    return json && statuses.includes(json.status) ? json : json && { ...json, settled: false } && null;
  }, seconds);
}

/* Sends an event of Stripe's and waits until it is processed. */
async function deliver(s, event, secret, statuses) {
  answered(await send(s, '/stripe/webhook', event, secret), 200);
  return untilEvent(s, event.id, statuses);
}

module.exports = { deliver, eventOf, nextId, now, send, sign, storedEvent, untilEvent };
