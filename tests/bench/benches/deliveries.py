"""deliveries.py - events on their way out: how many a second, and how long one takes beside a thousand endpoints that hang.

SPDX-License-Identifier: Apache-2.0
"""

import http.server
import json
import resource
import socket
import threading
import time
import urllib.parse

from support.compare import Row
from support.processes import Trouble, free_port, until
from support.server import Nginx, Server

ENDPOINTS = 8
DELIVERIES = 20_000  # a round
DEAD = 1_000
WAITING = 10  # deliveries to each of the dead
ASKED = 50  # customers a second
PENDING = "SELECT count(*) FROM webhook_deliveries WHERE due IS NOT NULL AND lane IN ({lanes})"

# A backlog as a receiver that was away finds it: each row is an event and an endpoint.
BACKLOG = """
INSERT INTO events (account_id, id, type, object_id, object_type, created, data, api_version, version)
    SELECT account_id, 'evt_{word}' || to_char(n, 'FM00000000'), type, object_id, object_type, created, data, api_version, 1
    FROM (SELECT * FROM events WHERE type = 'customer.created' LIMIT 1) e, generate_series(1, {events}) n;
INSERT INTO webhook_deliveries (account_id, id, created, version, lane, event, type, status, due, attempt, pending)
    SELECT w.account_id, 'whd_{word}' || row_number() OVER (), extract(epoch FROM now())::bigint, 1, w.id, e.id, e.type, 'pending', 0, 0, 1
    FROM events e, webhook_endpoints w WHERE e.id LIKE 'evt_{word}%' AND w.id IN ({lanes})
"""


def started(site, database):
    site.cluster().create(database)
    return site.keep(Server(site.build, site.folder, site.cluster().url(database), STRIPE_LITE_ENVIRONMENT="test"))


def endpoints_make(server, urls, events):
    """The ids, as texts of SQL."""
    ids = []
    for url in urls:
        form = urllib.parse.urlencode({"url": url, "enabled_events[]": events})
        ids.append(json.loads(server.request("/v1/webhook_endpoints", form))["id"])
    return ", ".join(f"'{name}'" for name in ids)


def run_rate(site):
    server, cluster = started(site, "deliveries"), site.cluster()
    nginx = site.keep(Nginx(site.folder, "{}"))
    server.request("/v1/customers", "name=Bench")
    lanes = endpoints_make(server, [f"{nginx.url}/{i}" for i in range(ENDPOINTS)], "charge.expired")
    events = (200 if site.smoke else DELIVERIES) // ENDPOINTS
    rates = []
    for number in range(site.rounds):
        cluster.checkpoint()
        cluster.sql("deliveries", *BACKLOG.format(word=f"bench{number}x", events=events, lanes=lanes).split(";"), "ANALYZE webhook_deliveries")
        begun = time.monotonic()
        until("all are delivered", lambda: cluster.sql("deliveries", PENDING.format(lanes=lanes)) == "0", 120)
        rates.append(events * ENDPOINTS / (time.monotonic() - begun))
        site.say(f"  round {number + 1}: {rates[-1]:,.0f} deliveries/s")
    lost = cluster.sql("deliveries", "SELECT count(*) FROM webhook_deliveries WHERE status <> 'succeeded'")
    if lost != "0":
        raise Trouble(f"{lost} deliveries did not succeed")
    server.verify()
    return [Row("webhooks-out", "deliveries/s", rates, at_least=2000)]


class Arrivals(http.server.BaseHTTPRequestHandler):
    """Notes when the event of a customer came in."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    times = {}

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.times.setdefault(json.loads(body)["data"]["object"]["id"], time.monotonic())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def latencies(server, seconds):
    """Milliseconds from the call that causes an event to its arrival, of ASKED calls a second."""
    begun = {}
    start = time.monotonic()
    for number in range(ASKED * seconds):
        time.sleep(max(0, start + number / ASKED - time.monotonic()))
        asked = time.monotonic()
        begun[json.loads(server.request("/v1/customers", "name=Bench"))["id"]] = asked
    until("all have arrived", lambda: begun.keys() <= Arrivals.times.keys())
    return sorted((Arrivals.times[name] - at) * 1000 for name, at in begun.items())


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def run_dead(site):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server, cluster = started(site, "dead"), site.cluster()
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Arrivals)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    deaf = socket.create_server(("127.0.0.1", free_port()), backlog=4 * DEAD)
    endpoints_make(server, [f"http://127.0.0.1:{receiver.server_port}/"], "customer.created")
    latencies(server, 1)
    alone = [latencies(server, site.seconds) for _ in range(site.rounds)]
    dead = 20 if site.smoke else DEAD
    lanes = endpoints_make(server, [f"http://127.0.0.1:{deaf.getsockname()[1]}/{i}" for i in range(dead)], "charge.expired")
    cluster.sql("dead", *BACKLOG.format(word="deadx", events=WAITING, lanes=lanes).split(";"), "ANALYZE webhook_deliveries")
    held = f"SELECT count(DISTINCT lane) FROM webhook_deliveries WHERE holder IS NOT NULL AND lane IN ({lanes})"
    until("the dead hang", lambda: int(cluster.sql("dead", held)) == dead, 30)
    beside = [latencies(server, site.seconds) for _ in range(site.rounds)]
    receiver.shutdown()
    ours, reference = [percentile(one, 0.99) for one in beside], [percentile(one, 0.99) for one in alone]
    site.say(f"  p99 beside {dead} dead: {ours} ms; alone: {reference} ms")
    p50 = percentile(sorted(sum(beside, [])), 0.5)
    return [Row("webhooks-out-dead", "ms p99", ours, reference, against="without the dead", at_most=2, p50=p50)]


BENCHES = {
    "webhooks-out": {"run": run_rate, "needs": ("nginx",)},
    "webhooks-out-dead": {"run": run_dead, "needs": ()},
}
