"""report.py - the table of `./dev bench`.

SPDX-License-Identifier: Apache-2.0
"""

import statistics


def number(value):
    """Short, with three digits that count."""
    if value is None:
        return ""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def cells(row):
    ratios = row.ratios()
    if row.at_least is not None:
        target = f"≥ {number(row.at_least)}"
    else:
        target = f"≤ {number(row.at_most)}" if row.at_most is not None else ""
    cpu = row.details.get("cpu_us")
    return [
        row.name,
        row.unit,
        number(statistics.median(row.ours)),
        number(statistics.median(row.reference)) if row.reference else "",
        row.against,
        number(row.figure()) if ratios else "",
        f"{number(min(ratios))}–{number(max(ratios))}" if ratios else f"{number(min(row.ours))}–{number(max(row.ours))}",
        target,
        {True: "yes", False: "NO", None: ""}[row.met()],
        number(row.p50),
        number(row.p99),
        number(sum(cpu)) if cpu else "",
        number(row.details.get("database_cpu_us")),
    ]


HEADS = ["bench", "unit", "ours", "reference", "against", "ratio", "least–most", "target", "met", "p50 ms", "p99 ms", "CPU µs", "PG µs"]
LEFT = {"bench", "unit", "against"}


def print_report(facts, rows, troubles):
    print(f"{facts['processor']}, {facts['cores']} cores, {facts['memory_mib']} MiB, Linux {facts['kernel']}; "
          f"load {facts['load_at_start'][0]:.1f} before, {facts['load_at_end'][0]:.1f} after; fsync of 8 KiB {facts['fsync_us']} µs")  # fmt: skip
    print(f"commit {facts['commit']}, {facts['build']} build, {facts['workers']} workers; PostgreSQL {facts['postgresql']} "
          f"({', '.join(f'{k}={v}' for k, v in facts['postgresql_settings'].items())}; else its defaults); "
          f"{facts['rounds']} rounds of {facts['seconds']} s")  # fmt: skip
    print()
    lines = [HEADS, *(cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADS))]
    for line in lines:
        words = [text.ljust(width) if head in LEFT else text.rjust(width) for text, width, head in zip(line, widths, HEADS)]
        print("  ".join(words).rstrip())
    for row in rows:
        for note in row.notes:
            print(f"\n{row.name}: {note}")
    judged = [row for row in rows if row.met() is not None]
    print(f"\n{sum(row.met() for row in judged)} of {len(judged)} targets met")
    for trouble in troubles:
        print(f"not measured: {trouble}")
