"""million.py - what a request costs with a million stored charges, against what it costs with a handful.

Two databases, two servers. The million are copies of one charge with all that it wrote but its idempotency key, which lasts a
day: intent, method, attempt, events, balance transaction and postings, with ids of their own in the order of their times, ten
to a second; the balances are what they come to, and `verify` agrees. The events' documents are left empty, for the disk's sake:
nothing measured here reads them.

The other side has FEW, so that its pages, too, follow a charge and have another after them: what is read and rendered is the
same on both sides. A page holds one charge; the thousandth begins where a thousand pages of ten end. Cost is the mean latency of a
request, and the CPU time of the server and of PostgreSQL for it, which other processes disturb less.

SPDX-License-Identifier: Apache-2.0
"""

import json
import re

from support.capture import DIGITS, ID, LONG, literal, vary
from support.compare import Row, interleave
from support.load import wrk
from support.postgres import CHARGE, watched
from support.processes import Trouble
from support.server import Server

STORED = 1_000_000
FEW = 3
DEEP = 9_990
CONNECTIONS = (1, 16)
PARTS = 10  # statements that fill a table


def expression(column, value, known):
    """SQL of a copy's value: n is its number, from 0, of `many`."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value} - (many - n) / 10" if column == "created" else str(value)
    if isinstance(value, (dict, list)):
        return literal(json.dumps(value))
    pieces, at = [], 0
    for match in ID.finditer(value):
        if match.group() in known:
            pieces += [literal(value[at:match.start()] + id_lead(known[match.group()])), f"to_char(n, 'FM{'0' * DIGITS}')"]
            at = match.end()
    if value.startswith("{") and len(value) > LONG:
        return "'{}'"
    if not pieces:
        return literal(value)
    return " || ".join([*pieces, literal(value[at:])])


def id_lead(number):
    """The beginning of the copies' ids, of 24 letters and digits in all; early in the order of ours, which begin with the time."""
    return f"0000{number:02d}"


def charge_rows(cluster, statements):
    """The rows that a charge leaves: (table, {column: value}). Nothing of balances and of the key."""
    for statement in statements:
        found = re.match(r"INSERT INTO (\w+) \((.*?)\) .*DO NOTHING$", statement.sql)
        if not found or found.group(1) == "idempotency_keys":
            continue
        table, columns = found.group(1), re.findall(r"\w+", found.group(2))
        own = dict(zip(columns, statement.values))
        where = " AND ".join(f"{name} = {literal(own[name])}" for name in ("account_id", "id"))
        yield table, json.loads(cluster.sql("watched", f"SELECT to_json(t) FROM {table} t WHERE {where}"))


def fill(site, cluster, many):
    """many copies of the charge in the database `million` beside the FEW; the beginning of their ids."""
    known = {}
    one, other = watched(site)["charge"]
    vary(other, one, known)
    parts = min(PARTS, many)
    for table, row in charge_rows(cluster, other):
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(expression(name, value, known) for name, value in row.items())
        for part in range(parts):
            numbers = f"generate_series({many * part // parts}, {many * (part + 1) // parts - 1}) n"
            cluster.sql("million", f"INSERT INTO {table} ({names}) SELECT {values} FROM {numbers}, (SELECT {many} AS many) m")
    books = f"UPDATE ledger_balances SET amount = amount + amount / {FEW} * {many}"
    cluster.sql("million", books, "VACUUM ANALYZE", seconds=3600)
    own = {value for statement in other for value in statement.values if isinstance(value, str)}
    return next(f"ch_{id_lead(number)}" for token, number in known.items() if f"ch_{token}" in own)


def prepare(site, cluster, many):
    """Servers on a database with few charges and on one with many; paths of requests for each."""
    cluster.create("few")
    small = Server(site.build, site.folder, cluster.url("few"), workers=1).start()
    made = [json.loads(small.request("/v1/charges", CHARGE))["id"] for _ in range(FEW)]
    small.stop()
    cluster.create("million", "few")
    lead = fill(site, cluster, many)
    cluster.sql("few", "VACUUM ANALYZE")
    small, large = (site.keep(Server(site.build, site.folder, cluster.url(name))) for name in ("few", "million"))
    stored = int(cluster.sql("million", "SELECT count(*) FROM charges"))
    if stored != many + FEW:
        raise Trouble(f"{stored} charges are stored, not {many + FEW}")
    page = "/v1/charges?limit=1"
    deep = f"{page}&starting_after={lead}{max(many - DEEP, 1):0{DIGITS}d}"
    if len(json.loads(large.request(deep))["data"]) != 1:
        raise Trouble("the thousandth page is empty")
    requests = {
        "retrieve": (f"/v1/charges/{made[0]}", f"/v1/charges/{lead}%0{DIGITS}d"),
        "first page": (page, page),
        "thousandth page": (f"{page}&starting_after={made[-1]}", deep),
        "charge": ("charge", "charge"),
    }
    return small, large, requests


def rows_of(name, connections, samples):
    """Latency, and CPU time where there are enough requests at once to fill the machine."""
    many, few = samples["many"], samples["few"]
    latency = [[connections / sample.rate * 1e3 for sample in side] for side in (many, few)]
    rows = [Row(f"{name}, {connections}", "ms", *latency, "with a handful stored", at_most=1.3)]
    rows[0].details |= {
        "samples": [sample.as_json() for sample in many],
        "reference_samples": [sample.as_json() for sample in few],
    }
    if connections > 1:
        time = [[sum(sample.cpu) + sample.database_cpu for sample in side] for side in (many, few)]
        rows.append(Row(f"{name}, {connections}", "CPU µs", *time, "with a handful stored", at_most=1.3))
    return rows


def run(site):
    cluster = site.cluster()
    many = 1_000 if site.smoke else STORED
    small, large, requests = prepare(site, cluster, many)
    large.verify()
    for server in (small, large):
        wrk(server, requests["first page"][0], max(CONNECTIONS), 1, server.key)
    rows = []
    for name, (few, lots) in requests.items():
        for connections in CONNECTIONS:
            samples = interleave(
                site,
                {
                    "few": lambda: wrk(small, few, connections, site.seconds, small.key),
                    "many": lambda: wrk(large, lots, connections, site.seconds, large.key, many if "%" in lots else 0),
                },
                cluster,
            )
            rows += rows_of(f"million {name}", connections, samples)
    return rows


BENCHES = {"million": {"run": run, "needs": ("wrk", "pgbench"), "on_request": True}}
