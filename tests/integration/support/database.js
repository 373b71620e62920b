/*
 * database.js: a fresh database for one server, read and searched from outside.
 *
 * STRIPE_LITE_TEST_DATABASE chooses sqlite (the default) or postgres; for the latter STRIPE_LITE_TEST_POSTGRES_URL names
 * a server where databases may be created, and psql and pg_dump do the rest. SQLite is read with sqlite3.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { mustRun } = require('./program');

class SqliteDatabase {
  constructor(folder) {
    this.dialect = 'sqlite';
    this.file = path.join(folder, 'test.db');
    this.url = `sqlite:///${this.file}`;
  }

  async create() {}

  /* Rows of one read-only statement, as objects. */
  async rows(sql) {
    const { stdout } = await mustRun('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000', this.file, sql]);
    return stdout.trim() === '' ? [] : JSON.parse(stdout);
  }

  /* Everything stored, as bytes to be searched. */
  async dump() {
    const files = ['', '-wal'].map((end) => this.file + end).filter((file) => fs.existsSync(file));
    return Buffer.concat(files.map((file) => fs.readFileSync(file)));
  }

  /* A copy of it as it is now, to be spoiled; the server must not run. */
  async copy(name) {
    const copy = new SqliteDatabase(path.dirname(this.file));
    copy.file = `${this.file}.${name}`;
    copy.url = `sqlite:///${copy.file}`;
    await mustRun('sqlite3', [this.file, `VACUUM INTO '${copy.file}'`]);
    return copy;
  }

  /* Statements that change it behind the server's back. */
  async change(sql) {
    await mustRun('sqlite3', ['-bail', '-cmd', '.timeout 5000', this.file, sql]);
  }

  async drop() {
    fs.rmSync(this.file, { force: true });
  }
}

/* The address of another database on the same server, or servers. */
const addressOf = (server, name) => server.replace(/^([a-z+]+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${name}`);

class PostgresDatabase {
  constructor(server) {
    this.dialect = 'postgres';
    this.server = server;
    this.name = `stripe_lite_test_${process.pid}_${crypto.randomBytes(4).toString('hex')}`;
    this.url = addressOf(server, this.name);
  }

  async create() {
    await mustRun('psql', ['-X', '-q', '-d', this.server, '-c', `CREATE DATABASE ${this.name}`]);
  }

  async copy(name) {
    const copy = new PostgresDatabase(this.server);
    copy.name = `${this.name}_${name}`;
    copy.url = addressOf(this.server, copy.name);
    await mustRun('psql', ['-X', '-q', '-d', this.server, '-c', `CREATE DATABASE ${copy.name} TEMPLATE ${this.name}`]);
    return copy;
  }

  async change(sql) {
    await mustRun('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', this.url, '-c', sql]);
  }

  async rows(sql) {
    const wrapped = `SELECT coalesce(json_agg(r), '[]') FROM (${sql}) r`;
    const { stdout } = await mustRun('psql', ['-X', '-q', '-A', '-t', '-d', this.url, '-c', wrapped]);
    return JSON.parse(stdout);
  }

  async dump() {
    const { stdout } = await mustRun('pg_dump', ['--data-only', '-d', this.url]);
    return Buffer.from(stdout);
  }

  async drop() {
    await mustRun('psql', ['-X', '-q', '-d', this.server, '-c', `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`]);
  }
}

/* postgres: the address of another server than the environment's. */
function newDatabase(folder, postgres) {
  if (postgres) return new PostgresDatabase(postgres);
  const kind = process.env.STRIPE_LITE_TEST_DATABASE || 'sqlite';
  if (kind === 'sqlite') return new SqliteDatabase(folder);
  if (kind !== 'postgres') throw new Error(`STRIPE_LITE_TEST_DATABASE is ${kind}, wanted sqlite or postgres`);
  const server = process.env.STRIPE_LITE_TEST_POSTGRES_URL;
  if (!server) throw new Error('STRIPE_LITE_TEST_DATABASE is postgres, but STRIPE_LITE_TEST_POSTGRES_URL names no server');
  return new PostgresDatabase(server);
}

module.exports = { newDatabase };
