"""charges_sqlite.py - charges over HTTP on SQLite against the same statements with each transaction committed alone.

The reference (sqlite_reference.c) is one thread that never waits, or several that wait for each other as SQLite has them do
(busy_timeout): in each round the faster counts. SQLite is served by one worker.

SPDX-License-Identifier: Apache-2.0
"""

import itertools
import os

from support.compare import interleave, rate_row
from support.load import wrk
from support.postgres import CHARGE
from support.processes import Trouble, run
from support.server import Server
from support.sqlite import capture_sqlite, count_rows, reference, script_lines

CONNECTIONS = 64
THREADS = 4
PROGRAMS = ["tests/bench/sqlite_reference", "tests/bench/sqlite_trace.so"]


def build_programs(site):
    run("ninja", "-C", site.build, *PROGRAMS)
    return [os.path.join(site.build, program) for program in PROGRAMS]


def watch(site, trace_library, database):
    """The statements of one charge, on a database that then serves the reference."""
    trace = os.path.join(site.folder, "sqlite_trace")
    server = Server(site.build, site.folder, f"sqlite:///{database}", 1, LD_PRELOAD=trace_library, STRIPE_LITE_BENCH_TRACE=trace)
    server.start()
    keys = itertools.count()
    try:
        return capture_sqlite(trace, lambda: server.request("/v1/charges", CHARGE, Idempotency_Key=f"bench{next(keys):027d}"))
    finally:
        server.stop()


def run_bench(site):
    program, trace_library = build_programs(site)
    theirs, ours = (os.path.join(site.folder, name) for name in ("reference.db", "ours.db"))
    script = os.path.join(site.folder, "charge.script")
    with open(script, "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in script_lines(watch(site, trace_library, theirs)))
    server = site.keep(Server(site.build, site.folder, f"sqlite:///{ours}", 1))
    wrk(server, "charge", CONNECTIONS, 1, server.key)
    before = {file: count_rows(file, "charges") for file in (ours, theirs)}
    samples = interleave(
        site,
        {
            "ours": lambda: wrk(server, "charge", CONNECTIONS, site.seconds, server.key),
            "1 thread": lambda: reference(program, theirs, script, 1, site.seconds),
            f"{THREADS} threads": lambda: reference(program, theirs, script, THREADS, site.seconds),
        },
    )
    single, several = samples["1 thread"], samples[f"{THREADS} threads"]
    for file, made in ((ours, samples["ours"]), (theirs, single + several)):
        added = count_rows(file, "charges") - before[file]
        if added < sum(sample.requests for sample in made):
            raise Trouble(f"{file} has only {added} charges more than before")
    server.verify()
    better = [max(pair, key=lambda sample: sample.rate) for pair in zip(single, several)]
    row = rate_row("charges-sqlite-64", samples["ours"], better, unit="charges/s", against="SQLite, a commit each", at_least=3.0)
    return [row]


BENCHES = {"charges-sqlite-64": {"run": run_bench, "needs": ("wrk", "ninja")}}
