"""Figures of a benchmark: printed as a table, or as JSON lines."""

import argparse
import json
import statistics


def parser(description):
    p = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--json", action="store_true", help="one JSON line per figure")
    return p


class Figures:
    """Collects figures; `reference` is the other side of a comparison.

    A comparison is given by one ratio (ours / reference) for each pair of runs
    that stood side by side; the median of the ratios counts.
    """

    def __init__(self, as_json):
        self._json = as_json
        self._rows = []

    def add(self, name, values, unit, reference=None):
        """`values` and `reference`: lists of paired runs, in order."""
        row = {"name": name, "value": statistics.median(values), "unit": unit, "runs": len(values)}
        if reference:
            row["reference"] = statistics.median(reference)
            row["ratio"] = statistics.median(a / b for a, b in zip(values, reference))
        self._rows.append(row)
        if self._json:
            print(json.dumps(row), flush=True)

    def print(self):
        if self._json:
            return
        print(f"\n{'figure':44} {'value':>10} {'reference':>10} {'ratio':>7}  unit")
        for row in self._rows:
            reference = f"{row['reference']:10.3f}" if "reference" in row else " " * 10
            ratio = f"{row['ratio']:7.2f}" if "ratio" in row else " " * 7
            print(f"{row['name']:44} {row['value']:10.3f} {reference} {ratio}  {row['unit']}")
