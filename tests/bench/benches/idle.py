"""idle.py - what idle keep-alive connections cost: memory of the workers, and the latency of everybody else.

Each connection has made one request and then says nothing. Memory is that of the first round, in which nothing is reused.

SPDX-License-Identifier: Apache-2.0
"""

import re
import resource
import socket
from urllib.parse import urlsplit

from support.compare import Row, interleave, rate_row
from support.load import wrk
from support.processes import Trouble, memory_bytes
from support.server import Server

CONNECTIONS = 10_000
SPARE = 1_000  # descriptors that others need
OTHERS = 16
REQUEST = b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"


def affordable(wanted):
    """How many connections the limit on descriptors lets us hold; the soft limit is raised for us and for who is started by us."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted + SPARE:
        wanted = hard - SPARE
    if wanted < 1:
        raise Trouble(f"the hard limit on descriptors is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else wanted + SPARE, hard))
    return wanted


def connect(url, count):
    place = urlsplit(url)
    opened = []
    for _ in range(count):
        connection = socket.create_connection((place.hostname, place.port), timeout=10)
        connection.sendall(REQUEST)
        if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
            raise Trouble("an idle connection was not answered with 200")
        opened.append(connection)
    return opened


def still_there(connections):
    """How many the server has not closed."""
    alive = 0
    for connection in connections:
        connection.setblocking(False)
        try:
            alive += connection.recv(1) != b""
        except BlockingIOError:
            alive += 1
    return alive


def kernel_bytes():
    """What the kernel holds in slabs, sockets among it, and in buffers of TCP."""
    with open("/proc/meminfo", encoding="ascii") as file:
        slab = int(re.search(r"^Slab:\s+(\d+)", file.read(), re.MULTILINE).group(1)) * 1024
    with open("/proc/net/sockstat", encoding="ascii") as file:
        pages = int(re.search(r"^TCP:.* mem (\d+)", file.read(), re.MULTILINE).group(1))
    return slab, pages * resource.getpagesize()


def run(site):
    wanted = 200 if site.smoke else CONNECTIONS
    count = affordable(wanted)
    site.cluster().create("idle")
    server = Server(site.build, site.folder, site.cluster().url("idle"), STRIPE_LITE_IDLE_TIMEOUT="3600").start()
    held, memory, kernel = [], [], []

    def others():
        return wrk(server, "/v1/customers?limit=1", OTHERS, site.seconds, server.key)

    def alone():
        while held:
            held.pop().close()
        return others()

    def among_idle():
        before, kernel_before = memory_bytes(server.worker_pids()), kernel_bytes()
        held.extend(connect(server.url, count))
        after, kernel_after = memory_bytes(server.worker_pids()), kernel_bytes()
        memory.append([(b - a) / count for a, b in zip(before, after)])
        kernel.append([(b - a) / count for a, b in zip(kernel_before, kernel_after)])
        sample = others()
        if still_there(held) != count:
            raise Trouble("idle connections were closed")
        return sample

    try:
        others()
        samples = interleave(site, {"alone": alone, "among idle": among_idle})
        alone()
    finally:
        server.stop()
    rss, pss = memory[0]
    bytes_row = Row("idle memory", "bytes each", [pss], at_most=3 * 1024)
    bytes_row.details |= {"connections": count, "rss_pss_each": memory, "kernel_slab_tcp_each": kernel}
    bytes_row.notes.append(
        f"{count} connections; Pss of the workers is judged, their Rss grew by {rss:.0f} bytes each. The kernel's memory grew by "
        f"{kernel[0][0]:.0f} bytes of slabs and {kernel[0][1]:.0f} of TCP buffers each, both ends of a connection and whatever else "
        "the machine did."
    )
    if count < wanted:
        bytes_row.notes.append(f"The hard limit on descriptors (ulimit -Hn) allows only {count} connections, not {wanted}.")
    p99 = {name: [sample.p99 for sample in found] for name, found in samples.items()}
    latency_row = Row("idle p99", "ms", p99["among idle"], p99["alone"], "p99 without them", at_most=1.1)
    rate = rate_row("idle rate", samples["among idle"], samples["alone"], against="rate without them")
    return [bytes_row, latency_row, rate]


BENCHES = {"idle": {"run": run, "needs": ("wrk", "pgbench")}}
