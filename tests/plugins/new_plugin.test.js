/*
 * new_plugin.test.js: plugins as `new-plugin` makes them: outside the tree they build without a warning against the installed
 * package, load and pass their tests; inside they are as the tree wants them; wrong names are refused in a sentence.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, test } = require('node:test');
const { installation } = require('../integration/support/installation');
const { mustRun, repository, run } = require('../integration/support/program');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'new_plugin_'));
let installed;
before(async () => { installed = await installation(path.join(folder, 'root')); });
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const made = (...words) => run(path.join(installed.templates, 'new-plugin'), words, { cwd: folder, env: installed.env });

/* Words that C, JavaScript and SQL keep for themselves, with _ and digits, and with the template's own names in them. */
describe('outside the tree', { concurrency: 2 }, () => {
  for (const [kind, word, name] of [['gateway', 'class', 'gateway_class'], ['gateway', 'pay_2', 'gateway_pay_2'], ['module', 'int', 'int'], ['module', 'my_user', 'my_user'],
    ['gateway', 'acme', 'gateway_acme'], ['module', 'sampler', 'sampler']]) {
    test(`${kind} ${word}`, async () => {
      const { code, stdout, stderr } = await made(kind, word);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, `./${name}\n`);
      const place = { cwd: path.join(folder, name), env: installed.env, seconds: 120 };
      const left = fs.readdirSync(place.cwd, { recursive: true }).filter((file) => fs.statSync(path.join(place.cwd, file)).isFile())
        .filter((file) => !/acme|sample/.test(word) && /acme|sample/i.test(file + fs.readFileSync(path.join(place.cwd, file), 'utf8')));
      assert.deepEqual(left, [], 'nothing is called as in the template');
      await mustRun('meson', ['setup', 'build', '--werror', '-Dc_std=c11'], place);
      await mustRun('meson', ['compile', '-C', 'build'], place);
      const tests = await run('meson', ['test', '-C', 'build', '--print-errorlogs'], place);
      assert.equal(tests.code, 0, tests.stdout + tests.stderr);
      assert.match(tests.stdout, /^Ok: +2\b/m, 'the check and the tests of its own');
      const checked = JSON.parse((await mustRun('stripe-lite', ['plugin', 'check', '--json', `build/${name}.so`], place)).stdout);
      assert.deepEqual([checked.findings, checked.checks.filter(({ result }) => result !== 'passed')], [[], []]);
      if (kind === 'gateway') assert.ok(checked.checks.length > 20);
      const again = await made(kind, word);
      assert.equal(again.code, 2);
      assert.match(again.stderr, new RegExp(`^new-plugin: ./${name} is there already$`, 'm'));
    });
  }
});

/* What is refused: the words, and the sentence. */
const REFUSED = [
  [['gateway', 'stripe'], 'there is a plugin \'gateway_stripe\' already'],
  [['module', 'payments'], 'there is a plugin \'payments\' already'],
  [['module', 'core'], 'the name \'core\' is taken'],
  [['gateway', 'gateway_x'], 'a gateway\'s name goes without gateway_: new-plugin gateway x'],
  [['module', 'gateway_x'], 'gateway_ is for adapters: new-plugin gateway x'],
  [['module', ''], 'the name is empty'],
  [['module', '2go'], 'the name \'2go\' does not begin with a small letter'],
  [['module', 'Loyalty'], 'the name \'Loyalty\' does not begin with a small letter'],
  [['module', 'my-shop'], 'the name \'my-shop\' has other characters than small letters, digits and _'],
  [['gateway', 'a/../../b'], 'the name \'a/../../b\' has other characters than small letters, digits and _'],
  [['gateway', 'münze'], 'the name \'münze\' has other characters than small letters, digits and _'],
  [['module', 'a b'], 'the name \'a b\' has other characters than small letters, digits and _'],
  [['module', 'a__b'], 'the name \'a__b\' has a _ at its end or two in a row'],
  [['module', 'a'.repeat(41)], `the name '${'a'.repeat(41)}' is longer than 40 characters`],
];

describe('wrong names', () => {
  for (const [words, sentence] of REFUSED) {
    test(`${words.join(' ')}: ${sentence}`, async () => {
      const dev = [path.join(repository, 'dev'), ['new-plugin', ...words, '--outside', folder]];
      for (const { code, stdout, stderr } of [await made(...words), await run(...dev, { cwd: folder, env: installed.env })]) {
        assert.deepEqual({ code, stdout, stderr }, { code: 2, stdout: '', stderr: `new-plugin: ${sentence}\n` });
      }
    });
  }

  test('wrong words show the usage', async () => {
    for (const words of [[], ['plugin', 'x'], ['module'], ['module', 'x', 'y', 'z']]) {
      const { code, stderr } = await made(...words);
      assert.equal(code, 2);
      assert.match(stderr, /^Usage: new-plugin/m);
    }
  });
});

test('./dev makes it below a folder of its caller\'s', async () => {
  const { code, stderr } = await run(path.join(repository, 'dev'), ['new-plugin', 'module', 'further', '--outside', 'below'], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.ok(fs.existsSync(path.join(folder, 'below/further/further_plugin.c')));
});

describe('inside the tree', () => {
  const tree = path.join(folder, 'tree');
  const dev = (...words) => run(path.join(tree, 'dev'), ['new-plugin', ...words], { cwd: folder });

  before(() => {
    for (const name of ['dev', 'tools', 'sdk', 'plugins', 'core', 'migrations', 'docs', 'meson.build', '.clang-format']) {
      fs.cpSync(path.join(repository, name), path.join(tree, name), { recursive: true });
    }
  });

  for (const [kind, word, name] of [['gateway', 'class', 'gateway_class'], ['module', 'loyalty', 'loyalty']]) {
    test(`${kind} ${word}`, async () => {
      const { code, stderr } = await dev(kind, word);
      assert.equal(code, 0, stderr);
      const place = path.join(tree, 'plugins', name);
      const sources = fs.readdirSync(place).filter((file) => file.endsWith('.c'));
      const warnings = ['-Wall', '-Wextra', '-Wshadow', '-Wstrict-prototypes', '-Wmissing-prototypes', '-Wconversion', '-Werror'];
      await mustRun('cc', ['-std=c17', '-fsyntax-only', ...warnings, `-I${tree}/sdk/include`, ...sources], { cwd: place });
      for (const file of ['docs/plugins.md', 'sdk/examples/hello/README.md']) {
        assert.match(fs.readFileSync(path.join(tree, file), 'utf8'), new RegExp(`^  - name: ${name}$`, 'm'));
      }
      assert.equal((await dev(kind, word)).code, 2);
    });
  }

  test('the rules of the rooms are kept, and migrations lie with the others', async () => {
    await mustRun('python3', ['tools/check_rooms.py'], { cwd: tree });
    assert.deepEqual(fs.readdirSync(path.join(tree, 'migrations/loyalty')), ['0001_notes.sql']);
    assert.match(fs.readFileSync(path.join(tree, 'plugins/meson.build'), 'utf8'), /'gateway_class',\n {2}'loyalty',\n\]/);
  });
});
