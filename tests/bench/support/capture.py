"""capture.py - which statements one request makes, and a pgbench script of them.

The reference runs what the server runs: a lone request is made several times, PostgreSQL's log (or a trace of SQLite, see
sqlite.py) tells every statement with its values, and two requests with the same statements tell which values are new each
time. In those the ids (24 letters and digits or more) become ids of the same length that grow with time, as ours do: two
digits for which id it is, then the 18 digits of :u, which no other transaction has. Other words that are new each time become
the 8 hexadecimal digits of :w. Values over LONG characters, the documents, have their full size but stay the same; so does
everything else. Every value is sent as a parameter.

Left out is the look at who calls: a server remembers a key for a while. The rows of a balance, which the server spreads over
its workers, are spread over pgbench's clients: none of them ever waits for another.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import dataclasses
import re

from .processes import Trouble, until

TRIES = 8
LONG = 200
DIGITS = 18
ID = re.compile(r"[0-9A-Za-z]{24,}")
WORD = re.compile(r"^(?!\d+$)[0-9A-Za-z]{8}$")
SLOT = re.compile(r"^([a-z]+:[a-z]{3}:)\d\d$")
MARK = "SELECT 'the request is over'"
CALLER = re.compile(r"^SELECT .* FROM api_keys WHERE hash = ")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'((?:[^']|'')*)')")

U = object()  # where :u stands in a value
W = object()  # where :w stands
CLIENT = object()  # where the number of the client stands
SQL = {U: ":u", W: "lpad(to_hex(:w::bigint), 8, '0')", CLIENT: ":client"}


@dataclasses.dataclass
class Statement:
    sql: str
    values: list  # a text, a whole number, None, or a list of texts, U, W and CLIENT


def parse_entry(entry):
    """A line of PostgreSQL's log; None when it is not of a statement."""
    found = re.match(r"(?:execute [^:]*|statement): (.*)", entry["message"], re.DOTALL)
    if not found:
        return None
    values = {}
    for number, text, inside in PARAMETER.findall(entry.get("detail", "")):
        values[int(number)] = None if text == "NULL" else inside.replace("''", "'")
    return Statement(found.group(1).strip(), [values[number] for number in sorted(values)])


class PostgresLog:
    """Statements of a database that has log_statement on."""

    def __init__(self, cluster, database):
        self.cluster, self.database = cluster, database

    def begin(self):
        self.offset = self.cluster.log_size()

    def end(self):
        self.cluster.sql(self.database, MARK)

        def all_of_it():
            entries = self.cluster.log_entries(self.offset, self.database)
            statements = [parsed for entry in entries if (parsed := parse_entry(entry))]
            ends = [number for number, statement in enumerate(statements) if statement.sql == MARK]
            return statements[: ends[0]] if ends else None

        return until("PostgreSQL logs a statement", all_of_it)


def capture(source, request):
    """Two runs of the statements that request() usually makes. The server must be there with one worker, and idle."""
    seen = []
    for _ in range(TRIES):
        source.begin()
        request()
        seen.append([statement for statement in source.end() if not CALLER.match(statement.sql)])
    forms = collections.Counter(tuple(statement.sql for statement in run) for run in seen)
    usual, times = forms.most_common(1)[0]
    if times < 2 or not usual:
        raise Trouble("no two requests make the same statements")
    return [run for run in seen if tuple(statement.sql for statement in run) == usual][-2:]


def vary(one, other, known=None):
    """one's statements, with U where an id stands that other's have not. known: number of each id, kept between calls."""
    known = {} if known is None else known

    def pieces(value, same):
        if not isinstance(value, str):
            return value
        if slot := SLOT.match(value):
            return [slot.group(1), CLIENT]
        if value == same or len(value) > LONG:
            return value
        if WORD.match(value):
            return [W]
        found, at = [], 0
        for match in ID.finditer(value):
            token = match.group()
            number = known.setdefault(token, len(known))
            lead = token[: min(4, len(token) - 2 - DIGITS)].ljust(len(token) - 2 - DIGITS, "b")
            found += [f"{value[at:match.start()]}{lead}{number:02d}", U]
            at = match.end()
        return [*found, value[at:]] if found else value

    return [
        Statement(mine.sql, [pieces(value, theirs.values[i]) for i, value in enumerate(mine.values)])
        for mine, theirs in zip(one, other)
    ]


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def pgbench_script(statements, pipelined=False):
    """The script and its variables. pipelined: each run of statements whose answers need not be awaited in one round trip."""
    variables = {}
    lines = [
        r"\set n :n + 1",
        rf"\set u {10 ** (DIGITS - 1)} + :run * 1000000000000 + :n * 1000 + :client_id",
        r"\set w :run * 16777216 + :n * 128 + :client_id",
        r"\set client 100 + :client_id",
    ]
    names = {}

    def parameter(value):
        if value is None:
            return "NULL"
        if isinstance(value, list):
            # In a literal pgbench would take a colon for a variable's.
            words = [SQL[part] if part in SQL else parameter(part) if ":" in part else literal(part) for part in value if part]
            return "(" + " || ".join(words) + ")"
        name = names.setdefault(value, f"v{len(names)}")
        variables[name] = value
        return f":{name}"

    open_pipeline = False
    for number, statement in enumerate(statements):
        # The first one goes alone: with it pgbench prepares all of them, which it cannot in a pipeline.
        if pipelined and statement.sql == "BEGIN" and number > 0:
            lines.append(r"\startpipeline")
            open_pipeline = True
        text = re.sub(r"\$(\d+)", lambda found, own=statement: parameter(own.values[int(found.group(1)) - 1]), statement.sql)
        lines.append(re.sub(r"\s+", " ", text) + ";")
        if open_pipeline and statement.sql == "COMMIT":
            lines.append(r"\endpipeline")
            open_pipeline = False
    return "\n".join(lines) + "\n", variables
