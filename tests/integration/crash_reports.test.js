/*
 * crash_reports.test.js: a plugin that crashes is named, with the request it served and where; the others are served on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { until } = require('./support/poll');
const { build, bundledPlugins, isSanitized, run } = require('./support/program');
const { suite } = require('./support/suite');

const crasher = path.join(build, 'tests/plugins/test_plugin_crasher.so');
const config = ['plugins:', ...bundledPlugins().map((name) => `  - name: ${name}`),
  '  - name: crasher', `    path: ${crasher}`, '    required: true', ''].join('\n');
const two = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres';
const env = { STRIPE_LITE_WORKERS: two ? '2' : '1', STRIPE_LITE_WATCHDOG: '3' };
const fresh = { headers: { connection: 'close' } };

const CRASHES = {
  null: { signal: 'SIGSEGV', cause: 'nothing is mapped there', address: '0x10', function: 'crash_null' },
  library: { signal: 'SIGSEGV', cause: 'nothing is mapped there', function: 'crash_library' },
  overflow: { signal: 'SIGSEGV', cause: 'stack overflow of a fiber', function: 'crash_deeper' },
  abort: { signal: 'SIGABRT', cause: 'abort', function: 'crash_abort' },
  hang: { signal: 'SIGABRT', cause: 'its loop stood still: ended by the master', function: 'crash_hang' },
  ...process.arch === 'x64' && { division: { signal: 'SIGFPE', cause: 'division by zero', function: 'crash_division' } },
};

/* The lines of the log from a place on that are objects with this message. */
function told(log, from, message) {
  return log.slice(from).split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line)).filter((line) => line.message === message);
}

/* Served although a worker dies: a connection that the dying one had already is tried again. */
function served(s) {
  return until('a request is served', async () => (await s.get('/v1/balance', fresh)).status === 200);
}

/* A sanitizer takes the signals itself: its report stands in the place of ours. */
if (!isSanitized()) {
  suite('crashes of a plugin', { config, env }, (s) => {
    for (const [route, wanted] of Object.entries(CRASHES)) {
      s.test(`${route}: one report names plugin, function, request and place`, async () => {
        const from = s.server.log.length;
        await assert.rejects(s.get(`/crash/${route}`, { key: null, ...fresh }));
        const [report] = await until('the report', () => {
          const found = told(s.server.log, from, 'crash');
          return found.length > 0 && found;
        });
        const expected = { level: 'error', plugin: 'crasher', serving_plugin: 'crasher', request: `GET /crash/${route}`, ...wanted };
        for (const [name, value] of Object.entries(expected)) assert.equal(report[name], value, `${name} in ${JSON.stringify(report)}`);
        assert.match(report.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        assert.match(report.request_id, /^req_\w+$/);
        const ended = await until('the master tells', () => told(s.server.log, from, 'a process was ended by a signal')[0]);
        assert.deepEqual([ended.plugin, ended.function, ended.work, ended.request_id, ended.pid],
          ['crasher', wanted.function, `GET /crash/${route}`, report.request_id, report.process]);
        assert.equal(told(s.server.log, from, 'crash').length, 1);
        await Promise.all(Array.from({ length: 8 }, () => served(s)));
      });
    }

    s.test('the backtrace leads addr2line to the line, also through a library', async () => {
      for (const route of ['null', 'library']) {
        const report = told(s.server.log, 0, 'crash').find(({ request }) => request === `GET /crash/${route}`);
        const frames = report.backtrace.split(' ');
        const [, offset] = frames.find((frame) => frame.startsWith('test_plugin_crasher.so+')).split('+');
        const { stdout } = await run('addr2line', ['-f', '-e', crasher, offset]);
        assert.match(stdout, new RegExp(`^crash_${route}\n.*crasher\\.c:\\d+`));
        assert.ok(frames.some((frame) => frame.startsWith('libstripe_lite.so')), report.backtrace);
      }
    });

    s.test('a plugin that crashes again and again is named as such, and counted', async () => {
      const count = Object.keys(CRASHES).length;
      const [last] = told(s.server.log, 0, 'a plugin crashes again and again: take it out of `plugins` or mend it, then SIGHUP').slice(-1);
      assert.deepEqual([last.plugin, last.crashes], ['crasher', String(count)]);
      const { text } = await s.get('/metrics', fresh);
      assert.match(text, new RegExp(`^stripe_lite_plugin_crashes_total\\{plugin="crasher"\\} ${count}$`, 'm'));
      assert.match(text, /^stripe_lite_worker_restarts_total\{reason="stuck"\} 1$/m);
    });
  });

  suite('a crash told in text', { config, env: { ...env, STRIPE_LITE_LOG_FORMAT: 'text' } }, (s) => {
    s.test('is one line', async () => {
      await assert.rejects(s.get('/crash/null', { key: null, ...fresh }));
      await until('the report', () => /^\d{4}-\S+Z ERROR crash signal="SIGSEGV" .* plugin="crasher" function="crash_null" request="GET \/crash\/null" .* backtrace="\S+ .*"$/m.test(s.server.log));
      await served(s);
    });
  });
}
