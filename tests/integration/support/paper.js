/*
 * paper.js: servers whose only gateways are those of tests/plugins/gateways/paper.c, "paper" and "slate", and these gateways' books.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { build } = require('./program');

class Paper {
  constructor(name = 'paper') {
    this.name = name;
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_paper_'));
    process.on('exit', () => fs.rmSync(this.folder, { recursive: true, force: true }));
  }

  /* The configuration of a server that pays on this paper. */
  get config() { return configOf([this]); }

  /* How it behaves from now on: {answer, code, decline_code, advice, before, after, late, retrieve, cards}; {}: at once and well. */
  mood(words = {}) {
    const text = Object.entries(words).map(([name, value]) => `${name}=${value}`).join(' ');
    fs.writeFileSync(path.join(this.folder, 'mood.new'), `${text}\n`);
    fs.renameSync(path.join(this.folder, 'mood.new'), path.join(this.folder, 'mood'));
  }

  /* The movements so far: {attempt, operation, amount}. */
  moved() { return this.lines('moved'); }

  /* The calls that arrived. */
  asked() { return this.lines('asked'); }

  lines(name) {
    const file = path.join(this.folder, name);
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    return text.split('\n').filter(Boolean).map((line) => {
      const [attempt, operation, amount] = line.split(' ');
      return { attempt, operation, amount: Number(amount) };
    });
  }
}

/* The configuration of a server with these gateways alone, and `settings` (YAML) beside. */
function configOf(papers, settings = '') {
  const names = fs.readdirSync(path.join(build, 'plugins')).filter((name) => name.endsWith('.so')).map((name) => path.basename(name, '.so'));
  return [settings, 'plugins:',
    ...names.filter((name) => !name.startsWith('gateway_')).map((name) => `  - name: ${name}`),
    ...papers.flatMap(({ name, folder }) => [
      `  - name: gateway_${name}`, `    path: ${path.join(build, `tests/plugins/test_plugin_${name}.so`)}`, '    required: true',
      '    settings:', `      folder: ${folder}`]),
    ''].join('\n');
}

module.exports = { Paper, configOf };
