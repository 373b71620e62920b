/*
 * plugin_check.test.js: `stripe-lite plugin check` passes every adapter that comes with the build, and finds each fault of one that
 * has it: that fault's checks fail, and no others.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, test } = require('node:test');
const { build, bundledPlugins, cleanEnvironment, program, run } = require('../integration/support/program');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'check_'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const broken = path.join(build, 'tests/plugins/test_plugin_broken.so');

/* Each fault of tests/plugins/gateways/broken.c, and the checks that must find it. */
const FAULTS = {
  does_not_start: ['start'],
  undescribed: ['description'],
  no_refund_example: ['examples'],
  no_decline_example: ['examples'],
  no_webhook_example: ['examples'],
  half_of_webhooks: ['operations'],
  no_reference: ['approvals'],
  wrong_reference: ['approvals'],
  decline_waits: ['declines'],
  decline_unread: ['declines'],
  declines_without_code: ['declines', 'retrieve', 'cards'],
  waiting_approves: ['other_outcomes'],
  capture_untold: ['sent', 'minor_units'],
  jpy_times_100: ['minor_units'],
  kwd_as_cents: ['minor_units'],
  refund_of_all: ['sent', 'amounts'],
  refunds_more: ['approvals', 'amounts'],
  fresh_key: ['same_key'],
  retries_with_fresh_key: ['same_key'],
  one_key: ['different_keys'],
  no_key: ['same_key', 'different_keys'],
  timeout_declines: ['timeout'],
  drop_approves: ['dropped'],
  error_declines: ['server_errors'],
  garbage_approves: ['garbage'],
  status_approves: ['garbage'],
  refusal_approves: ['refusals'],
  redirect_approves: ['refusals'],
  refusal_never_happened: ['refusals'],
  refused_is_unknown: ['not_sent'],
  no_retrieve: ['examples', 'retrieve'],
  retrieve_anything: ['retrieve'],
  retrieve_one: ['retrieve'],
  found_declines: ['retrieve'],
  wrong_last4: ['cards'],
  error_makes_token: ['cards'],
  refuses_webhooks: ['webhook_accepted'],
  other_attempt: ['webhook_event'],
  new_event_ids: ['webhook_event', 'webhook_garbage'],
  garbage_event: ['webhook_garbage'],
  takes_any_webhook: ['webhook_wrong', 'webhook_missing', 'webhook_old'],
  takes_wrong_webhook: ['webhook_wrong'],
  takes_unsigned_webhook: ['webhook_missing'],
  takes_old_webhook: ['webhook_old'],
  logs_key: ['secrets'],
  logs_cvc: ['secrets'],
  prints_key: ['secrets'],
  tells_key: ['secrets'],
  leaves_writes: ['writes'],
  is_late: ['deadlines'],
};

async function check(file, fault) {
  const { code, stdout, stderr } = await run(program, ['plugin', 'check', '--json', file], {
    env: cleanEnvironment({ STRIPE_LITE_BROKEN: fault, TMPDIR: folder }), cwd: folder, seconds: 60,
  });
  assert.ok(stdout.startsWith('{'), stdout + stderr);
  const told = JSON.parse(stdout);
  const failed = told.checks.filter(({ result }) => result === 'failed');
  assert.equal(told.fine, failed.length === 0 && !told.findings.some((one) => one.fault));
  assert.equal(code, told.fine ? 0 : 1);
  return { told, failed };
}

describe('every adapter of the build', { concurrency: 2 }, () => {
  const adapters = bundledPlugins().filter((name) => name.startsWith('gateway_'));
  test('there are some', () => assert.ok(adapters.includes('gateway_simulator')));
  for (const name of adapters) {
    test(name, async () => {
      const { told, failed } = await check(path.join(build, 'plugins', `${name}.so`));
      assert.deepEqual(failed, []);
      assert.ok(told.checks.length > 20, 'its checks have run');
      assert.deepEqual(told.findings, []);
    });
  }
});

describe('an adapter with a fault', { concurrency: 4 }, () => {
  test('without any it passes every check, and skips none', async () => {
    const { told } = await check(broken);
    assert.deepEqual(told.checks.filter(({ result }) => result !== 'passed'), []);
    const found = new Set(Object.values(FAULTS).flat());
    assert.deepEqual(told.checks.map((one) => one.check).filter((one) => !found.has(one)), [], 'each check has a fault to find');
  });

  for (const [fault, checks] of Object.entries(FAULTS)) {
    test(fault, async () => {
      const { failed } = await check(broken, fault);
      assert.deepEqual(failed.map((one) => one.check).sort(), [...checks].sort(), JSON.stringify(failed, null, 1));
      for (const { reason } of failed) assert.match(reason, /\w+ \w+/);
    });
  }

  test('a crash is a failure of the check that was under way', async () => {
    const { told, failed } = await check(broken, 'crashes');
    assert.deepEqual(failed.map((one) => one.check), ['approvals']);
    assert.match(failed[0].reason, /the plugin ended the process: Aborted/);
    assert.equal(told.checks.at(-1).check, 'approvals');
  });

  test('a fault that is not listed here is not in the adapter', () => {
    const source = fs.readFileSync(path.join(__dirname, 'gateways/broken.c'), 'utf8');
    const named = new Set([...source.matchAll(/fault\("(\w+)"\)/g)].map(([, name]) => name));
    assert.deepEqual([...named].filter((name) => name !== 'crashes').sort(), Object.keys(FAULTS).sort());
  });
});

test('as text it is a plan, a line a check, and a reason', async () => {
  const { code, stdout } = await run(program, ['plugin', 'check', broken], { env: cleanEnvironment({ STRIPE_LITE_BROKEN: 'one_key' }) });
  assert.equal(code, 1);
  assert.match(stdout, /^ok 1 - descriptor: /);
  assert.match(stdout, /^not ok \d+ - acme different_keys: .*\n# authorize: two attempts were sent with one key, the key$/m);
  const lines = stdout.split('\n').filter((line) => /^(not )?ok /.test(line));
  assert.match(stdout, new RegExp(`^1\\.\\.${lines.length}$`, 'm'));
});

test('nothing is left behind', () => {
  assert.deepEqual(fs.readdirSync(folder), []);
});
