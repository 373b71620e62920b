/*
 * headers.test.js: the guards of the ABI: every public header alone in three languages, the frozen names, members and prototypes;
 * and that each guard notices what it is there for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, test } = require('node:test');
const { build, repository, run } = require('../integration/support/program');

const LANGUAGES = [['c', 'c11'], ['c', 'c17'], ['c++', 'c++17']];
const releases = fs.readdirSync(path.join(repository, 'sdk/abi'));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'abi_'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));

const headersOf = (folder) => fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.h'));

/* Whether a text compiles against the headers of a folder. */
async function compiles(include, [language, standard], text) {
  const file = path.join(scratch, `${path.basename(include)}_${standard}.${language === 'c' ? 'c' : 'cc'}`);
  fs.writeFileSync(file, text);
  return run(language === 'c' ? 'cc' : 'c++', ['-fsyntax-only', `-std=${standard}`, '-Wall', '-Wextra', '-Werror', `-I${include}`, file]);
}

describe('every public header compiles alone', { concurrency: 2 }, () => {
  for (const language of LANGUAGES) {
    for (const [name, include] of [['today', 'sdk/include'], ...releases.map((one) => [one, `sdk/abi/${one}/include`])]) {
      test(`${name} as ${language[1]}`, async () => {
        const folder = path.join(repository, include);
        for (const header of headersOf(folder)) {
          const { code, stderr } = await compiles(folder, language, `#include <${header}>\nextern int nothing;\n`);
          assert.equal(code, 0, `${header}\n${stderr}`);
        }
      });
    }
  }
});

test('the library exports every frozen name in the node of its release', () => {
  const { stdout } = spawnSync('nm', ['-D', '--defined-only', path.join(build, 'libstripe_lite.so')], { encoding: 'utf8' });
  const exported = new Set(stdout.split('\n').map((line) => line.split(' ').at(-1)));
  for (const release of releases) {
    const names = fs.readFileSync(path.join(repository, 'sdk/abi', release, 'symbols'), 'utf8').trim().split('\n');
    assert.ok(names.length > 100);
    assert.deepEqual(names.filter((name) => !exported.has(`${name}@@STRIPE_LITE_${release}`)), []);
  }
});

/* A copy of what tools/abi.py reads, changed, and what it says then. */
function look(changes) {
  const tree = fs.mkdtempSync(path.join(scratch, 'tree_'));
  for (const name of ['tools/abi.py', 'tools/symbols.py', 'meson.build', 'sdk/include', 'sdk/abi', 'sdk/stripe_lite.map']) {
    fs.cpSync(path.join(repository, name), path.join(tree, name), { recursive: true });
  }
  for (const [name, from, to] of changes) {
    const file = path.join(tree, name);
    const text = fs.readFileSync(file, 'utf8');
    assert.ok(text.includes(from), `${name} has "${from}"`);
    fs.writeFileSync(file, text.replace(from, to));
  }
  const { status, stdout, stderr } = spawnSync('python3', [path.join(tree, 'tools/abi.py')], { encoding: 'utf8' });
  const standards = spawnSync('cc', ['-fsyntax-only', '-std=c17', `-I${tree}/sdk/include`, `-I${tree}/sdk/abi/1.0`, path.join(repository, 'tests/unit/sdk_layout.c')], { encoding: 'utf8' });
  return { kept: status === 0, compiled: standards.status === 0, said: stdout + stderr + standards.stderr };
}

test('today\'s headers keep every frozen release', () => {
  const { kept, compiled, said } = look([]);
  assert.ok(kept && compiled, said);
});

describe('a break is noticed', () => {
  const include = (name) => `sdk/include/stripe_lite/${name}`;
  const BREAKS = {
    'a function that is gone': [['sdk/stripe_lite.map', '        sl_money_add;\n', '']],
    'a function with another parameter': [[include('crypto.h'), 'sl_equal_constant_time(const char *a, const char *b)', 'sl_equal_constant_time(const char *a)']],
    'a member that is gone': [[include('gateway_types.h'), 'const char *token; /* by which', 'const char *renamed; /* by which']],
    'a member in between': [[include('gateway_types.h'), '    int32_t exp_month; /* 1..12 */', '    int32_t exp_month; /* 1..12 */\n    int64_t added;']],
    'a narrower member': [[include('job.h'), 'int64_t run_at', 'int32_t run_at']],
    'a table that grows': [[include('route.h'), '} sl_route;', '    int64_t added;\n} sl_route;']],
    'another number': [[include('status.h'), '#define SL_E_CARD (-7)', '#define SL_E_CARD (-70)']],
  };
  for (const [name, changes] of Object.entries(BREAKS)) {
    test(name, () => {
      const { kept, compiled, said } = look(changes);
      assert.ok(!kept || !compiled, said);
    });
  }

  test('and growth is none', () => {
    const { kept, compiled, said } = look([
      [include('gateway_types.h'), '} sl_gateway_outcome;', '    int64_t added;\n} sl_gateway_outcome;'],
      [include('route.h'), 'uint64_t reserved[', 'int64_t added;\n    uint64_t reserved[-1 + '],
      [include('crypto.h'), 'SL_END_DECLS', '/* since 1.1 [no-suspend] */\nSL_API int32_t sl_added(void);\n\nSL_END_DECLS'],
    ]);
    assert.ok(kept && compiled, said);
  });
});
