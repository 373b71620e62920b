"""processes.py - what the bench asks of the system: programs run to their end, free ports, CPU time and memory of processes.

SPDX-License-Identifier: Apache-2.0
"""

import os
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Trouble(Exception):
    """Why a bench cannot be run or its figures cannot stand; told without a traceback."""


def run(*words, seconds=600, **more):
    """Runs a program; its stdout. Trouble with what it said when it fails."""
    try:
        done = subprocess.run(
            [str(word) for word in words],
            **{"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": seconds} | more,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Trouble(str(error)) from error
    if done.returncode != 0:
        raise Trouble(f"{words[0]} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, check, seconds=30):
    """Polls until check() gives something true, and gives that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found:
            return found
        time.sleep(0.02)
    raise Trouble(f"waited {seconds} s in vain: {what}")


def stop(child, patience=30):
    """SIGTERM, and SIGKILL when that did not help. Only for what the bench itself started."""
    if child is None or child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def times(pid):
    """utime, stime, cutime and cstime, as proc(5) has them; nothing of a process that has just ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return [int(field) / TICKS for field in file.read().rpartition(")")[2].split()[11:15]]
    except (FileNotFoundError, ProcessLookupError):
        return [0.0] * 4


def cpu_seconds(pids):
    """User and system time that the processes have used."""
    found = [times(pid) for pid in pids]
    return sum(entry[0] for entry in found), sum(entry[1] for entry in found)


def reaped_seconds(pid):
    """User and system time of its children that have ended."""
    return tuple(times(pid)[2:])


def memory_bytes(pids):
    """Rss and Pss of the processes, added up."""
    rss = pss = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("Rss:"):
                    rss += int(line.split()[1]) * 1024
                elif line.startswith("Pss:"):
                    pss += int(line.split()[1]) * 1024
    return rss, pss
