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
const { childrenOf } = require('./kill');
const { until } = require('./poll');
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
  async place() {
    const newest = fs.readdirSync(VERSIONS).map(Number).filter(Boolean).sort((a, b) => a - b).pop();
    this.binaries = path.join(VERSIONS, String(newest), 'bin');
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_cluster_'));
    this.owner = null;
    if (process.getuid() === 0) {
      this.owner = (await run('id', ['postgres'])).code === 0 ? 'postgres' : 'nobody';
      await mustRun('chown', [this.owner, this.folder]);
    }
    this.data = path.join(this.folder, 'data');
    this.port = await freePort();
  }

  async create() {
    await this.place();
    this.password = crypto.randomBytes(12).toString('hex');
    const file = path.join(this.folder, 'password');
    fs.writeFileSync(file, this.password, { mode: 0o644 });
    await this.tool('initdb', '-D', this.data, '-U', 'stripe_lite', '-A', 'scram-sha-256', `--pwfile=${file}`, '-E', 'UTF8', '--locale=C', '-N');
    await this.start();
  }

  get url() { return `postgresql://stripe_lite:${this.password}@127.0.0.1:${this.port}/postgres`; }

  /* Both servers of a pair, whichever is the primary. */
  urlWith(other) {
    return `postgresql://stripe_lite:${this.password}@127.0.0.1:${this.port},127.0.0.1:${other.port}/postgres?target_session_attrs=read-write`;
  }

  ask(sql) { return mustRun('psql', ['-X', '-q', '-A', '-t', '-d', this.url, '-c', sql]); }

  /* A running standby: a commit here returns when it has it too. */
  async standby() {
    const other = new Cluster();
    await other.place();
    other.password = this.password;
    await other.tool('pg_basebackup', '-D', other.data, '-R', '-X', 'stream', '-c', 'fast', '-N', '-d', this.url);
    await other.start();
    await this.ask("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await this.ask('SELECT pg_reload_conf()');
    await until('the standby is a synchronous one', async () =>
      (await this.ask('SELECT sync_state FROM pg_stat_replication')).stdout.trim() === 'sync', 20);
    return other;
  }

  promote() { return this.tool('pg_ctl', '-D', this.data, '-w', '-s', 'promote'); }

  /* Its processes, the first the one that the others come from. */
  processes() {
    const first = Number(fs.readFileSync(path.join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return [first, ...childrenOf(first)];
  }

  /* It stands still, with all lines open, or goes on. */
  freeze() { this.frozen = this.processes(); this.frozen.forEach((pid) => process.kill(pid, 'SIGSTOP')); }

  thaw() {
    (this.frozen || []).forEach((pid) => process.kill(pid, 'SIGCONT'));
    this.frozen = null;
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
  fall() { return this.tool('pg_ctl', '-D', this.data, '-m', 'immediate', '-w', '-s', 'stop'); }

  async crash() {
    await this.fall();
    await this.start();
  }

  async remove() {
    if (!this.folder) return;
    this.thaw();
    await this.tool('pg_ctl', '-D', this.data, '-m', 'fast', '-w', '-s', 'stop').catch(() => {});
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

module.exports = { Cluster };
