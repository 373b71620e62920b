/*
 * paper.js: a server whose only gateway is the one of tests/plugins/gateways/paper.c, and that gateway's books.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { build } = require('./program');

class Paper {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_paper_'));
    process.on('exit', () => fs.rmSync(this.folder, { recursive: true, force: true }));
  }

  /* The configuration of a server that pays on this paper. */
  get config() {
    const names = fs.readdirSync(path.join(build, 'plugins')).filter((name) => name.endsWith('.so')).map((name) => path.basename(name, '.so'));
    return ['plugins:',
      ...names.filter((name) => !name.startsWith('gateway_')).map((name) => `  - name: ${name}`),
      '  - name: gateway_paper', `    path: ${path.join(build, 'tests/plugins/test_plugin_paper.so')}`, '    required: true',
      '    settings:', `      folder: ${this.folder}`, ''].join('\n');
  }

  /* How it behaves from now on: {answer, before, after, late, retrieve}; {}: at once and well. */
  mood(words = {}) {
    const text = Object.entries(words).map(([name, value]) => `${name}=${value}`).join(' ');
    fs.writeFileSync(path.join(this.folder, 'mood.new'), `${text}\n`);
    fs.renameSync(path.join(this.folder, 'mood.new'), path.join(this.folder, 'mood'));
  }

  /* The movements so far: {attempt, operation, amount}. */
  moved() {
    const file = path.join(this.folder, 'moved');
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    return text.split('\n').filter(Boolean).map((line) => {
      const [attempt, operation, amount] = line.split(' ');
      return { attempt, operation, amount: Number(amount) };
    });
  }
}

module.exports = { Paper };
