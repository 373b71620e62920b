/*
 * points.test.js: the points in the code are the points of the list, and an installed build has none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { points } = require('./points');

const root = path.join(__dirname, '..', '..');
const ACTIONS = ['kill', 'stop', 'delay', 'error'];

/* Name of a point -> the files it stands in. */
function pointsOfCode() {
  const found = new Map();
  for (const folder of ['core', 'plugins']) {
    for (const name of fs.readdirSync(path.join(root, folder), { recursive: true })) {
      if (!name.endsWith('.c') || name.includes('/tests/')) continue;
      const text = fs.readFileSync(path.join(root, folder, name), 'utf8');
      for (const [, point] of text.matchAll(/\bSL_FAULT(?:_OF)?\(\s*"([^"]*)"/g)) {
        found.set(point, [...(found.get(point) || []), `${folder}/${name}`]);
      }
    }
  }
  return found;
}

function inFolder(body) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_points_'));
  try {
    return body(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const run = (command, ...words) => execFileSync(command, words, { encoding: 'utf8', cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });

test('every point of the code is in the list, and the other way round', () => {
  const listed = [...new Set(points.map(({ point }) => point))].sort();
  assert.deepEqual([...pointsOfCode().keys()].sort(), listed);
});

test('every point is told what it is and what to try', () => {
  for (const { point, doc, actions, lane } of points) {
    assert.match(point, /^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/);
    assert.ok(doc.length > 10, `${point} says nothing of itself`);
    assert.ok(actions.length > 0 && actions.every((one) => ACTIONS.includes(one)), `${point}: ${actions}`);
    assert.match(lane, /^(payments|writes|jobs|recovery|failover|webhooks|deliveries|workers|migrate)$/);
  }
});

test('a pass that can fail is one place a database', () => {
  for (const [point, files] of pointsOfCode()) assert.equal(new Set(files).size, files.length, `${point}: ${files}`);
});

/* Without SL_FAULTS: no call at a point, and nothing behind the exported name. */
test('a build without fault points holds none', () => inFolder((folder) => {
  const words = ['-std=c17', '-D_GNU_SOURCE', '-O0', '-c', `-I${path.join(root, 'sdk/include')}`, `-I${root}`];
  const own = path.join(folder, 'own.c');
  fs.writeFileSync(own, '#include <stripe_lite/fault.h>\nint own(void);\nint own(void) { SL_FAULT("own.point"); return SL_FAULT_OF("own.other", "kind"); }\n');
  for (const [name, source, symbols] of [['own', own, []], ['fault', 'core/fiber/fault.c', []], ['with', own, ['sl_fault_pass']]]) {
    const object = path.join(folder, `${name}.o`);
    run('cc', ...words, ...(name === 'with' ? ['-DSL_FAULTS'] : []), '-o', object, source);
    const wanted = run('nm', '--undefined-only', '--format=posix', object).split('\n').filter(Boolean).map((line) => line.split(' ')[0]);
    assert.deepEqual(wanted.filter((symbol) => symbol !== '_GLOBAL_OFFSET_TABLE_'), symbols, name);
    const text = fs.readFileSync(object, 'latin1');
    assert.equal(text.includes('own.point'), name === 'with', name);
    assert.ok(!text.includes('STRIPE_LITE_FAULT'), name);
  }
}));

if (process.env.STRIPE_LITE_TEST_LONG) test('a release is built without them', () => inFolder((folder) => {
  run('meson', 'setup', '--buildtype=release', '-Ddebug=true', '-Dtests=disabled', folder);
  const commands = JSON.parse(fs.readFileSync(path.join(folder, 'compile_commands.json'), 'utf8'));
  assert.ok(commands.length > 100);
  assert.deepEqual(commands.filter(({ command }) => command.includes('SL_FAULTS')), []);
}));
