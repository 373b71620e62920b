"""test_bench.py - that the bench measures what it says; not how fast anything is.

SPDX-License-Identifier: Apache-2.0
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)

import bench  # noqa: E402
from benches import cpu, million  # noqa: E402
from support import capture, compare, report, sqlite  # noqa: E402

SMOKE = ["charges-16", "charges-sqlite-64", "gateways", "idle", "live"]
ID_A, ID_B = "ch_0VbbvnH4002pC5ss3vIeQLBC", "ch_0VbbvnHd002a55cmJgOBVwVu"


class CaptureTest(unittest.TestCase):
    def test_reads_what_postgresql_logs(self):
        entry = {"message": "execute s5: SELECT $1,\n $2", "detail": "parameters: $1 = 'it''s, $2 = ''x''', $2 = NULL"}
        found = capture.parse_entry(entry)
        self.assertEqual(found.sql, "SELECT $1,\n $2")
        self.assertEqual(found.values, ["it's, $2 = 'x'", None])
        self.assertEqual(capture.parse_entry({"message": "statement: COMMIT"}).sql, "COMMIT")
        self.assertIsNone(capture.parse_entry({"message": "checkpoint starting: time"}))

    def varied(self, mine, theirs):
        return capture.vary([capture.Statement("x", [mine])], [capture.Statement("x", [theirs])])[0].values[0]

    def test_new_ids_vary_and_keep_their_length(self):
        value = self.varied(f"sim.{ID_A}:01", f"sim.{ID_B}:01")
        self.assertEqual([part for part in value if part is capture.U], [capture.U])
        length = sum(capture.DIGITS if part is capture.U else len(part) for part in value)
        self.assertEqual(length, len(f"sim.{ID_A}:01"))
        self.assertTrue(value[0].startswith("sim.ch_") and value[-1] == ":01", value)

    def test_one_id_is_the_same_wherever_it_stands_and_two_are_not(self):
        sides = [[capture.Statement("x", [a, f"{b}:{a}"])] for a, b in ((ID_A, "pi_" + "a" * 24), (ID_B, "pi_" + "b" * 24))]
        first, second = capture.vary(*sides)[0].values
        self.assertIn(":" + first[0], second)
        self.assertNotEqual(first[0], second[0])

    def test_what_does_not_differ_or_is_a_time_stays(self):
        for mine, theirs in (("usd", "usd"), ("1795264716", "1795264717"), (None, None), ("x" * 300, "y" * 300)):
            self.assertEqual(self.varied(mine, theirs), mine)

    def test_balances_are_spread_over_clients(self):
        self.assertEqual(self.varied("fees:usd:00", "fees:usd:00"), ["fees:usd:", capture.CLIENT])

    def test_script_has_no_colon_that_pgbench_would_take_for_a_variable(self):
        statements = [capture.Statement("UPDATE t SET a = $1 WHERE id = $2", ["it's: :5", ["fees:usd:", capture.CLIENT]])]
        text, variables = capture.pgbench_script(statements)
        self.assertEqual(text.splitlines()[-1], "UPDATE t SET a = :v0 WHERE id = (:v1 || :client);")
        self.assertEqual(variables, {"v0": "it's: :5", "v1": "fees:usd:"})

    def test_pipelines_hold_whole_transactions(self):
        sqls = ["SELECT 1", "BEGIN", "INSERT", "COMMIT", "SELECT 2", "BEGIN", "INSERT", "COMMIT"]
        text, _ = capture.pgbench_script([capture.Statement(sql, []) for sql in sqls], pipelined=True)
        lines = [line for line in text.splitlines() if not line.startswith("\\set")]
        whole = ["\\startpipeline", "BEGIN;", "INSERT;", "COMMIT;", "\\endpipeline"]
        self.assertEqual(lines, ["SELECT 1;", *whole, "SELECT 2;", *whole])


class SqliteTest(unittest.TestCase):
    def test_reads_a_record_of_the_trace(self):
        sql = "UPDATE t SET a = $3, b = $2 WHERE id = $1 AND a <> $3"
        found = sqlite.parse_record(f"{sql}\x1fUPDATE t SET a = -5, b = NULL WHERE id = 'it''s (1)' AND a <> -5")
        self.assertEqual((found.sql, found.values), (sql, [-5, None, "it's (1)"]))
        self.assertIsNone(sqlite.parse_record("PRAGMA synchronous = FULL\x1fPRAGMA synchronous = FULL"))

    def test_writes_the_script_of_the_reference(self):
        statements = [capture.Statement("INSERT\n INTO t", [5, None, "a\\b\nc", ["ch_00", capture.U]])]
        lines = list(sqlite.script_lines(statements))
        self.assertEqual(lines, ["s INSERT INTO t", "i 5", "n", "t a\\\\b\\nc", "t ch_00\x01"])


class RowTest(unittest.TestCase):
    def test_the_median_of_ratios_is_judged(self):
        row = compare.Row("x", "1/s", [10, 30, 20], [10, 10, 40], at_least=1.0)
        self.assertEqual((row.figure(), row.met()), (1.0, True))
        self.assertIs(compare.Row("x", "1/s", [10, 30, 20], [10, 10, 40], at_least=1.1).met(), False)

    def test_a_figure_without_reference(self):
        self.assertIs(compare.Row("x", "ms", [10, 30, 20], at_most=20).met(), True)
        self.assertIs(compare.Row("x", "ms", [10, 30, 20], at_most=19).met(), False)
        self.assertIsNone(compare.Row("x", "ms", [10]).met())

    def test_numbers_are_short(self):
        self.assertEqual([report.number(value) for value in (12345.6, 12.34, 0.123, None)], ["12,346", "12.3", "0.12", ""])


DUMP = """
ob=(1) /lib/libstripe_lite.so.1
fl=(1) a.c
fn=(1) charge_create
16 10
+2 5
cob=(2) /lib/libpq.so.5
cfn=(2) PQexec
calls=3 0
* 700
cfn=(3) helper
calls=1 20
18 40
fn=(3)
20 40

ob=(2)
fn=(2)
0 100
cob=(3) /lib/libc.so.6
cfn=(4) memcpy
calls=9 0
0 600

ob=(3)
fn=(4)
0 600
"""


class CallgrindTest(unittest.TestCase):
    def test_counts_functions_and_what_libpq_calls(self):
        with tempfile.NamedTemporaryFile("w", suffix=".out") as file:
            file.write(DUMP)
            file.flush()
            counts, below_libpq = cpu.callgrind_counts(file.name)
        ours, theirs = "libstripe_lite.so.1", "libpq.so.5"
        self.assertEqual(below_libpq, 700)
        self.assertEqual(
            counts,
            {(ours, "charge_create"): 15, (ours, "helper"): 40, (theirs, "PQexec"): 100, ("libc.so.6", "memcpy"): 600},
        )


class MillionTest(unittest.TestCase):
    def test_a_copy_has_new_ids_and_times_and_the_same_else(self):
        known = {ID_A[3:]: 5}
        made = {
            name: million.expression(name, value, known)
            for name, value in {"id": ID_A, "created": 1795264716, "amount": 2000, "captured": True, "customer": None, "note": "it's",
                                "card": {"last4": "4242"}, "data": f'{{"id": "{ID_A}", "more": "{"x" * 300}"}}'}.items()
        }  # fmt: skip
        self.assertEqual(made.pop("id"), f"'ch_000005' || to_char(n, 'FM{'0' * 18}') || ''")
        self.assertEqual(made.pop("created"), "1795264716 - (many - n) / 10")
        self.assertEqual(made.pop("data"), "'{}'")
        self.assertEqual(made.pop("card"), """'{"last4": "4242"}'""")
        self.assertEqual(made, {"amount": "2000", "captured": "true", "customer": "NULL", "note": "'it''s'"})


class ProgramTest(unittest.TestCase):
    def bench(self, *words):
        build = os.environ.get("STRIPE_LITE_BUILD") or os.path.join(bench.CHECKOUT, "build", "debug")
        return subprocess.run(
            [sys.executable, os.path.join(HERE, "bench.py"), "--build", build, *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    def test_an_unknown_name_is_refused(self):
        done = self.bench("charge-nothing")
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no bench 'charge-nothing'; there are: charges-16", done.stderr)

    def test_smoke(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "figures.json")
            done = self.bench("--smoke", "--json", file, *SMOKE)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(file, encoding="utf-8") as text:
                found = json.load(text)
        rows = {(row["name"], row.get("against", "")): row for row in found["rows"]}
        self.assertEqual(found["troubles"], [])
        self.assertEqual({name.split(" ")[0] for name, _ in rows}, {*SMOKE})
        plain = rows["charges-16", "pgbench, same statements"]
        self.assertEqual(plain["ratios"], [plain["ours"][0] / plain["reference"][0]])
        self.assertEqual(plain["met"], plain["figure"] >= 1.2)
        for row in rows.values():
            self.assertGreater(min(row["ours"] + row.get("reference", [])), 0)
            self.assertIn(row["name"], done.stdout)
        self.assertGreater(found["machine"]["fsync_us"], 0)


if __name__ == "__main__":
    unittest.main()
