"""compare.py - rounds of us and of references, one after the other within one run, and what comes of them.

The machine is shared and its speed drifts: only figures of one round are held against each other, and the median of the
rounds' ratios is what counts. Spread is the least and the greatest of them.

SPDX-License-Identifier: Apache-2.0
"""

import dataclasses
import statistics


@dataclasses.dataclass
class Row:
    """A line of the table. ours and reference hold one figure a round; without a reference the figure itself is judged."""

    name: str
    unit: str
    ours: list
    reference: list = None
    against: str = ""
    at_least: float = None
    at_most: float = None
    p50: float = None
    p99: float = None
    details: dict = dataclasses.field(default_factory=dict)
    notes: list = dataclasses.field(default_factory=list)

    def ratios(self):
        return [mine / theirs for mine, theirs in zip(self.ours, self.reference)] if self.reference else None

    def figure(self):
        return statistics.median(self.ratios() or self.ours)

    def met(self):
        """None: there is no target."""
        if self.at_least is not None:
            return self.figure() >= self.at_least
        if self.at_most is not None:
            return self.figure() <= self.at_most
        return None

    def as_json(self):
        found = dataclasses.asdict(self) | {"ratios": self.ratios(), "figure": self.figure(), "met": self.met()}
        return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def median_of(samples, name):
    values = [getattr(sample, name) for sample in samples if getattr(sample, name) is not None]
    return statistics.median(values) if values else None


def interleave(site, sides, database=None):
    """
    Runs each side once a round, in turn: {side: [Sample of each round]}. sides: {name: function}. database: a cluster that both
    write to; a checkpoint before each side's turn keeps it from paying for what the other left to write.
    """
    samples = {name: [] for name in sides}
    for number in range(site.rounds):
        for name, side in sides.items():
            if database:
                database.checkpoint()
            started = database.cpu_seconds() if database else 0
            sample = side()
            if database:
                sample.database_cpu = (database.cpu_seconds() - started) / sample.requests * 1e6
            samples[name].append(sample)
            site.say(f"  round {number + 1}: {name} {sample.rate:,.0f}/s")
    return samples


def rate_row(name, ours, reference=None, **more):
    """A row of requests a second, with our latencies and CPU time."""
    row = Row(
        name,
        more.pop("unit", "requests/s"),
        [sample.rate for sample in ours],
        [sample.rate for sample in reference] if reference else None,
        p50=median_of(ours, "p50"),
        p99=median_of(ours, "p99"),
        **more,
    )
    if ours[0].cpu:
        row.details["cpu_us"] = [statistics.median(part) for part in zip(*(sample.cpu for sample in ours))]
    row.details["database_cpu_us"] = median_of(ours, "database_cpu")
    row.details["samples"] = [sample.as_json() for sample in ours]
    if reference:
        row.details["reference_samples"] = [sample.as_json() for sample in reference]
    return row
