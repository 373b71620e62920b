"""webhooks.py - signed events of Stripe, stored before they are answered, and how fast they are processed behind that.

Each event makes a customer: a row, its event, the mark of the object. What is processed is counted from the first event to the last,
while events come in as fast as they are taken.

SPDX-License-Identifier: Apache-2.0
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import time

from support.compare import Row, rate_row
from support.load import wrk
from support.processes import Trouble, until
from support.server import Server

CONNECTIONS = 64
MOST = 14000  # events a second that are prepared
P99 = 20  # milliseconds


def write_events(path, count, secret):
    """A line each: signature, tab, body."""
    run, now = secrets.token_hex(6), int(time.time())
    with open(path, "w", encoding="utf-8") as out:
        for n in range(count):
            customer = {
                "id": f"cus_{run}{n:08d}", "object": "customer", "address": None, "balance": 0, "created": now, "currency": None,
                "delinquent": False, "description": None, "email": f"told{n}@example.com", "livemode": False, "metadata": {"n": str(n)},
                "name": "Told", "phone": None, "preferred_locales": [], "shipping": None, "tax_exempt": "none",
            }  # fmt: skip
            body = json.dumps({
                "id": f"evt_{run}{n:08d}", "object": "event", "api_version": "2025-03-31.basil", "created": now, "livemode": False,
                "pending_webhooks": 1, "type": "customer.created", "data": {"object": customer},
            })  # fmt: skip
            mark = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
            out.write(f"t={now},v1={mark}\t{body}\n")


def processed(server):
    found = re.findall(r'stripe_lite_webhook_events_total\{outcome="applied"\} (\d+)', server.request("/metrics"))
    return sum(int(number) for number in found)


def run_one(site, server, secret):
    """One round: the Sample of what was taken, and events processed a second."""
    path = os.path.join(site.folder, "events")
    count = MOST * site.seconds
    write_events(path, count, secret)
    before, started = processed(server), time.monotonic()
    sample = wrk(server, "stripe_webhook", CONNECTIONS, site.seconds, file=path)
    if sample.requests > count:
        raise Trouble(f"only {count} events were prepared, {sample.requests} were sent")

    # What wrk cut off at its end was taken, too.
    def done():
        return processed(server) - before >= sample.requests

    until("what was taken is processed", done, 120)
    return sample, sample.requests / (time.monotonic() - started)


def run_bench(site, name, server, secret, at_least):
    samples, rates = [], []
    for number in range(site.rounds):
        sample, rate = run_one(site, server, secret)
        site.say(f"  round {number + 1}: taken {sample.rate:,.0f}/s, processed {rate:,.0f}/s")
        samples.append(sample)
        rates.append(rate)
    server.verify()
    return [
        rate_row(name, samples, unit="events/s", at_least=at_least),
        Row(f"{name} p99", "ms", [sample.p99 for sample in samples], at_most=P99),
        Row(f"{name} processed", "events/s", rates, at_least=2000),
    ]


def serve(site, url, workers):
    secret = f"whsec_{secrets.token_hex(16)}"
    return site.keep(Server(site.build, site.folder, url, workers, STRIPE_WEBHOOK_SECRET=secret)), secret


def run_postgres(site):
    site.cluster().create("webhooks")
    server, secret = serve(site, site.cluster().url("webhooks"), 2)
    return run_bench(site, "webhooks-64", server, secret, 5000)


def run_sqlite(site):
    server, secret = serve(site, f"sqlite:///{os.path.join(site.folder, 'webhooks.db')}", 1)
    return run_bench(site, "webhooks-sqlite-64", server, secret, 4000)


BENCHES = {
    "webhooks-64": {"run": run_postgres, "needs": ("wrk",)},
    "webhooks-sqlite-64": {"run": run_sqlite, "needs": ("wrk",)},
}
