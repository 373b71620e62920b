/*
 * sample.test.js: notes about customers, through a server with the plugin.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { start } = require('./server');

const NOTES = '/api/v1/sample/notes';
let server;
let customer;

before(async () => {
  server = await start('sample', { welcome: 'Say hello' });
  const made = await server.post('/customers', { name: 'Ada', email: 'ada@example.com' });
  customer = made.body.customer.id;
});
after(async () => { if (server) assert.equal(await server.stop(), 0); });

/* Handlers of events run after the answer. */
async function until(what, probe) {
  for (const end = Date.now() + 20000; Date.now() < end;) {
    const value = await probe();
    if (value) return value;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  throw new Error(`not within 20 s: ${what}\n${server.log}`);
}

test('a new customer has its first note, once', async () => {
  const about = async () => (await server.get(`${NOTES}?customer_id=${customer}`)).body.notes;
  const [first] = await until('a note', async () => { const found = await about(); return found.length > 0 && found; });
  assert.equal(first.text, 'Say hello');
  assert.equal((await about()).length, 1);
});

test('a note is written, read and listed', async () => {
  const { status, body: note } = await server.post(NOTES, { customer_id: customer, text: 'Pays by transfer' });
  assert.equal(status, 200, JSON.stringify(note));
  assert.deepEqual([note.object, note.customer_id, note.text], ['sample_note', customer, 'Pays by transfer']);
  assert.deepEqual((await server.get(`${NOTES}/${note.id}`)).body, note);
  assert.deepEqual((await server.get(`${NOTES}?limit=1`)).body, { notes: [note], has_more: true });
});

test('what is wrong is said', async () => {
  assert.equal((await server.post(NOTES, { customer_id: customer })).status, 422);
  assert.equal((await server.post(NOTES, { customer_id: 'cus_nobody', text: 'x' })).status, 400);
  assert.equal((await server.get(`${NOTES}/samplenote_none`)).status, 404);
});
