"""sqlite.py - the reference on SQLite: what one charge says to it, and a program that says the same, one commit at a time.

SPDX-License-Identifier: Apache-2.0
"""

import json
import os
import re
import sqlite3

from .capture import CLIENT, U, W, Statement, capture, vary
from .load import Sample, runs
from .processes import Trouble, run

PARAMETER = re.compile(r"\$\d+")
VALUE = r"(NULL|-?\d+|'(?:[^']|'')*')"
MARKS = {U: "\x01", W: "\x02", CLIENT: "\x03"}


def parse_record(record):
    """A record of sqlite_trace.c; None when it is of the server's own settings. SQLite numbers names as they appear."""
    sql, _, expanded = record.partition("\x1f")
    if sql.startswith(("--", "PRAGMA")):
        return None
    names = PARAMETER.findall(sql)
    pattern = VALUE.join(re.escape(piece) for piece in PARAMETER.split(sql))
    found = re.fullmatch(pattern, expanded, re.DOTALL)
    if not found:
        raise Trouble(f"SQLite's trace cannot be read: {expanded[:500]}")
    values = {}
    for name, text in zip(names, found.groups()):
        value = None if text == "NULL" else text[1:-1].replace("''", "'") if text[0] == "'" else int(text)
        values.setdefault(name, value)
    return Statement(sql, list(values.values()))


class SqliteTrace:
    """Statements that a server wrote down with sqlite_trace.so in it. They are there before it answers."""

    def __init__(self, file):
        self.file = file

    def begin(self):
        self.offset = os.path.getsize(self.file)

    def end(self):
        with open(self.file, encoding="utf-8") as file:
            file.seek(self.offset)
            records = file.read().split("\x1e")[:-1]
        return [parsed for record in records if (parsed := parse_record(record))]


def capture_sqlite(file, request):
    return vary(*reversed(capture(SqliteTrace(file), request)))


def script_lines(statements):
    """The script as sqlite_reference.c reads it."""

    def text(part):
        return MARKS[part] if part in MARKS else part.replace("\\", "\\\\").replace("\n", "\\n")

    for statement in statements:
        yield "s " + re.sub(r"\s+", " ", statement.sql)
        for value in statement.values:
            if value is None:
                yield "n"
            elif isinstance(value, int):
                yield f"i {value}"
            else:
                yield "t " + "".join(text(part) for part in (value if isinstance(value, list) else [value]))


def reference(program, database, script, threads, seconds):
    """One measured run of the reference."""
    found = json.loads(run(program, database, script, threads, seconds, next(runs), seconds=seconds + 120))
    return Sample(
        rate=found["runs"] / found["microseconds"] * 1e6,
        requests=found["runs"],
        p50=found["p50"] / 1000,
        p99=found["p99"] / 1000,
    )


def count_rows(database, table):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
