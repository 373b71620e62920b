"""machine.py - facts of the machine and of what was measured, so that figures can be read later and elsewhere.

SPDX-License-Identifier: Apache-2.0
"""

import datetime
import os
import platform
import re
import resource
import statistics
import tempfile
import time

from .cluster import SETTINGS, SMOKE
from .processes import Trouble, run
from .server import WORKERS


def first_match(path, pattern):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(pattern, file.read(), re.MULTILINE)
    except OSError:
        return None
    return found and found.group(1).strip()


def version(*words):
    """The first number with a point that a program says of itself; None where it is not there."""
    try:
        found = re.search(r"\d+(\.\d+)+", run("sh", "-c", '"$@" 2>&1 || true', "sh", *words))
    except Trouble:
        return None
    return found and found.group()


def commit(checkout):
    try:
        name = run("git", "-C", checkout, "rev-parse", "--short", "HEAD").strip()
        return name + (" and changes" if run("git", "-C", checkout, "status", "--porcelain", "-uno").strip() else "")
    except Trouble:
        return None


def facts(checkout, options):
    memory = first_match("/proc/meminfo", r"^MemTotal:\s+(\d+) kB")
    return {
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(checkout),
        "processor": first_match("/proc/cpuinfo", r"^model name\s*:\s*(.*)$") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": memory and int(memory) // 1024,
        "kernel": platform.release(),
        "load_at_start": os.getloadavg(),
        "descriptors": resource.getrlimit(resource.RLIMIT_NOFILE),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "build": os.path.basename(options.build),
        "workers": WORKERS,
        "postgresql": version("pgbench", "--version"),
        "postgresql_settings": SETTINGS | (SMOKE if options.smoke else {}),
        "nginx": version("nginx", "-v"),
        "wrk": version("wrk", "-v"),
    }


def fsync_microseconds(folder):
    """Median time of writing 8 KiB durably where the databases lie: what a commit cannot be faster than."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(50):
            started = time.perf_counter()
            file.write(b"x" * 8192)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - started) * 1e6)
    return round(statistics.median(times))
