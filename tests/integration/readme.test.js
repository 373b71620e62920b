/*
 * readme.test.js: what the documents show is run as it stands.
 *
 * A block of README.md or docs/*.md fenced as `sh` or `js` is run when it speaks to a server: when it names $HOST,
 * process.env.HOST, or http://127.0.0.1:8000, the address `./dev run` prints. That address becomes a fresh server's, whose
 * keys are $KEY (secret) and $PUBLISHABLE_KEY, as in `export KEY=sk_test_...` of the document, a line that is left out here.
 * A document with a block that names its file (`yaml stripe_lite.yaml`) starts servers of its own: guides.test.js follows it.
 * The sh blocks of one document share one bash, so that a later one uses what an earlier one kept; an answer of 4xx or 5xx
 * to curl is a failure. Each js block is a script of its own in the repository.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { run, cleanEnvironment, repository } = require('./support/program');
const { isGuide } = require('./support/guide');
const { suite } = require('./support/suite');

const SPEAKS = /\$HOST\b|\$\{HOST\}|process\.env\.HOST|http:\/\/(127\.0\.0\.1|localhost):8000/;

/* The blocks of a document that speak to a server: [{language, text, line}]. */
function runnable(file) {
  const source = fs.readFileSync(file, 'utf8');
  return [...source.matchAll(/^```(sh|js)\b[^\n]*\n([\s\S]*?)^```/gm)]
    .filter(([, , text]) => SPEAKS.test(text))
    .map(({ 1: language, 2: text, index }) => ({ language, text, line: source.slice(0, index).split('\n').length }));
}

const docs = path.join(repository, 'docs');
const all = ['README.md', ...(fs.existsSync(docs) ? fs.readdirSync(docs).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`) : [])];
const documents = all.filter((name) => !isGuide(path.join(repository, name)));

suite('the documents', {}, (s) => {
  const prepared = (text) => text
    .replaceAll(/http:\/\/(127\.0\.0\.1|localhost):8000/g, s.server.url.origin)
    .replaceAll(/^\s*(export\s+)?(HOST|KEY|PUBLISHABLE_KEY)=.*$/gm, '');
  const environment = () => cleanEnvironment({
    HOST: s.server.url.origin, KEY: s.server.secretKey, PUBLISHABLE_KEY: s.server.publishableKey,
    NODE_PATH: path.join(repository, 'node_modules'),
  });

  s.test('README.md shows something that can be run', () => {
    assert.ok(runnable(path.join(repository, 'README.md')).length > 0);
  });

  for (const name of documents) {
    const file = path.join(repository, name);
    const blocks = runnable(file);
    const shell = blocks.filter(({ language }) => language === 'sh');
    if (shell.length > 0) {
      s.test(`${name}: its shell blocks`, async () => {
        const script = ['set -eu -o pipefail', 'curl() { command curl --silent --show-error --fail-with-body --max-time 20 "$@"; }',
          ...shell.map(({ text, line }) => `echo "${name}:${line}" >&2\n${prepared(text)}`)].join('\n');
        const { code, stdout, stderr } = await run('bash', ['-s'], { cwd: s.server.folder, env: environment(), input: script });
        assert.equal(code, 0, `${stderr}\n${stdout}`);
      });
    }
    for (const { text, line } of blocks.filter(({ language }) => language === 'js')) {
      s.test(`${name}:${line}: a script`, async () => {
        const type = /^import /m.test(text) ? 'module' : 'commonjs';
        const { code, stdout, stderr } = await run(process.execPath, [`--input-type=${type}`, '-'], { cwd: repository, env: environment(), input: prepared(text) });
        assert.equal(code, 0, `${stderr}\n${stdout}`);
      });
    }
  }
});
