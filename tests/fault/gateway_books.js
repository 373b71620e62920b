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

/* Gateways with books of their own: what moved is what succeeded there, nothing else, and no payment moved at two of them. */
async function papersAgree(database, papers) {
  const rows = await database.rows("SELECT id, intent, operation, gateway FROM payment_attempts WHERE status = 'succeeded'");
  const tries = await database.rows("SELECT id, intent, gateway, status FROM payment_attempts WHERE operation = 'authorize'");
  for (const { name, moved } of papers.map((paper) => ({ name: paper.name, moved: paper.moved() }))) {
    const undone = new Set(moved.filter(({ attempt }) => attempt.endsWith('_u')).map(({ attempt }) => attempt.slice(0, -2)));
    const stays = moved.filter(({ attempt }) => !attempt.endsWith('_u') && !undone.has(attempt));
    const told = rows.filter(({ gateway }) => gateway === name);
    assert.deepEqual(stays.map(({ attempt, operation }) => `${attempt} ${operation}`).sort(), told.map(({ id, operation }) => `${id} ${operation}`).sort(), name);
  }
  const paid = rows.filter(({ operation }) => operation === 'authorize').map(({ intent }) => intent);
  assert.equal(new Set(paid).size, paid.length);
  assert.ok(paid.length > 0, 'nothing was paid');
  assert.ok(tries.filter(({ id, gateway }) => id.endsWith('_2') && gateway === papers[1].name).length >= paid.length, 'no payment went on');
  for (const { id, gateway } of tries) assert.equal(gateway, id.endsWith('_2') ? papers[1].name : papers[0].name, id);
}

module.exports = { gatewayAgrees, papersAgree };
