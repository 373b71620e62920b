"""customers.py - a customer read and made over HTTP, against pgbench's SELECT and INSERT of the row.

SPDX-License-Identifier: Apache-2.0
"""

import re

from support.capture import U, Statement, literal, vary
from support.compare import interleave, rate_row
from support.load import pgbench, wrk
from support.postgres import Inserted, watched, write_script
from support.processes import Trouble

CONNECTIONS = 64
STORED = 1000


def only(statements, pattern):
    found = [statement for statement in statements if re.match(pattern, statement.sql)]
    if len(found) != 1:
        raise Trouble(f"{len(found)} statements are like {pattern}")
    return found[0]


def store(cluster, insert):
    """STORED copies of the row in both databases, with ids that both sides can name."""
    columns = re.search(r"\((.*?)\)", insert.sql).group(1)
    values = ["NULL" if value is None else literal(value) for value in insert.values]
    names = re.findall(r"\w+", columns)
    values[names.index("id")] = "'cus_bench01' || to_char(n, 'FM00000000000000000')"
    values[names.index("invoice_prefix")] = "'B' || to_char(n, 'FM0000000')"
    for database in ("bench", "reference"):
        cluster.sql(database, f"INSERT INTO customers ({columns}) SELECT {', '.join(values)} FROM generate_series(0, {STORED - 1}) n",
                    "ANALYZE customers")  # fmt: skip


def run_get(site):
    cluster, server = site.cluster(), site.server()
    found = watched(site)
    site.once("customers", lambda: store(cluster, only(found["customer_post"][0], "INSERT INTO customers ")))
    select = only(found["customer_get"][0], r"SELECT .* FROM customers ")
    script = write_script(site, "customer_get", [Statement(select.sql, [select.values[0], ["cus_bench0", U]])])
    with open(script.file, "r+", encoding="utf-8") as file:
        text = re.sub(r"\\set u .*", rf"\\set u random({10**17}, {10**17 + STORED - 1})", file.read())
        file.seek(0)
        file.write(text)
        file.truncate()
    samples = interleave(
        site,
        {
            "ours": lambda: wrk(server, "/v1/customers/cus_bench01%017d", CONNECTIONS, site.seconds, server.key, STORED),
            "pgbench": lambda: pgbench(cluster, "reference", script.file, CONNECTIONS, site.seconds, script.variables),
        },
    )
    return [rate_row("customer-get-64", samples["ours"], samples["pgbench"], against="pgbench, its SELECT", at_least=0.5)]


def run_post(site):
    cluster, server = site.cluster(), site.server()
    one, other = watched(site)["customer_post"]
    insert = [statement for statement in vary(other, one) if statement.sql.startswith("INSERT INTO customers ")]
    script = write_script(site, "customer_post", insert)
    stored = Inserted(cluster, "reference", insert)
    samples = interleave(
        site,
        {
            "ours": lambda: wrk(server, "customer_post", CONNECTIONS, site.seconds, server.key),
            "pgbench": lambda: pgbench(cluster, "reference", script.file, CONNECTIONS, site.seconds, script.variables),
        },
        cluster,
    )
    stored.check(sum(sample.requests for sample in samples["pgbench"]))
    return [rate_row("customer-post-64", samples["ours"], samples["pgbench"], against="pgbench, its INSERT", at_least=0.8)]


BENCHES = {
    "customer-get-64": {"run": run_get, "needs": ("wrk", "pgbench")},
    "customer-post-64": {"run": run_post, "needs": ("wrk", "pgbench")},
}
