/*
 * documents.test.js: the C that the documents show compiles against the headers as they are, and their links lead somewhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const repository = path.resolve(__dirname, '../..');
const documents = ['README.md', 'CONTRIBUTING.md', ...fs.readdirSync(path.join(repository, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
const FLAGS = ['-std=c17', '-fsyntax-only', '-Wall', '-Wextra', '-Wno-missing-field-initializers', '-Wno-unused-function', '-Werror'];

/* The blocks of C in a document, each with its line. */
function blocks(name) {
  const text = fs.readFileSync(path.join(repository, name), 'utf8');
  return [...text.matchAll(/^```c\n([\s\S]*?)^```/gm)].map(({ 1: code, index }) => ({ name, code, line: text.slice(0, index).split('\n').length + 1 }));
}

function compile({ name, code, line }) {
  return spawnSync('cc', [...FLAGS, `-I${path.join(repository, 'sdk/include')}`, '-xc', '-'], { input: `#line ${line} "${name}"\n${code}`, encoding: 'utf8' });
}

const shown = documents.flatMap(blocks);

test('docs/plugins.md shows C', () => assert.ok(shown.filter(({ name }) => name === 'docs/plugins.md').length >= 2));

for (const block of shown) {
  test(`${block.name}:${block.line} compiles`, () => {
    const { status, stderr } = compile(block);
    assert.equal(status, 0, stderr);
  });
}

test('what does not compile is noticed', () => {
  assert.notEqual(compile({ name: 'x', line: 1, code: '#include <stripe_lite/stripe_lite.h>\nstatic int x = sl_nothing();\n' }).status, 0);
});

for (const name of documents) {
  test(`the links of ${name} lead to files`, () => {
    const text = fs.readFileSync(path.join(repository, name), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link]) => link);
    const paths = [...text.matchAll(/`((?:core|plugins|sdk|docs|tests|migrations|tools|config)\/[\w./-]+)`/g)].map(([, link]) => link);
    const missing = [...links.filter((link) => !fs.existsSync(path.resolve(repository, path.dirname(name), link))),
      ...paths.filter((link) => !fs.existsSync(path.join(repository, link)))];
    assert.deepEqual(missing, []);
  });
}
