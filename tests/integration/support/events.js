/*
 * events.js: the events a server has recorded, oldest first, each {id, type, object: its object's id}.
 *
 * Read through GET /v1/events where the route table has it, else from the database's own table.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

async function readEvents(s) {
  const routes = await s.server.routes();
  if (!routes.some(({ method, path }) => method === 'GET' && path === '/v1/events')) {
    return s.server.database.rows('SELECT id, type, object_id AS object FROM events ORDER BY created, id');
  }
  const found = [];
  for await (const event of s.stripe.events.list({ limit: 100 })) {
    found.unshift({ id: event.id, type: event.type, object: event.data.object.id });
  }
  return found;
}

/* Runs a step and returns the events it left. */
async function eventsOf(s, step) {
  const before = new Set((await readEvents(s)).map(({ id }) => id));
  await step();
  return (await readEvents(s)).filter(({ id }) => !before.has(id));
}

module.exports = { eventsOf };
