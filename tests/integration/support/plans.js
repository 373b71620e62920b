/*
 * plans.js: what a database says about how it would run a statement, and which of it reads a whole table.
 *
 * A statement is {sql, types}: a line that the server wrote into STRIPE_LITE_SQL_LOG. Parameters stay NULL and PostgreSQL
 * is asked for its generic plan without sequential scans and without the joins that read a side whole (it would choose them
 * for tables as small as those of tests), so that a scan in the plan means that no index fits.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('node:fs');
const { run } = require('./program');

const POSTGRES_TYPES = { 0: 'unknown', 16: 'boolean', 20: 'bigint', 25: 'text' };

/* The distinct statements of a log that read or change rows they have to find. */
function readLog(file) {
  if (!fs.existsSync(file)) throw new Error('The server wrote down no statements: it was built without assertions (NDEBUG).');
  const all = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const distinct = new Map(all.map((one) => [one.sql, one]));
  return [...distinct.values()].filter(({ sql }) => /\b(SELECT|UPDATE|DELETE)\b/i.test(sql.replace(/ON CONFLICT[\s\S]*$/i, '')));
}

const parameters = (sql) => Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));

/* Runs a script and cuts its output at the marks before each statement. */
async function sections(file, words, script, count) {
  const { stdout, stderr } = await run(file, words, { input: script, seconds: 120 });
  const parts = stdout.split(/^=== \d+\n/m).slice(1);
  if (parts.length !== count) throw new Error(`${file} explained ${parts.length} of ${count} statements:\n${stderr}`);
  return { parts, stderr };
}

async function sqlitePlans(database, statements) {
  const script = statements.map(({ sql }, i) => `.print === ${i}\nEXPLAIN QUERY PLAN ${sql};\n`).join('');
  const { parts, stderr } = await sections('sqlite3', ['-readonly', '-batch', database.file], `.timeout 5000\n${script}`, statements.length);
  return parts.map((text, i) => {
    const lines = text.split('\n').slice(1).map((line) => line.replace(/^[\s|`-]+/, '')).filter(Boolean);
    if (lines.length === 0 && !/^\s*(SELECT|VALUES)\s+\S+\s*$/i.test(statements[i].sql)) throw new Error(`no plan of ${statements[i].sql}\n${stderr}`);
    return lines;
  });
}

/* The lines that read more than they look for. What a statement calls together itself (WITH) is no table. */
function sqliteFaults(lines, sql) {
  const made = new Set([...sql.matchAll(/(?:\bWITH|,)\s+(\w+)\s+AS(?:\s+MATERIALIZED)?\s*\(/gi)].map(([, name]) => name));
  return lines.filter((line) => {
    const [, name] = line.match(/^SCAN (\S+)/) || [];
    return name && !/VIRTUAL TABLE/.test(line) && !/^(CONSTANT|\()/.test(name) && !made.has(name);
  });
}

/* A script that changes the tables the statements on many rows are about, for itself alone: it ends with its connection. */
function prepared(statements, verb) {
  const tables = new Set(statements.flatMap(({ sql }) => [...sql.matchAll(/unnest\(\$1::(\w+)\[\]\)/g)].map(([, table]) => table)));
  return `BEGIN; SET LOCAL lock_timeout = '10s'; ${verb} ${[...tables].join(', ')};\n`;
}

async function postgresPlans(database, statements, verb) {
  const script = statements.map(({ sql, types }, i) => {
    const count = parameters(sql);
    const list = Array.from({ length: count }, (_, n) => POSTGRES_TYPES[types[n] || 0]);
    const nulls = list.map(() => 'NULL');
    const words = (all) => (count ? `(${all.join(', ')})` : '');
    return `\\echo === ${i}\nPREPARE s${i}${words(list)} AS ${sql};\nEXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE s${i}${words(nulls)};\n`;
  }).join('');
  const settings = 'SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;\n';
  const { parts, stderr } = await sections('psql', ['-X', '-q', '-A', '-t', '-d', database.url], settings + (verb ? prepared(statements, verb) : '') + script, statements.length);
  return parts.map((text, i) => {
    if (!text.trim()) throw new Error(`no plan of ${statements[i].sql}\n${stderr}`);
    return JSON.parse(text);
  });
}

function nodes(plan, found = []) {
  found.push(plan);
  for (const below of plan.Plans || []) nodes(below, found);
  return found;
}

/* A sequential scan, or an index read from end to end. */
function postgresFaults(plan) {
  return nodes(plan[0].Plan)
    .filter((node) => node['Node Type'] === 'Seq Scan' || (/Index/.test(node['Node Type']) && !node['Index Cond']))
    .map((node) => `${node['Node Type']} on ${node['Relation Name'] || node['Index Name']}`);
}

/* For each statement what its plan says, as lines, and which of these are scans. `verb`: the plans of statements on many rows after
 * a TRUNCATE or ANALYZE of their tables (PostgreSQL). */
async function explain(database, statements, verb = '') {
  const sqlite = database.dialect === 'sqlite';
  const plans = await (sqlite ? sqlitePlans : postgresPlans)(database, statements, verb);
  return statements.map(({ sql }, i) => (sqlite
    ? { sql, lines: plans[i], scans: sqliteFaults(plans[i], sql) }
    : { sql, lines: nodes(plans[i][0].Plan).map((node) => `${node['Node Type']} ${node['Index Cond'] || ''}`), scans: postgresFaults(plans[i]) }));
}

module.exports = { readLog, explain };
