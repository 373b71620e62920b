"""test_tally.py - what `./dev test` counts: leaves once, silence and crashes as failures.

SPDX-License-Identifier: Apache-2.0
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

TALLY = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "tally.py")


def tally(text, form="tap", status=0):
    """The counts (passed, failed, skipped) and the output of one run."""
    with tempfile.TemporaryDirectory() as folder:
        stream, counts = os.path.join(folder, "stream"), os.path.join(folder, "counts")
        with open(stream, "w", encoding="utf-8") as file:
            file.write(text)
        words = [TALLY, "run", "--status", str(status), "--" + form, stream, "--counts", counts]
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
        with open(counts, encoding="utf-8") as file:
            return tuple(map(int, file.read().split())), done.stdout


def program(result, stdout, returncode=0):
    return json.dumps({"command": ["x/test_x"], "result": result, "stdout": stdout, "returncode": returncode})


class Tap(unittest.TestCase):
    def test_leaves_count_and_groups_do_not(self):
        text = "# Subtest: g\n    ok 1 - a\n    # Subtest: h\n        ok 1 - b\n        1..1\n    ok 2 - h\n    1..2\nok 1 - g\nok 2 - c\n1..2\n"
        self.assertEqual(tally(text)[0], (3, 0, 0))

    def test_a_failed_leaf_fails_its_groups_once(self):
        counts, output = tally("    not ok 1 - a\n      ---\n      error: 'why'\n      ...\n    1..1\nnot ok 1 - g\n1..1\n", status=1)
        self.assertEqual(counts, (0, 1, 0))
        self.assertIn("error: 'why'", output)

    def test_a_group_that_fails_by_itself_counts(self):
        self.assertEqual(tally("    ok 1 - a\n    1..1\nnot ok 1 - g\n1..1\n", status=1)[0], (1, 1, 0))

    def test_a_skipped_test_is_neither(self):
        self.assertEqual(tally("ok 1 - a\nok 2 - b # SKIP no server\n1..2\n")[0], (1, 0, 1))

    def test_fewer_than_planned_is_a_failure(self):
        self.assertEqual(tally("1..3\nok 1 - a\n")[0], (1, 1, 0))

    def test_silence_is_a_failure(self):
        self.assertEqual(tally("")[0], (0, 1, 0))

    def test_a_bad_end_is_a_failure(self):
        self.assertEqual(tally("ok 1 - a\n1..1\n", status=139)[0], (1, 1, 0))


class Meson(unittest.TestCase):
    def test_cases_of_programs_add_up(self):
        text = program("OK", "1..2\nok 1 - a\nok 2 - b\n") + "\n" + program("FAIL", "1..1\nnot ok 1 - c\n# 1 != 2\n", 1) + "\n"
        counts, output = tally(text, "meson", 1)
        self.assertEqual(counts, (2, 1, 0))
        self.assertIn("# 1 != 2", output)

    def test_a_leak_found_after_the_last_case_is_a_failure(self):
        self.assertEqual(tally(program("ERROR", "1..1\nok 1 - a\n", 1), "meson", 1)[0], (1, 1, 0))

    def test_a_time_out_is_a_failure(self):
        self.assertEqual(tally(program("TIMEOUT", "", -15), "meson", 1)[0], (0, 1, 0))


if __name__ == "__main__":
    unittest.main()
