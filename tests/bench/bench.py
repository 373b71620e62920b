#!/usr/bin/env python3
"""bench.py - what `./dev bench` runs: rounds of us and of references on one machine, in turn, and a table of them.

Each file of benches/ holds BENCHES, a table of name to {run, needs, on_request, profiles}: run(site) gives rows
(support/compare.py), needs names programs, on_request benches run only by name or with --all, those with profiles heed
--profile. docs/benchmarks.md says what the figures mean.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import contextlib
import importlib
import json
import os
import pkgutil
import shutil
import signal
import sys
import tempfile
import time

import benches
from support import machine, report
from support.cluster import Cluster
from support.load import wrk
from support.processes import Trouble
from support.server import Server

CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
# Debian keeps servers where a user's PATH does not look.
PATHS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


class Site:
    """What benches share: how long to measure, and the servers, each started when first asked for."""

    def __init__(self, options, stack, postgresql_settings):
        self.postgresql_settings = postgresql_settings
        self.build = options.build
        self.rounds, self.seconds = options.rounds, options.seconds
        self.smoke, self.profile = options.smoke, options.profile
        self.folder = tempfile.mkdtemp(prefix="stripe_lite_bench_")
        os.chmod(self.folder, 0o755)
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.stack = stack
        self.kept = {}

    @staticmethod
    def say(text):
        print(text, file=sys.stderr, flush=True)

    def once(self, name, make):
        """make()'s result, made at the first call."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def keep(self, thing):
        """Starts it; it is stopped at the end."""
        self.stack.callback(thing.stop)
        return thing.start()

    def cluster(self):
        def make():
            cluster = Cluster(self.postgresql_settings)
            self.stack.callback(cluster.stop)
            cluster.start()
            return cluster

        return self.once("cluster", make)

    def server(self):
        """Stripe_lite on the database `bench` of the cluster, warm."""

        def make():
            self.cluster().create("bench")
            server = self.keep(Server(self.build, self.folder, self.cluster().url("bench")))
            wrk(server, "charge", 64, 1, server.key)
            return server

        return self.once("server", make)


def table_of_benches():
    found = {}
    for module in sorted(pkgutil.iter_modules(benches.__path__), key=lambda entry: entry.name):
        found |= importlib.import_module(f"benches.{module.name}").BENCHES
    return found


def choose(table, options):
    """The benches asked for by name or by the beginning of a name, in the table's order; without names, those of every day."""
    if options.names:
        for name in options.names:
            if not any(known.startswith(name) for known in table):
                raise Trouble(f"there is no bench '{name}'; there are: {' '.join(table)}")
        asked = tuple(options.names)
        return [name for name, entry in table.items() if name.startswith(asked) or (options.profile and entry.get("profiles"))]
    return [name for name in table if options.all or not table[name].get("on_request")]


def missing_programs(names, table):
    return sorted({need for name in names for need in table[name]["needs"] if not shutil.which(need, path=PATHS)})


class Help(argparse.HelpFormatter):
    """Begins as the help of every ./dev command does."""

    def add_usage(self, usage, actions, groups, prefix=None):
        super().add_usage(usage, actions, groups, prefix or "Usage: ")


def read_options(table, words):
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        formatter_class=Help,
        description="Measures this checkout's release build against references on this machine, in rounds that take turns, and prints "
        "a table of ratios. Exits 0 when all of it could be measured, whether targets are met or not.",
        epilog="Benches: " + " ".join(name + ("*" if entry.get("on_request") else "") for name, entry in table.items())
        + " (* only by name or with --all). The beginning of a name means all that begin so. docs/benchmarks.md says more.",
    )  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="name", help="benches to run; without, all but those with *")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each bench (5)")
    parser.add_argument("--seconds", type=int, default=5, help="seconds of each side in a round (5)")
    parser.add_argument("--json", metavar="FILE", help="write raw figures and facts of the machine there")
    parser.add_argument("--profile", choices=("perf", "callgrind"), help="run the bench cpu, by this tool (perf); with names, too")
    parser.add_argument("--all", action="store_true", help="also the long benches")
    parser.add_argument("--smoke", action="store_true", help="everything as short as can be: shows that it works, not how fast")
    parser.add_argument("--list", action="store_true", help="only name the benches")
    parser.add_argument("--build", default=os.path.join(CHECKOUT, "build", "release"), help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.rounds < 1 or options.seconds < 1:
        parser.error("rounds and seconds are at least 1")
    if options.smoke:
        options.rounds = options.seconds = 1
    return options


def main(words):
    table = table_of_benches()
    options = read_options(table, words)
    os.environ["PATH"] = PATHS
    names = choose(table, options)
    if options.list:
        print("\n".join(names))
        return 0
    missing = missing_programs(names, table)
    if missing:
        raise Trouble(f"missing programs: {' '.join(missing)} (see tools/bench_packages.txt)")
    # A cluster must not outlive us.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    facts = machine.facts(CHECKOUT, options)
    rows, troubles = [], []
    with contextlib.ExitStack() as stack:
        site = Site(options, stack, facts["postgresql_settings"])
        facts["fsync_us"] = machine.fsync_microseconds(site.folder)
        for name in names:
            started = time.monotonic()
            site.say(f"bench: {name}")
            try:
                rows += table[name]["run"](site)
            except Trouble as trouble:
                troubles.append(f"{name}: {trouble}")
                site.say(f"bench: {troubles[-1]}")
            site.say(f"bench: {name} took {time.monotonic() - started:.0f} s")
    facts["load_at_end"] = os.getloadavg()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": facts, "rows": [row.as_json() for row in rows], "troubles": troubles}, file, indent=1)
            file.write("\n")
    report.print_report(facts, rows, troubles)
    return 1 if troubles else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as problem:
        print(f"bench: {problem}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
