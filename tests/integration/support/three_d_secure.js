/*
 * three_d_secure.js: the customer's part of an authentication: opens the page, submits its form.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');

/* The address an intent sends the customer to; asserts that it is asked for. */
function redirectOf(intent) {
  assert.equal(intent.status, 'requires_action');
  assert.equal(intent.next_action.type, 'redirect_to_url');
  return intent.next_action.redirect_to_url.url;
}

/* Follows the page and posts `outcome` (complete or fail) with the form's hidden fields; returns the last answer. */
async function authenticate(s, address, outcome) {
  const page = new URL(address);
  assert.equal(page.port, String(s.server.port), `the page is not on this server: ${address}`);
  const shown = await s.get(page.pathname + page.search, { key: null });
  assert.equal(shown.status, 200, shown.text.slice(0, 400));
  assert.match(shown.headers['content-type'], /^text\/html\b/);
  const [, attributes, inside] = shown.text.match(/<form\b([^>]*)>([\s\S]*?)<\/form>/i) || assert.fail(`no form in ${shown.text.slice(0, 400)}`);
  assert.match(attributes, /method="?post"?/i);
  assert.match(inside, /name="outcome"/);
  const [, action] = attributes.match(/action="([^"]*)"/i) || [null, ''];
  const target = new URL(action.replaceAll('&amp;', '&'), page);
  const hidden = [...inside.matchAll(/<input\b[^>]*type="hidden"[^>]*>/gi)].map(([input]) => [
    input.match(/name="([^"]*)"/i)[1], (input.match(/value="([^"]*)"/i) || [null, ''])[1],
  ]);
  const done = await s.request('POST', target.pathname + target.search, {
    key: null, form: { ...Object.fromEntries(hidden), outcome },
  });
  assert.ok([200, 302, 303].includes(done.status), `the form's answer is ${done.status}: ${done.text.slice(0, 400)}`);
  return done;
}

module.exports = { redirectOf, authenticate };
