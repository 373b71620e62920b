/*
 * migrations.test.js: a migration is killed, stopped, delayed and failed in the middle: the next one finishes what it left.
 *
 * Each round has a fresh database. What is armed strikes at the third file, so that some are there and most are not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { test } = require('node:test');
const { Server } = require('../integration/support/server');
const { rounds } = require('./points');
const { goOn } = require('./strikes');

const THIRD = 3;
const database = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? 'postgres' : 'sqlite';

/* `migrate` with a fault in its environment: {code, signal, stderr}; a process that is stopped is told to go on. */
function migrate(server, fault) {
  const child = spawn(server.binary, ['migrate'], {
    cwd: server.folder, env: { ...server.env, STRIPE_LITE_FAULT: fault }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    const before = stderr;
    stderr += chunk;
    if (!/ stop /.test(before) && / stop /.test(stderr)) goOn(child.pid);
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

const ENDS = {
  kill: ({ code, signal }) => assert.deepEqual([code, signal], [null, 'SIGKILL']),
  stop: ({ code, stderr }) => assert.equal(code, 0, stderr),
  delay: ({ code, stderr }) => assert.equal(code, 0, stderr),
  error: ({ code, stderr }) => {
    assert.equal(code, 1, stderr);
    assert.match(stderr, /The migration \w+\/\d+_\w+(\.\w+)?\.sql failed: ./);
  },
};

async function inServer(body) {
  const server = new Server();
  try {
    await server.database.create();
    await body(server);
  } finally {
    await server.remove();
  }
}

const schemaRows = (server) => server.database.rows('SELECT owner, number FROM schema_migrations ORDER BY owner, number');

async function round({ point, action }) {
  await inServer(async (server) => {
    const ended = await migrate(server, `${point}:${action}:${THIRD}`);
    assert.match(ended.stderr, new RegExp(`^fault: ${point.replace('.', '\\.')} ${action} \\d+$`, 'm'));
    ENDS[action](ended);
    const left = await schemaRows(server);
    if (action === 'kill' || action === 'error') assert.equal(left.length, point === 'migration.after_commit' ? THIRD : THIRD - 1);
    const stdout = await server.mustCommand('migrate');
    const applied = Number(stdout.match(/^(\d+) migrations applied$/m)[1]);
    const all = await schemaRows(server);
    assert.equal(applied, all.length - left.length);
    assert.ok(all.length > THIRD);
    assert.match(await server.mustCommand('migrate', '--check'), /^0 migrations are missing$/m);
    await server.mustCommand('verify');
  });
}

test(`faults in a migration on ${database}`, { concurrency: 4 }, (t) => Promise.all(rounds('migrate', database).map((one) =>
  t.test(`${one.point} ${one.action}`, () => round(one)))));

test('a word that is no fault is refused', () => inServer(async (server) => {
  for (const word of ['nonsense', 'point:', ':kill', 'point:hurt', 'point:kill:', 'point:kill:0', 'point:kill:1x']) {
    const { code, stderr } = await migrate(server, word);
    assert.equal(code, 2, `${word}: ${stderr}`);
    assert.ok(stderr.includes(`STRIPE_LITE_FAULT: "${word}" is no fault: expected point:action`), stderr);
  }
}));
