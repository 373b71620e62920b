/*
 * ledger_story.test.js: what the service "ledger/1" tells of a subject: all its postings, oldest first, found by index.
 *
 * No bundled route asks for a story, so the server gets a plugin that does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { answered } = require('./support/expect');
const { explain, readLog } = require('./support/plans');
const { build, mustRun, repository } = require('./support/program');
const { suite } = require('./support/suite');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_story_'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const log = path.join(folder, 'statements');

const SOURCE = `#include <stripe_lite/services/ledger.h>
#include <stripe_lite/stripe_lite.h>

struct story_params { const char *subject; };
static const sl_field fields[] = { SL_STRING(struct story_params, subject, .required = true), SL_FIELDS_END };
static const sl_ledger_service *ledger;

static sl_status story(sl_context *cx, const void *params)
{
    const struct story_params *in = params;
    sl_list lines;
    sl_status status = ledger->story(cx, in->subject, &lines);
    if (status != SL_OK)
        return status;
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_open_array(out, "lines");
    for (uint32_t i = 0; i < lines.count; i++) {
        const sl_ledger_line *line = SL_ITEM(lines, sl_ledger_line, i);
        sl_json_string(out, NULL, sl_format(cx, "%s %s %s %s %lld", line->kind, line->source, line->account, line->currency,
                                            (long long)line->amount));
    }
    sl_json_close_array(out);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

static const sl_route routes[] = { { "GET /story", story, .params = fields }, SL_ROUTES_END };
static const char *const needs[] = { SL_LEDGER_SERVICE, NULL };

static sl_status start(sl_context *cx, sl_plugin *self)
{
    ledger = sl_service(cx, self, SL_LEDGER_SERVICE, sizeof(*ledger));
    return ledger ? SL_OK : SL_E_INTERNAL;
}

SL_PLUGIN(.name = "story", .version = "1.0.0", .summary = "Tells stories", .routes = routes, .needs = needs, .start = start)
`;

const bundled = fs.existsSync(path.join(build, 'plugins')) ? fs.readdirSync(path.join(build, 'plugins')).filter((name) => name.endsWith('.so')) : [];
const config = ['plugins:', ...bundled.map((name) => `  - name: ${path.basename(name, '.so')}`),
  '  - name: story', `    path: ${folder}/story.so`, '    required: true', ''].join('\n');

async function before() {
  fs.writeFileSync(path.join(folder, 'story.c'), SOURCE);
  await mustRun('cc', ['-shared', '-fPIC', '-std=c17', `-I${path.join(repository, 'sdk/include')}`, '-o', path.join(folder, 'story.so'), path.join(folder, 'story.c')]);
}

suite('the story of a charge', { config, before, env: { STRIPE_LITE_SQL_LOG: log } }, (s) => {
  const story = async (subject) => answered(await s.get('/story', { query: { subject } }), 200).lines;

  s.test('has every posting of every transaction, and no other subject’s', async () => {
    const charges = [];
    for (const amount of [2000, 3000]) charges.push(await s.stripe.charges.create({ amount, currency: 'usd', source: 'tok_visa' }));
    const [{ id, balance_transaction: transaction }] = charges;
    const refund = await s.stripe.refunds.create({ charge: id, amount: 500 });
    const { fee, net } = await s.stripe.balanceTransactions.retrieve(transaction);
    const lines = await story(id);
    assert.deepEqual(lines.filter((line) => line.startsWith('charge')), [
      `charge ${id} gateway usd -2000`, `charge ${id} pending usd ${net}`, `charge ${id} fees usd ${fee}`,
    ]);
    const after = lines.slice(3);
    assert.ok(after.length >= 2 && after.every((line) => line.startsWith(`refund ${refund.id} `)), lines.join('\n'));
    assert.equal(lines.reduce((sum, line) => sum + Number(line.split(' ').pop()), 0), 0);
    assert.equal((await story(charges[1].id)).length, 3);
    assert.deepEqual(await story('ch_nothing'), []);
  });

  s.test('is read by indexes alone', async () => {
    const asked = readLog(log).filter(({ sql }) => sql.includes('FROM ledger_transactions t JOIN'));
    assert.equal(asked.length, 1);
    const [{ lines, scans }] = await explain(s.server.database, asked);
    assert.deepEqual(scans, []);
    assert.ok(lines.some((line) => line.includes('subject')), lines.join('\n'));
  });
});
