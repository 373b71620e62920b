/*
 * points.js: every fault point of the tree, with what is tried at it. The code's SL_FAULT("...") and this list are the same set.
 *
 * point     the name in the code
 * doc       where it stands
 * kinds     what the place is passed for, each tried by itself ("point@kind"); without it, any pass
 * actions   those that make sense there: kill, stop, delay, error (sdk/include/stripe_lite/fault.h)
 * database  the one that has it, else both
 * lane      the server whose load comes by (fault.test.js); `migrate` is a command (migrations.test.js)
 * needs     points at which an error must be armed first, so that the load gets there
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const ALL = ['kill', 'stop', 'delay', 'error'];
const ON = ['kill', 'stop', 'delay']; /* nothing can fail there */
const OPERATIONS = ['authorize', 'capture', 'void', 'refund', 'setup'];
const UNANSWERED = ['payment.after_gateway@authorize'];

const payment = (point, actions, doc) => ({ point: `payment.${point}`, kinds: OPERATIONS, actions, lane: 'payments', doc });
const recovery = (point, actions, doc) => ({ point: `recovery.${point}`, actions, lane: 'recovery', needs: UNANSWERED, doc });
const job = (point, actions, doc, needs = UNANSWERED) => ({ point: `job.${point}`, actions, lane: 'jobs', needs, doc });
const failover = (point, actions, doc) => ({ point: `failover.${point}`, actions, lane: 'failover', doc });
const webhook = (point, actions, doc, needs = []) => ({ point: `webhook.${point}`, actions, lane: 'webhooks', needs, doc });
const delivery = (point, actions, doc) => ({ point, actions, lane: 'deliveries', doc });
const write = (point, actions, doc, database) => ({ point, actions, lane: 'writes', doc, database });
const migration = (point, actions, doc) => ({ point: `migration.${point}`, actions, lane: 'migrate', doc });

const points = [
  payment('before_first_commit', ALL, 'the attempt is in the write set'),
  payment('after_first_commit', ON, 'the attempt is stored, the gateway not asked'),
  payment('before_gateway', ALL, 'the next thing is the call; error: it never left'),
  payment('after_gateway', ALL, 'the gateway has said something, nobody has written it down; error: its answer was lost'),
  payment('before_second_commit', ALL, 'the outcome is about to be recorded'),
  payment('after_second_commit', ON, 'it is recorded, the client not answered'),

  { point: 'request.begun', kinds: ['POST'], actions: ON, lane: 'writes', doc: 'a request has come in whole' },
  { point: 'request.before_answer', kinds: ['POST'], actions: ON, lane: 'writes', doc: 'all is done, the answer has not left' },

  write('idempotency.before_look', ALL, 'before the key is looked up'),
  write('idempotency.before_record', ALL, 'before the key joins the write set'),
  write('idempotency.after_record', ON, 'after the commit with the key'),
  write('event.before_render', ALL, 'events are pending, none is rendered'),
  write('event.before_enqueue', ON, 'an event is in the write set, its subscribers have no jobs'),
  write('event.after_render', ON, 'all events are in the write set'),
  write('write_set.before', ALL, 'the set is complete and goes to the driver'),
  write('write_set.after', ALL, 'the driver has answered, nobody has been told; error: its answer was lost'),
  write('sqlite.before_statements', ALL, 'the thread begins with a set', 'sqlite'),
  write('sqlite.after_statements', ALL, 'its statements are done', 'sqlite'),
  write('sqlite.before_commit', ALL, 'all sets of the group are done', 'sqlite'),
  write('sqlite.after_commit', ON, 'the group is stored, no fiber knows', 'sqlite'),
  { ...write('sqlite.before_apart', ALL, 'a set has failed, the group is about to run apart', 'sqlite'), needs: ['sqlite.before_statements'] },
  write('postgres.before_statements', ALL, 'the leader begins with a group', 'postgres'),
  write('postgres.before_commit', ALL, 'all statements of the group are answered', 'postgres'),
  { ...write('postgres.sent', ALL, 'a statement has left, its answer is not read; error: the connection goes', 'postgres'), kinds: ['COMMIT'] },
  write('postgres.after_commit', ON, 'the group is stored, no member knows', 'postgres'),
  { ...write('postgres.before_verdict', ALL, 'a lost COMMIT is about to be looked for; error: nobody can tell', 'postgres'), needs: ['postgres.sent@COMMIT'] },

  job('before_claim', ALL, 'the runner begins a turn', []),
  job('claimed', ALL, 'rows are claimed, no fiber has them; error: the answer was lost', []),
  job('before_handler', ALL, 'the handler is about to be called'),
  job('after_handler', ALL, 'the handler has done its part, nothing is committed'),
  job('after_commit', ON, 'a commit of a run is stored'),
  job('before_give_back', ALL, 'a job that failed is about to become ready again', [...UNANSWERED, 'job.before_handler@payments.recover']),

  { ...recovery('before_sweep', ALL, 'the open attempts are about to be read'), needs: [] },
  recovery('before_gateway', ALL, 'the gateway is about to be asked what happened'),
  recovery('after_gateway', ALL, 'it has said so, nothing is recorded; error: its answer was lost'),
  { ...recovery('', ALL, 'the same, by the recovery'), point: 'payment.before_second_commit', kinds: ['recovery'] },

  failover('before_commit', ALL, 'the first gateway did nothing, the attempt at the next is not stored'),
  failover('after_commit', ON, 'the attempt at the next gateway is stored, it is not asked'),
  failover('after_gateway', ALL, 'the next gateway has said something, nobody has written it down; error: its answer was lost'),
  { ...failover('', ALL, 'the first gateway did nothing, nobody has written it down; error: its answer was lost'), point: 'payment.after_gateway', kinds: ['authorize'] },
  { ...failover('', ALL, 'what the last gateway said is about to be recorded'), point: 'payment.before_second_commit', kinds: ['authorize'] },

  webhook('before_store', ALL, 'an event was verified and read'),
  webhook('after_store', ON, 'it is stored, the gateway not answered'),
  webhook('before_effect', ALL, 'it is about to be worked on'),
  webhook('before_mark', ALL, 'its effect is in the write set, or recorded by the plugin that made the payment'),
  webhook('after_mark', ON, 'it is processed'),
  webhook('before_claim', ALL, 'what is overdue is about to be taken', ['webhook.before_effect']),

  delivery('queue.claimed', ON, 'rows of a queue are claimed, no fiber has them'),
  delivery('delivery.before_send', ALL, 'a delivery is about to be sent; error: it is not, and its lease must end'),
  delivery('delivery.after_send', ALL, 'the receiver has answered, nothing is recorded; error: its answer was lost'),
  delivery('delivery.after_record', ON, 'what became of it is stored'),

  { point: 'worker.before_listen', actions: ALL, lane: 'workers', doc: 'a worker has loaded its plugins' },
  { point: 'worker.listens', actions: ON, lane: 'workers', doc: 'it listens and has not told the master' },
  { point: 'worker.drains', actions: ['kill', 'stop'], lane: 'workers', doc: 'it was told to drain' },
  { point: 'worker.drained', actions: ON, lane: 'workers', doc: 'its requests are answered, its jobs not ended' },

  migration('before_file', ALL, 'a file is about to be run'),
  migration('before_record', ALL, 'its statements are done'),
  migration('before_commit', ALL, 'and the row that remembers it'),
  migration('after_commit', ON, 'the file is stored'),
];

/* What is tried in one lane on one database: {point, action, needs}, with the kind in the point's name. */
function rounds(lane, database) {
  const found = [];
  for (const one of points.filter((row) => row.lane === lane && (!row.database || row.database === database))) {
    for (const kind of one.kinds || [null]) {
      for (const action of one.actions) {
        found.push({ point: kind ? `${one.point}@${kind}` : one.point, action, needs: one.needs || [] });
      }
    }
  }
  return found;
}

module.exports = { points, rounds };
