"""The control plane under load: jobs, reads, lives, watchers, restarts.

A real server on a temporary directory; the load is build/*/bin/control_plane_load,
with workers that speak the session's protocol and train nothing. Every submit
is answered after its sync to disk, with a request id. Beside each figure stands
what a sync of a small append costs in the same directory at that time, so that
a slow disk is seen for what it is.

--stored and --queued rows are not submitted one by one: one job of each kind is
made through the API, and its rows are copied in the database while the server
is down, with other names and uids. TUNESMITH_BIN says which build to measure.
"""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from benchmark.cluster import BIN, need

DIGITS = 8  # Of the number in a copied job's id.


def quantile(values, part):
    return sorted(values)[int(part * (len(values) - 1))]


class Plane:
    """The server's process, with no worker."""

    def __init__(self, directory):
        self.directory = directory
        self.files = directory / "files"
        self.files.mkdir(parents=True)
        self._process = None

    def start(self):
        """Returns the seconds until it serves."""
        ready = self.directory / "ready.json"
        ready.unlink(missing_ok=True)
        log = open(self.directory / "server.log", "a")
        begin = time.monotonic()
        self._process = subprocess.Popen(
            [
                BIN / "tunesmith-server",
                "--listen=127.0.0.1:0",
                "--metrics-listen=127.0.0.1:0",
                f"--data-dir={self.directory}/server",
                f"--data-root={self.files}",
                f"--model-root={self.files}",
                "--max-live-jobs=100000000",
                f"--ready-file={ready}",
            ],
            stdout=log,
            stderr=log,
        )
        while not ready.exists():
            if self._process.poll() is not None:
                sys.exit(f"the server ended\n{(self.directory / 'server.log').read_text()[-4000:]}")
            time.sleep(0.002)
        seconds = time.monotonic() - begin
        self.ready = json.loads(ready.read_text())
        return seconds

    def begin(self):
        """Starts with the model and the dataset that all jobs are on."""
        self.start()
        self.load("inputs", f"--directory={self.files}")

    def stop(self):
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        self._process = None

    def load(self, mode, *flags):
        """One part of the load; what it reports."""
        command = [
            BIN / "control_plane_load",
            mode,
            f"--server={self.ready['address']}",
            f"--server-pid={self._process.pid}",
            *flags,
        ]
        # The mode comes last for the program's parser.
        command = [command[0], *command[2:], command[1]]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{run.stdout}{run.stderr}")
        return json.loads(run.stdout.splitlines()[-1])

    def scrape(self, times=20):
        """Seconds of scrapes of /metrics, and how many series there are."""
        url = f"http://127.0.0.1:{self.ready['metrics_port']}/metrics"
        seconds, body = [], b""
        for _ in range(times):
            begin = time.monotonic()
            with urllib.request.urlopen(url) as answer:
                body = answer.read()
            seconds.append(time.monotonic() - begin)
        series = sum(1 for line in body.splitlines() if line and not line.startswith(b"#"))
        return seconds, series

    def sync_cost(self, times=200):
        """Seconds of syncs of a small append."""
        seconds = []
        path = self.directory / "server" / "sync-probe"
        with open(path, "ab", buffering=0) as file:
            for _ in range(times):
                file.write(bytes(4096))
                begin = time.monotonic()
                os.fsync(file.fileno())
                seconds.append(time.monotonic() - begin)
        path.unlink()
        return seconds

    def copy_job(self, name, count, prefix):
        """`count` jobs with the rows of one, which is in the database."""
        database = next((self.directory / "server" / "db").glob("*.sqlite3"))
        db = sqlite3.connect(database)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA foreign_keys = OFF")
        uid = db.execute("SELECT uid FROM jobs WHERE id = ?", (name,)).fetchone()[0]
        texts = {
            name: lambda n: f"{prefix}{n:0{len(name) - len(prefix)}}",
            uid: lambda n: f"{prefix[0].encode().hex()}{n:0{len(uid) - 2}x}",
        }

        def replace(value, number):
            """Names and uids are as long as the first one's: records stay readable."""
            for old, new in texts.items():
                if isinstance(value, bytes):
                    value = value.replace(old.encode(), new(number).encode())
                elif isinstance(value, str):
                    value = value.replace(old, new(number))
            return value

        item = db.execute("SELECT uid FROM work_items WHERE subject_uid = ?", (uid,)).fetchone()
        if item:
            texts[item[0]] = lambda n: f"{prefix[0].encode().hex()}ff{n:0{len(item[0]) - 4}x}"
        db.create_function("copied", 2, replace, deterministic=True)
        for table, key in (
            ("jobs", "uid"),
            ("job_inputs", "job_uid"),
            ("job_events", "job_uid"),
            ("job_metrics", "job_uid"),
            ("work_items", "subject_uid"),
        ):
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            values = [
                "NULL" if c == "number" else f"copied({table}.{c}, n.value)" for c in columns
            ]
            db.execute(
                f"WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n"
                f" WHERE value < {count}) INSERT INTO {table} ({', '.join(columns)})"
                f" SELECT {', '.join(values)} FROM {table}, n WHERE {key} = ?",
                (uid,),
            )
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()


class Table:
    def __init__(self, as_json):
        self._json = as_json
        if not as_json:
            print(f"{'figure':58} {'value':>11} {'unit':7} {'sync p50':>9} {'p99':>8}  ms")

    def add(self, plane, name, value, unit):
        syncs = plane.sync_cost()
        p50, p99 = quantile(syncs, 0.5) * 1000, quantile(syncs, 0.99) * 1000
        if self._json:
            row = {"name": name, "value": value, "unit": unit}
            print(json.dumps(row | {"sync_p50_ms": p50, "sync_p99_ms": p99}), flush=True)
        else:
            print(f"{name:58} {value:11.3f} {unit:7} {p50:9.3f} {p99:8.3f}", flush=True)


def measure_creates(plane, table, args, stored):
    for in_flight, count in ((256, args.creates), (64, args.creates), (1, args.creates // 8)):
        prefix = f"c{stored}-{in_flight}-"
        figures = plane.load(
            "create", f"--in-flight={in_flight}", f"--count={count}", f"--prefix={prefix}"
        )
        what = f"CreateJob, {in_flight} in flight, {stored:,} stored"
        if in_flight == 1:
            table.add(plane, f"{what}: p50", figures["p50"] * 1000, "ms")
        else:
            table.add(plane, what, figures["rate"], "1/s")
            table.add(plane, f"{what}: p50", figures["p50"] * 1000, "ms")


def measure_reads(plane, table, args, queued):
    names = [f"--name=jobs/q{n:0{DIGITS}}" for n in range(1, queued, max(1, queued // 20))]
    figures = plane.load("get", f"--count={args.reads}", *names)
    table.add(plane, f"GetJob of a queued job, {queued:,} queued: p50", figures["p50"] * 1000, "ms")
    table.add(plane, f"GetJob of a queued job, {queued:,} queued: p99", figures["p99"] * 1000, "ms")
    figures = plane.load("list", f"--count={args.reads}")
    table.add(plane, f"ListJobs, a page of 50, {queued:,} queued: p50", figures["p50"] * 1000, "ms")
    seconds, series = plane.scrape()
    table.add(plane, f"scrape, {queued:,} queued", statistics.median(seconds) * 1000, "ms")
    table.add(plane, f"series of /metrics, {queued:,} queued", series, "")


def measure_work(plane, table, args):
    figures = plane.load(
        "life", f"--count={args.lives}", "--in-flight=256", "--prefix=life-", "--workers=4"
    )
    table.add(plane, "no-op lives", figures["rate"], "1/s")
    figures = plane.load("hand-over", f"--count={args.hand_overs}", "--prefix=hand-over-")
    table.add(plane, "commit to the worker seeing the work: p50", figures["p50"] * 1000, "ms")
    table.add(plane, "commit to the worker seeing the work: p99", figures["p99"] * 1000, "ms")
    figures = plane.load(
        "watch",
        f"--watchers={args.watchers}",
        f"--count={args.watched_events}",
        "--prefix=watched-",
    )
    table.add(plane, f"memory of a watcher, of {args.watchers:,}", figures["bytes_each"] / 1000, "kB")
    table.add(plane, f"events delivered to {args.watchers:,} watchers", figures["rate"], "1/s")
    table.add(plane, "event from the worker to the watcher: p99", figures["p99"] * 1000, "ms")


def main():
    from benchmark import figures

    p = figures.parser(__doc__)
    p.add_argument("--stored", type=int, default=20_000, help="ended jobs in the database")
    p.add_argument("--queued", type=int, default=1_000, help="jobs that wait")
    p.add_argument("--creates", type=int, default=4_000)
    p.add_argument("--reads", type=int, default=50)
    p.add_argument("--lives", type=int, default=2_000)
    p.add_argument("--hand-overs", type=int, default=300)
    p.add_argument("--watchers", type=int, default=1_000)
    p.add_argument("--watched-events", type=int, default=50_000)
    p.add_argument("--directory", help="where to measure: the disk counts")
    args = p.parse_args()
    need(BIN / "tunesmith-server", BIN / "control_plane_load")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tunesmith-bench.", dir=args.directory))
    plane = Plane(directory / "empty")
    try:
        table = Table(args.json)
        plane.begin()
        measure_creates(plane, table, args, stored=0)
        plane.stop()

        plane = Plane(directory / "working")
        plane.begin()
        measure_work(plane, table, args)
        plane.stop()

        plane = Plane(directory / "stored")
        plane.begin()
        # The jobs to copy: one that ended, one that waits.
        plane.load("life", "--count=1", f"--prefix={'s' + '0' * (DIGITS - 1)}")
        plane.load("create", "--count=1", f"--prefix={'q' + '0' * (DIGITS - 1)}")
        plane.stop()
        plane.copy_job("s" + "0" * DIGITS, args.stored, "s")
        plane.copy_job("q" + "0" * DIGITS, args.queued, "q")
        seconds = plane.start()
        table.add(plane, f"start, {args.stored:,} stored, {args.queued:,} queued", seconds, "s")
        measure_reads(plane, table, args, args.queued)
        measure_creates(plane, table, args, stored=args.stored)
    finally:
        plane.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return 0

