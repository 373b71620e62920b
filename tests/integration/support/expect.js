/*
 * expect.js: assertions that tests share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');

/* The SDK's promise must fail with these members (statusCode, type, code, decline_code, param, message as a RegExp). */
async function rejectsWith(promise, wanted) {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    for (const [name, value] of Object.entries(wanted)) {
      const seen = name === 'type' ? error.rawType : error[name];
      if (value instanceof RegExp) assert.match(String(seen), value, `${name} of: ${error.message}`);
      else assert.equal(seen, value, `${name} of: ${error.message}`);
    }
    return error;
  }
  return assert.fail(`succeeded, wanted ${JSON.stringify(wanted)}; got ${JSON.stringify(answer).slice(0, 300)}`);
}

/* A plain answer must have that status; returns its JSON. */
function answered(answer, status) {
  assert.equal(answer.status, status, `${answer.status}: ${answer.text.slice(0, 600)}`);
  return answer.json;
}

/* An error of /v1: status and members of `error`. */
function refused(answer, status, members = {}) {
  const { error } = answered(answer, status);
  for (const [name, value] of Object.entries(members)) {
    if (value instanceof RegExp) assert.match(String(error[name]), value, JSON.stringify(error));
    else assert.equal(error[name], value, JSON.stringify(error));
  }
  return error;
}

/* A 422 of the other face: exactly these places, each with a sentence and a type. */
function invalid(answer, locations) {
  const body = answered(answer, 422);
  assert.ok(Array.isArray(body.detail), `detail is no list: ${answer.text.slice(0, 300)}`);
  for (const fault of body.detail) {
    assert.equal(typeof fault.msg, 'string');
    assert.notEqual(fault.msg, '');
    assert.equal(typeof fault.type, 'string');
    assert.notEqual(fault.type, '');
  }
  const seen = body.detail.map((fault) => fault.loc.join('.')).sort();
  assert.deepEqual(seen, [...locations].sort(), answer.text.slice(0, 600));
  assert.equal(typeof body.error, 'object', 'a 422 carries the error object too');
  return body;
}

/* How many of settled promises were fulfilled, and the reasons of the others. */
function tally(results) {
  return {
    fulfilled: results.filter((r) => r.status === 'fulfilled').map((r) => r.value),
    rejected: results.filter((r) => r.status === 'rejected').map((r) => r.reason),
  };
}

module.exports = { rejectsWith, answered, refused, invalid, tally };
