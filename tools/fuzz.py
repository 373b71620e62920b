#!/usr/bin/env python3
"""fuzz.py - runs fuzz targets, several at once, and says what they found.

Usage: fuzz.py [--seconds N] [--jobs N] [--tap] TARGET...

Each target of build/fuzz is run twice: over the seeds of tests/fuzz/corpus/TARGET, and for N seconds (60) from them
and from what earlier runs left in build/fuzz-corpus/TARGET. Both count as one test. Inputs that fail go to
build/fuzz-findings. With --tap the results are told as TAP; else the last line is `N passed, N failed` and the exit
status 1 when one failed. Runs at the lowest priority.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import concurrent.futures
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import threading

PROGRAMS = pathlib.Path("build/fuzz/tests/fuzz")
SEEDS = pathlib.Path("tests/fuzz/corpus")
GROWN = pathlib.Path("build/fuzz-corpus")
FINDINGS = pathlib.Path("build/fuzz-findings")

# A machine that has other work may give a process at the lowest priority nothing for a while, so that time by the clock
# is only the last word; support.c counts the processor's time of each input.
LIMITS = ["-timeout=60", "-rss_limit_mb=1024"]
ENVIRONMENT = {
    **os.environ,
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=0:strict_string_checks=1:quarantine_size_mb=64",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}

SET_PARENT_DEATH_SIGNAL = 1
libc = ctypes.CDLL(None)
telling = threading.Lock()


class Tellers:
    """Counts results and prints each as it comes."""

    def __init__(self, tap):
        self.tap = tap
        self.passed = self.failed = 0

    def tell(self, good, name, said, details=""):
        with telling:
            self.passed += good
            self.failed += not good
            if self.tap:
                print(f"{'ok' if good else 'not ok'} {self.passed + self.failed} - {name}")
                if details:
                    print("  ---\n" + details + "\n  ...")
            else:
                print(f"{'ok    ' if good else 'FAILED'}  {name}: {said}")
                if details:
                    print(details)
            print(end="", flush=True)


def program(target):
    return PROGRAMS / f"fuzz_{target}"


def command(target, words, folders):
    dictionary = pathlib.Path("tests/fuzz") / f"{target}.dict"
    with_dictionary = [f"-dict={dictionary}"] if dictionary.exists() else []
    place = [f"-artifact_prefix={FINDINGS}/{target}-"]
    return [str(program(target)), *LIMITS, *with_dictionary, *place, *words, *map(str, folders)]


def details_of(target, output):
    """The end of what a failing target said, and how to see it again."""
    found = re.search(r"Test unit written to (\S+)", output)
    lines = [line for line in output.splitlines() if not line.startswith(("#", "0x", "INFO:"))]
    shown = ["        | " + line[:300] for line in lines[-60:]]
    if found:
        shown.append(f"        again: {program(target)} {found.group(1)}")
    return "\n".join(shown)


def child_begin():
    os.nice(19)
    libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def run(target, words, folders, limit):
    """Whether it ended well, and what it said."""
    try:
        done = subprocess.run(
            command(target, words, folders), env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=limit, preexec_fn=child_begin, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return False, f"{(late.stdout or b'').decode(errors='replace')}\nit did not end within {limit} s"
    return done.returncode == 0, done.stdout.decode(errors="replace")


def numbers_of(output):
    """What libFuzzer's last line says of runs, speed and reach."""
    last = re.findall(r"#(\d+)\s+DONE\s+cov: (\d+) .*? exec/s: (\d+)", output)
    return "{} runs, {} edges, {} a second".format(*last[-1]) if last else "done"


def target_run(target, seconds, tellers):
    seeds = SEEDS / target
    grown = GROWN / target
    grown.mkdir(parents=True, exist_ok=True)
    if not program(target).exists() or not seeds.is_dir():
        return tellers.tell(False, target, f"{program(target)} and {seeds} must be there")
    good, output = run(target, ["-runs=0"], [seeds], 600)
    count = len(list(seeds.iterdir()))
    tellers.tell(good, f"{target}: seeds", f"{count} inputs", "" if good else details_of(target, output))
    if not good or seconds == 0:
        return None
    name = f"{target}: {seconds} s"
    good, output = run(target, [f"-max_total_time={seconds}"], [grown, seeds], seconds + 600)
    return tellers.tell(good, name, numbers_of(output), "" if good else details_of(target, output))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("targets", nargs="+", metavar="TARGET")
    options = parser.parse_args()

    FINDINGS.mkdir(parents=True, exist_ok=True)
    tellers = Tellers(options.tap)
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for done in [pool.submit(target_run, target, options.seconds, tellers) for target in options.targets]:
            done.result()
    if options.tap:
        print(f"1..{tellers.passed + tellers.failed}")
    else:
        print(f"{tellers.passed} passed, {tellers.failed} failed")
    raise SystemExit(tellers.failed > 0)


main()
