"""postgres.py - the references on PostgreSQL: databases, and scripts of what a lone request asks there.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import dataclasses
import itertools
import os
import re

from .capture import PostgresLog, capture, pgbench_script, vary
from .processes import Trouble
from .server import Server

CHARGE = "amount=2000&currency=usd&source=tok_visa"
CUSTOMER = "name=Ann+Example&email=ann%40example.com&description=A+customer"


@dataclasses.dataclass
class Script:
    file: str
    variables: dict


class Inserted:
    """Whether statements that may do nothing (ON CONFLICT) did all that they were counted for."""

    def __init__(self, cluster, database, statements):
        self.cluster, self.database = cluster, database
        found = (re.match(r"INSERT INTO (\w+) .* ON CONFLICT DO NOTHING$", statement.sql) for statement in statements)
        self.each = collections.Counter(match.group(1) for match in found if match)
        self.before = self.rows()

    def rows(self):
        return {table: int(self.cluster.sql(self.database, f"SELECT count(*) FROM {table}")) for table in self.each}

    def check(self, times):
        for table, rows in self.rows().items():
            added = rows - self.before[table]
            if not self.each or added < times * self.each[table]:
                raise Trouble(f"{times} times {self.each[table]} rows were counted in {self.database}, {table} has {added} more")


def write_script(site, name, statements, pipelined=False):
    text, variables = pgbench_script(statements, pipelined)
    file = os.path.join(site.folder, f"{name}.sql")
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)
    return Script(file, variables)


def watched_requests(site):
    """What one charge, one customer and one look at that customer say to the database: {name: [Statement]}; each once more."""
    cluster = site.cluster()
    cluster.create("watched")
    cluster.sql("postgres", "ALTER DATABASE watched SET log_statement = 'all'")
    server = Server(site.build, site.folder, cluster.url("watched"), workers=1).start()
    log = PostgresLog(cluster, "watched")
    keys = itertools.count()

    def charge():
        server.request("/v1/charges", CHARGE, Idempotency_Key=f"bench{next(keys):027d}")

    try:
        found = {"charge": capture(log, charge)}
        found["customer_post"] = capture(log, lambda: server.request("/v1/customers", CUSTOMER))
        made = re.search(r'"id":"(cus_\w+)"', server.request("/v1/customers", CUSTOMER)).group(1)
        found["customer_get"] = capture(log, lambda: server.request(f"/v1/customers/{made}"))
    finally:
        server.stop()
    # The references run on the same tables, with one charge in them.
    cluster.create("reference", "watched")
    return found


def watched(site):
    return site.once("watched requests", lambda: watched_requests(site))


def charge_scripts(site):
    """The scripts of a charge: all its statements in their order, each awaited, and pipelined."""

    def make():
        statements = vary(*reversed(watched(site)["charge"]))
        if [statement.sql for statement in statements].count("COMMIT") != 2:
            raise Trouble("a charge is not two transactions any more: the reference must be thought over")
        site.say(f"  one charge is {len(statements)} statements")
        return {
            "plain": write_script(site, "charge", statements),
            "pipelined": write_script(site, "charge_pipelined", statements, pipelined=True),
        }

    return site.once("charge scripts", make)
