#!/usr/bin/env python3
"""tally.py - counts the test cases of one run and shows those that failed.

Usage: tally.py LABEL --status N (--tap FILE | --meson FILE) --counts FILE

Reads a TAP stream, nested as Node writes it, or Meson's testlog.json whose programs speak TAP. Only
leaves count: a group is its members. A run that ends badly without naming a failure counts as one
failure, and so does a run of nothing. Adds "passed failed skipped" as a line to the counts file.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import json
import os
import re

RESULT = re.compile(r"^( *)(not ok|ok)\b(?: +\d+)?(?: +-)? *(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)")
DIRECTIVE = re.compile(r"(?<!\\)# *SKIP\b", re.IGNORECASE)


class Tally:
    def __init__(self, label):
        self.label = label
        self.passed = self.failed = self.skipped = 0

    def fail(self, name, details=""):
        self.failed += 1
        print(f"FAILED  {self.label}: {name}")
        for line in details.rstrip().splitlines()[-200:]:
            print(f"        {line}")

    def leaf(self, good, name, details):
        if DIRECTIVE.search(name):
            self.skipped += 1
        elif good:
            self.passed += 1
        else:
            self.fail(name, details)

    def read_tap(self, lines, everything=""):
        """Counts a stream; `everything` is shown with a failure instead of its own YAML block."""
        members = []  # (indentation, whether a failure was counted inside) of results without a group so far
        planned = None
        top_level = 0
        for number, line in enumerate(lines):
            plan = PLAN.match(line)
            if plan:
                planned = int(plan.group(1))
            if line.startswith("Bail out!"):
                self.fail(line.strip(), everything)
            match = RESULT.match(line)
            if not match:
                continue
            depth, good, name = len(match.group(1)), match.group(2) == "ok", match.group(3)
            inside = [failed for level, failed in members if level > depth]
            members = [member for member in members if member[0] <= depth]
            if not inside:
                self.leaf(good, name, everything or block_after(lines, number))
            elif not good and not any(inside):
                self.fail(name, everything or block_after(lines, number))
            members.append((depth, not good or any(inside)))
            top_level += depth == 0
        if planned is not None and top_level < planned:
            self.fail(f"{planned} tests were planned and {top_level} ran", everything)

    def read_meson(self, path):
        for line in open(path, encoding="utf-8"):
            test = json.loads(line)
            name = os.path.basename(test["command"][0])
            output = test.get("stdout", "") + test.get("stderr", "")
            inner = Tally(f"{self.label} {name}")
            inner.read_tap(test.get("stdout", "").splitlines(), output)
            counted = inner.passed + inner.failed + inner.skipped
            if test["result"] in ("OK", "SKIP", "EXPECTEDFAIL"):
                inner.passed += counted == 0 and test["result"] == "OK"
                inner.skipped += counted == 0 and test["result"] == "SKIP"
            elif inner.failed == 0:
                inner.fail(f"ended with {test['result']} ({test.get('returncode')})", output)
            self.passed += inner.passed
            self.failed += inner.failed
            self.skipped += inner.skipped


def block_after(lines, number):
    """The YAML block TAP writes under a failed result."""
    block = []
    for line in lines[number + 1 :]:
        if line.strip() == "...":
            break
        if RESULT.match(line):
            break
        block.append(line)
    return "\n".join(block)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("label")
    parser.add_argument("--status", type=int, required=True)
    parser.add_argument("--tap")
    parser.add_argument("--meson")
    parser.add_argument("--counts", required=True)
    options = parser.parse_args()

    tally = Tally(options.label)
    if options.meson and os.path.exists(options.meson):
        tally.read_meson(options.meson)
    elif options.tap and os.path.exists(options.tap):
        with open(options.tap, encoding="utf-8", errors="replace") as file:
            tally.read_tap(file.read().splitlines())
    if options.status != 0 and tally.failed == 0:
        tally.fail(f"the run ended with status {options.status}")
    if tally.passed + tally.failed + tally.skipped == 0:
        tally.fail("no test ran")
    with open(options.counts, "a", encoding="utf-8") as counts:
        counts.write(f"{tally.passed} {tally.failed} {tally.skipped}\n")
    skipped = f", {tally.skipped} skipped" if tally.skipped else ""
    print(f"{tally.label}: {tally.passed} passed, {tally.failed} failed{skipped}", flush=True)


main()
