"""charges.py - charges over HTTP against pgbench running the same statements, and its pipelined form.

SPDX-License-Identifier: Apache-2.0
"""

from support.compare import Row, interleave, rate_row
from support.load import pgbench, wrk
from support.postgres import Inserted, charge_scripts, watched

# Connections: what is asked of us against plain and pipelined pgbench.
TARGETS = {16: (1.2, None), 64: (3.0, 1.7), 128: (3.0, 1.7)}
P99_AT_64 = 20


def run_charges(site, connections):
    plain_target, pipelined_target = TARGETS[connections]
    cluster, server = site.cluster(), site.server()
    scripts = charge_scripts(site)
    made = {"bench": 0, "reference": 0}
    stored = {database: Inserted(cluster, database, watched(site)["charge"][0]) for database in made}

    def ours():
        sample = wrk(server, "charge", connections, site.seconds, server.key)
        made["bench"] += sample.requests
        return sample

    def theirs(script):
        sample = pgbench(cluster, "reference", script.file, connections, site.seconds, script.variables)
        made["reference"] += sample.requests
        return sample

    sides = {"ours": ours, "pgbench": lambda: theirs(scripts["plain"])}
    if pipelined_target:
        sides["pgbench pipelined"] = lambda: theirs(scripts["pipelined"])
    samples = interleave(site, sides, cluster)
    for database, count in made.items():
        stored[database].check(count)
    server.verify()

    name = f"charges-{connections}"
    rows = [
        rate_row(name, samples["ours"], samples["pgbench"], unit="charges/s", against="pgbench, same statements", at_least=plain_target)
    ]
    if pipelined_target:
        rows.append(
            rate_row(name, samples["ours"], samples["pgbench pipelined"], unit="charges/s", against="pgbench, pipelined",
                     at_least=pipelined_target)  # fmt: skip
        )
    if connections == 64:
        rows.append(Row(f"{name} p99", "ms", [sample.p99 for sample in samples["ours"]], at_most=P99_AT_64))
    return rows


BENCHES = {
    f"charges-{connections}": {
        "run": lambda site, connections=connections: run_charges(site, connections),
        "needs": ("wrk", "pgbench"),
    }
    for connections in TARGETS
}
