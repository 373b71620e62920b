"""load.py - one measured run: wrk against a server, pgbench against a database.

wrk has one thread, so that it leaves room to what it measures. The seconds in which pgbench's clients prepare their statements
are not counted.

SPDX-License-Identifier: Apache-2.0
"""

import dataclasses
import itertools
import json
import os
import re

from .processes import Trouble, run

LUA = os.path.join(os.path.dirname(__file__), "requests.lua")
WARM_UP = 2  # seconds
runs = itertools.count(1)


@dataclasses.dataclass
class Sample:
    """What one run gave. Milliseconds; cpu: microseconds of the server's processes a request (user, system);
    database_cpu: those of PostgreSQL."""

    rate: float
    requests: int
    mean: float = None
    p50: float = None
    p99: float = None
    cpu: tuple = None
    database_cpu: float = None

    def as_json(self):
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}


def wrk(server, kind, connections, seconds, key="", numbers=0):
    """kind: one of requests.lua's, or a path, in which a %d becomes one of so many numbers. Every answer but 200s (wrk counts from 400 on) is Trouble."""
    # New keys for each run; as long as the ids we make, so that capture.py knows them as such.
    word = f"bench{os.getpid():08d}{next(runs):06d}"
    before = server.cpu_seconds()
    said = run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency", "-s", LUA, server.url,
               "--", kind, key, word, numbers, seconds=seconds + 60)  # fmt: skip
    after = server.cpu_seconds()
    found = json.loads(said.rstrip("\n").rpartition("\n")[2])
    failures = {name: found[name] for name in ("status", "connect", "read", "write", "timeout") if found[name]}
    if failures or not found["requests"]:
        raise Trouble(f"{kind} at {connections}: of {found['requests']} requests failed: {failures}")
    requests = found["requests"]
    return Sample(
        rate=requests / found["microseconds"] * 1e6,
        requests=requests,
        mean=found["mean"] / 1000,
        p50=found["p50"] / 1000,
        p99=found["p99"] / 1000,
        cpu=tuple((b - a) / requests * 1e6 for a, b in zip(before, after)),
    )


def pgbench(cluster, database, script, clients, seconds, variables=None):
    """script: a file. Besides its variables it finds :run, which no other run has, and :n, which it may count up."""
    values = (variables or {}) | {"run": next(runs), "n": 0}
    defines = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
    said = run("pgbench", "-n", "-M", "prepared", "-f", script, "-c", clients, "-j", min(2, clients), "-T", seconds + WARM_UP, "-P", 1,
               *defines, *cluster.words(database),
               env=cluster.environment(), seconds=seconds + 60, capture_output=False, stdout=-1, stderr=-2)  # fmt: skip
    steps = re.findall(r"progress: ([\d.]+) s, ([\d.]+) tps, lat ([\d.]+) ms", said)
    done = re.search(r"actually processed: (\d+)", said)
    if not done or len(steps) <= WARM_UP or re.search(r"aborted|failed transactions: [1-9]", said):
        raise Trouble(f"pgbench: {said[-2000:]}")
    spans = [float(step[0]) for step in steps[WARM_UP - 1 :]]
    weights = [end - begin for begin, end in zip(spans, spans[1:])]
    counts = [float(step[1]) * weight for step, weight in zip(steps[WARM_UP:], weights)]
    mean = sum(float(step[2]) * count for step, count in zip(steps[WARM_UP:], counts)) / max(sum(counts), 1)
    return Sample(rate=sum(counts) / sum(weights), requests=int(done.group(1)), mean=mean)
