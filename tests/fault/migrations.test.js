/*
 * migrations.test.js: migrations are killed, failed, stopped and delayed in the middle: the next start goes on where they were.
 *
 * On one database one fault after the other strikes at the second file that is left; what ends the run comes first. What only
 * takes time is tried at all points of one run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Server } = require('../integration/support/server');
const { rounds } = require('./points');
const { arm, goOn } = require('./strikes');

const SECOND = 2;
const database = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? 'postgres' : 'sqlite';
const all = rounds('migrate', database);
const withAction = (action) => all.filter((round) => round.action === action);

/* `migrate` with faults in its environment: {code, signal, stdout, stderr}; a process that is stopped is told to go on. */
function migrate(server, env) {
  const child = spawn(server.binary, ['migrate'], { cwd: server.folder, env: { ...server.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  let stops = 0;
  child.stdout.on('data', (chunk) => { said.stdout += chunk; });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
    const now = said.stderr.match(/^fault: \S+ stop \d+$/mg) || [];
    for (; stops < now.length; stops += 1) goOn(child.pid);
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...said }));
  });
}

async function inServer(body) {
  const server = new Server();
  try {
    await server.database.create();
    await body(server);
  } finally {
    await server.remove();
  }
}

const applied = ({ stdout }) => Number(stdout.match(/^(\d+) migrations applied$/m)[1]);
const stored = async (server) => (await server.database.rows("SELECT owner || '/' || name AS file FROM schema_migrations ORDER BY 1")).map(({ file }) => file);

async function interrupt(server, { point, action }) {
  const { code, signal, stderr } = await migrate(server, { STRIPE_LITE_FAULT: `${point}:${action}:${SECOND}` });
  assert.match(stderr, new RegExp(`^fault: ${point.replace('.', '\\.')} ${action} \\d+$`, 'm'));
  if (action === 'kill') assert.deepEqual([code, signal], [null, 'SIGKILL']);
  else assert.equal(code, 1, stderr);
  if (action === 'error') assert.match(stderr, /The migration \w+\/\d+_\w+(\.\w+)?\.sql failed: ./);
}

/* All points of one action, armed together. */
async function slowDown(server, action) {
  const folder = path.join(server.folder, 'faults');
  fs.mkdirSync(folder);
  for (const { point } of withAction(action)) arm(folder, point, action);
  const ended = await migrate(server, { STRIPE_LITE_FAULT_FOLDER: folder });
  assert.equal(ended.code, 0, ended.stderr);
  for (const { point } of withAction(action)) assert.ok(ended.stderr.includes(`fault: ${point} ${action} `), `${point} was not passed`);
  return ended;
}

test(`faults in migrations on ${database}`, { concurrency: 2 }, async (t) => {
  const files = {};
  await Promise.all([
    t.test('those that take time', () => inServer(async (server) => {
      const ended = await slowDown(server, 'delay');
      files.slow = await stored(server);
      assert.equal(applied(ended), files.slow.length);
    })),
    t.test('those that end it', (inner) => inServer(async (server) => {
      let before = 0;
      for (const round of [...withAction('kill'), ...withAction('error')]) {
        await inner.test(`${round.point} ${round.action}`, async () => {
          await interrupt(server, round);
          const now = (await stored(server)).length;
          assert.equal(now - before, round.point === 'migration.after_commit' ? SECOND : SECOND - 1);
          before = now;
        });
      }
      await inner.test('stops, in the one that does the rest', async () => {
        const ended = await slowDown(server, 'stop');
        assert.equal(applied(ended), (await stored(server)).length - before);
        assert.equal(applied(await migrate(server, {})), 0);
        await server.mustCommand('verify');
      });
      files.interrupted = await stored(server);
    })),
  ]);
  assert.deepEqual(files.interrupted, files.slow);
});

test('a word that is no fault is refused', () => inServer(async (server) => {
  for (const word of ['nonsense', ':kill', 'point:hurt', 'point:kill:', 'point:kill:0', 'point:kill:1x']) {
    const { code, stderr } = await migrate(server, { STRIPE_LITE_FAULT: word });
    assert.equal(code, 2, `${word}: ${stderr}`);
    assert.ok(stderr.includes(`STRIPE_LITE_FAULT: "${word}" is no fault: expected point:action`), stderr);
  }
}));
