"""load.py - one measured run: wrk against a server, pgbench against a database.

wrk has one thread, so that it leaves room to what it measures. The seconds in which pgbench's clients prepare their statements
are not counted.

SPDX-License-Identifier: Apache-2.0
"""

import dataclasses
import itertools
import json
import math
import os
import re
import subprocess

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


def wrk(server, kind, connections, seconds, key="", numbers=0, file=""):
    """
    kind: one of requests.lua's, or a path, in which a %d becomes one of so many numbers. file: what the kind sends. Every answer but
    200s (wrk counts from 400 on) is Trouble.
    """
    # New keys for each run; as long as the ids we make, so that capture.py knows them as such.
    word = f"bench{os.getpid():08d}{next(runs):06d}"
    before = server.cpu_seconds()
    said = run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", LUA, server.url, "--",
               kind, key, word, numbers, file, seconds=seconds + 60)  # fmt: skip
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


def pgbench_run(cluster, database, script, clients, seconds, variables):
    """What pgbench says of a run; [(begin, end, transactions, their mean latency)] of each of its seconds."""
    values = (variables or {}) | {"run": next(runs), "n": 0}
    words = ["pgbench", "-n", "-M", "prepared", "-f", script, "-c", clients, "-j", min(2, clients), "-T", seconds, "-P", 1]
    words += [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
    # A session that has lived for a while plans no more; these have not.
    environment = cluster.environment() | {"PGOPTIONS": "-c plan_cache_mode=force_generic_plan"}
    said = run(*words, *cluster.words(database), env=environment, seconds=seconds + 60, capture_output=False,
               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    if re.search(r"aborted|failed transactions: [1-9]", said):
        raise Trouble(f"pgbench: {said[-2000:]}")
    steps, begin = [], 0.0
    for end, tps, latency in re.findall(r"progress: ([\d.]+) s, ([\d.]+) tps, lat ([\d.]+) ms", said):
        steps.append((begin, float(end), float(tps) * (float(end) - begin), float(latency)))
        begin = float(end)
    return said, steps


def pgbench(cluster, database, script, clients, seconds, variables=None):
    """
    script: a file. Besides its variables it finds :run, which no other run has, and :n, which it may count up. Seconds count once
    all clients are connected and have prepared their statements.
    """
    made, connecting = 0, 0
    for _ in range(3):
        said, steps = pgbench_run(cluster, database, script, clients, seconds + WARM_UP + math.ceil(connecting), variables)
        made += int(re.search(r"actually processed: (\d+)", said).group(1))
        connecting = float(re.search(r"initial connection time = ([\d.]+) ms", said).group(1)) / 1000
        # A second more or less: pgbench tells in whole ones.
        counted = [step for step in steps if step[0] >= connecting + WARM_UP - 1]
        if len(counted) >= seconds and sum(step[2] for step in counted) > 0:
            break
    else:
        raise Trouble(f"pgbench took too long to connect: {said[-2000:]}")
    count = sum(step[2] for step in counted)
    mean = sum(step[2] * step[3] for step in counted) / count
    return Sample(rate=count / sum(end - begin for begin, end, _, _ in counted), requests=made, mean=mean)
