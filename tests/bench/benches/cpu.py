"""cpu.py - where the CPU time of a charge goes in the server: by library, and the functions that take most.

perf samples the workers under charges from 64 connections; a library's microseconds are its share of the samples times the CPU
time that the workers used, by the number of charges. Time in the C library counts as ours even where libpq called it. callgrind
counts instructions of charges made one connection at a time, which no other process on the machine can disturb.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import os
import re
import subprocess

from support.compare import Row
from support.load import wrk
from support.postgres import CHARGE
from support.processes import Trouble, cpu_seconds, run as run_program, until
from support.server import Server

CONNECTIONS = 64
OURS_AT_MOST = 60
FUNCTIONS = 10
CALLGRIND_CHARGES = 200
KERNEL = re.compile(r"^\[(kernel|vdso|guest)")


def table(title, counts, total, unit, scale):
    lines = [title]
    for name, count in counts.most_common(FUNCTIONS):
        lines.append(f"    {count * scale / total:9.1f} {unit}  {count / total:6.1%}  {name}")
    return "\n".join(lines)


def samples_of(file):
    """(library, function) of each sample."""
    for line in run_program("perf", "script", "-i", file, "-F", "ip,sym,dso", "--no-inline").splitlines():
        found = re.match(r"\s*[0-9a-f]+ (.*?)(?:\+0x[0-9a-f]+)? \((.*)\)$", line)
        if found:
            yield os.path.basename(found.group(2)), found.group(1)


def perf_row(site):
    server = site.server()
    file = os.path.join(site.folder, "perf.data")
    pids = server.worker_pids()
    wrk(server, "charge", CONNECTIONS, 1, server.key)
    before = cpu_seconds(pids)
    words = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "1999", "-o", file, "-p", ",".join(map(str, pids))]
    recorder = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    sample = wrk(server, "charge", CONNECTIONS, max(site.seconds, 10 if not site.smoke else 1), server.key)
    after = cpu_seconds(pids)
    recorder.send_signal(2)
    problem = recorder.communicate(timeout=60)[1]
    found = collections.Counter(samples_of(file)) if os.path.exists(file) else None
    if not found:
        raise Trouble(f"perf has no samples: {problem.strip()}")
    used = sum(b - a for a, b in zip(before, after)) * 1e6 / sample.requests
    total = sum(found.values())
    libraries = collections.Counter()
    for (library, _), count in found.items():
        libraries["the kernel" if KERNEL.match(library) else library] += count
    libpq = sum(count for name, count in libraries.items() if name.startswith("libpq"))
    ours = total - libraries["the kernel"] - libpq
    functions = collections.Counter(
        {f"{name}  ({library})": count for (library, name), count in found.items() if not KERNEL.match(library)}
    )
    row = Row("cpu of a charge", "µs", [ours * used / total], at_most=OURS_AT_MOST)
    row.details |= {
        "requests": sample.requests,
        "samples": total,
        "worker_us": used,
        "libraries_us": {name: count * used / total for name, count in libraries.most_common()},
        "functions_us": {name: count * used / total for name, count in functions.most_common(50)},
    }
    row.notes += [
        f"The workers used {used:.0f} µs a charge, of which {libraries['the kernel'] * used / total:.0f} in the kernel and "
        f"{libpq * used / total:.0f} in libpq ({total} samples, {sample.requests} charges).",
        table("by library", libraries, total, "µs", used),
        table("functions outside the kernel", functions, total, "µs", used),
    ]
    return row


def callgrind_counts(file):
    """Of a dump: instructions by (library, function), and those of calls into libpq with all that it calls."""
    names = {}
    counts = collections.Counter()
    library = function = callee = None
    below_libpq = 0
    call = False

    def name(kind, text):
        """Callgrind writes a name once, with a number by which it is known later."""
        number, _, given = text.partition(" ")
        if given:
            names[kind, number] = given
        return names.get((kind, number), text)

    with open(file, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            word, equals, rest = line.rstrip("\n").partition("=")
            if equals and word in ("ob", "cob"):
                found = os.path.basename(name("library", rest))
                library, callee = (found, found) if word == "ob" else (library, found)
            elif equals and word in ("fn", "cfn"):
                found = name("function", rest)
                function = found if word == "fn" else function
            elif equals and word == "calls":
                call = True
            elif re.match(r"[\d+*-]", line):
                cost = int(line.split()[1])
                if not call:
                    counts[library, function] += cost
                elif callee.startswith("libpq") and not library.startswith("libpq"):
                    below_libpq += cost
                call, callee = False, library
    return counts, below_libpq


def callgrind_row(site):
    cluster = site.cluster()
    cluster.create("callgrind")
    server = Server(site.build, site.folder, cluster.url("callgrind"), workers=1)
    out = os.path.join(server.folder, "callgrind.out.%p")
    tool = ["valgrind", "-q", "--tool=callgrind", "--trace-children=yes", f"--callgrind-out-file={out}", "--separate-threads=no"]
    charges = 5 if site.smoke else CALLGRIND_CHARGES
    server.start(tool)
    try:
        worker = str(server.worker_pids()[0])

        def make(count):
            for _ in range(count):
                server.request("/v1/charges", CHARGE)

        # The connections to the database are opened as they are needed; what that takes is no charge's.
        wrk(server, "charge", 16, 1 if site.smoke else 5, server.key)
        run_program("callgrind_control", "--zero", worker)
        make(charges)
        run_program("callgrind_control", "--dump", worker)
        dump = until("callgrind's dump", lambda: next((os.path.join(server.folder, name) for name in os.listdir(server.folder)
                                                       if name.startswith(f"callgrind.out.{worker}.")), None))  # fmt: skip
        found, libpq = callgrind_counts(dump)
    finally:
        server.stop()
    total = sum(found.values())
    libraries = collections.Counter()
    for (library, _), count in found.items():
        libraries[library] += count
    functions = collections.Counter({f"{name}  ({library})": count for (library, name), count in found.items()})
    row = Row("instructions of a charge", "thousands", [(total - libpq) / charges / 1e3])
    row.details |= {
        "charges": charges,
        "total": total / charges,
        "libpq_and_below": libpq / charges,
        "libraries": {name: count / charges for name, count in libraries.most_common()},
        "functions": {name: count / charges for name, count in functions.most_common(50)},
    }
    row.notes += [
        f"{total / charges:,.0f} instructions of the worker a charge outside the kernel, {libpq / charges:,.0f} of them in libpq "
        f"and what it calls ({charges} charges, one at a time, each on a connection of its own).",
        table("by library", libraries, total, "thousand", total / charges / 1e3),
        table("functions", functions, total, "thousand", total / charges / 1e3),
    ]
    return row


def run(site):
    return [callgrind_row(site) if site.profile == "callgrind" else perf_row(site)]


BENCHES = {"cpu": {"run": run, "needs": ("wrk", "pgbench", "perf", "valgrind"), "profiles": True}}
