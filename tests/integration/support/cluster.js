/*
 * cluster.js: a PostgreSQL of a test's own, which it may end as hard as it likes.
 *
 * PostgreSQL refuses to run as root, so root hands it to `postgres`, else to `nobody`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { mustRun, run } = require('./program');

const VERSIONS = '/usr/lib/postgresql';

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

class Cluster {
  async create() {
    const newest = fs.readdirSync(VERSIONS).map(Number).filter(Boolean).sort((a, b) => a - b).pop();
    this.binaries = path.join(VERSIONS, String(newest), 'bin');
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_cluster_'));
    this.owner = null;
    if (process.getuid() === 0) {
      this.owner = (await run('id', ['postgres'])).code === 0 ? 'postgres' : 'nobody';
      await mustRun('chown', [this.owner, this.folder]);
    }
    this.data = path.join(this.folder, 'data');
    const password = crypto.randomBytes(12).toString('hex');
    const file = path.join(this.folder, 'password');
    fs.writeFileSync(file, password, { mode: 0o644 });
    await this.tool('initdb', '-D', this.data, '-U', 'stripe_lite', '-A', 'scram-sha-256', `--pwfile=${file}`, '-E', 'UTF8', '--locale=C', '-N');
    this.port = await freePort();
    this.url = `postgresql://stripe_lite:${password}@127.0.0.1:${this.port}/postgres`;
    await this.start();
  }

  tool(name, ...words) {
    const command = [path.join(this.binaries, name), ...words];
    const [file, ...rest] = this.owner ? ['runuser', '-u', this.owner, '--', ...command] : command;
    return mustRun(file, rest, { cwd: '/', seconds: 60 });
  }

  /* The server's output goes to a file: it would hold the pipe of pg_ctl open. */
  start() {
    return this.tool('pg_ctl', '-D', this.data, '-l', path.join(this.folder, 'log'), '-w', '-s', 'start',
      '-o', `-h 127.0.0.1 -p ${this.port} -k ${this.folder} -c max_connections=100`);
  }

  /* As if the power failed: no farewell to clients, no checkpoint. */
  async crash() {
    await this.tool('pg_ctl', '-D', this.data, '-m', 'immediate', '-w', '-s', 'stop');
    await this.start();
  }

  async remove() {
    if (!this.folder) return;
    await this.tool('pg_ctl', '-D', this.data, '-m', 'fast', '-w', '-s', 'stop').catch(() => {});
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

module.exports = { Cluster };
