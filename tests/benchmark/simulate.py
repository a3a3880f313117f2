"""Histories of the whole control plane, each from one seed, until one is wrong.

Server, workers, clients, network, disk and clocks under one thread; the seed
says what happens next and what breaks: crashes, lost power, disk errors, a full
disk, broken connections, stalled and dying workers, clocks that are set. Prints
seeds per minute. A seed that failed is repeated step by step with
`--seed N --trace`.
"""

import json
import os
import subprocess
import sys

from benchmark import figures
from benchmark.cluster import BIN, need

PROGRAM = BIN.parent / "tests/simulate"


def main():
    p = figures.parser(__doc__)
    p.add_argument("--seeds", type=int, default=3000)
    p.add_argument("--first", type=int, default=1, help="the first seed")
    p.add_argument("--seed", type=int, help="only this one")
    p.add_argument("--trace", action="store_true", help="print every step")
    args = p.parse_args()
    need(PROGRAM)
    if args.seed is not None:
        command = [PROGRAM, f"--seed={args.seed}"] + (["--trace"] if args.trace else [])
        return subprocess.run(command).returncode
    jobs = len(os.sched_getaffinity(0)) if args.seeds >= 2000 else 1
    share = -(-args.seeds // jobs)
    runs = [
        subprocess.Popen(
            [PROGRAM, f"--first={args.first + i * share}", f"--seeds={share}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(jobs)
    ]
    results = [json.loads(run.communicate()[0].splitlines()[-1]) for run in runs]
    table = figures.Figures(args.json)
    table.add("seeds per minute on one core", [r["seeds_per_minute"] for r in results], "1/min")
    for name in ("seeds", "steps", "jobs", "commits", "crashes", "failed"):
        table.add(name, [sum(r[name] for r in results)], "")
    table.print()
    failed = sum(r["failed"] for r in results)
    if failed:
        print("repeat a seed with: tests/bench simulate --seed N --trace", file=sys.stderr)
    return 1 if failed else 0
