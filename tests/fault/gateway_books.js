/*
 * gateway_books.js: what the gateway did, by what it answered (the server's log tells each call), held against what is stored.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');

/* What moved: attempt -> operation. A call that is asked for again under the same attempt moves nothing twice. */
function movements(log) {
  const moved = new Map();
  for (const line of log.split('\n')) {
    if (!line.includes('"gateway answered"')) continue;
    const { attempt, operation, outcome } = JSON.parse(line);
    if (operation !== 'retrieve' && outcome === 'approved') moved.set(attempt, operation);
  }
  return moved;
}

/* Each movement is an attempt of ours that succeeded, or was undone; no intent has two, no charge gave back more than it took. */
async function gatewayAgrees(database, log) {
  const rows = await database.rows('SELECT id, intent, operation, status FROM payment_attempts');
  const attempts = new Map(rows.map((row) => [row.id, row]));
  const moved = movements(log);
  const paid = new Map();
  for (const [id, operation] of moved) {
    const attempt = attempts.get(id.replace(/_[uv]$/, ''));
    assert.ok(attempt, `the gateway did ${operation} for ${id}, which is not stored`);
    if (/_[uv]$/.test(id) || moved.has(`${id}_u`)) continue;
    assert.equal(attempt.status, 'succeeded', `${operation} ${id}`);
    if (attempt.operation === 'authorize') paid.set(attempt.intent, (paid.get(attempt.intent) || 0) + 1);
  }
  assert.ok(moved.size > 0, 'the gateway did nothing at all');
  assert.deepEqual([...paid].filter(([, count]) => count > 1), []);
}

module.exports = { gatewayAgrees };
