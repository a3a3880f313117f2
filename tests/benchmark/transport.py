"""What hostile bytes cost the server: memory and threads, and whether it answers.

Each attack meets a server of its own. Memory is the most that the server had
beside what it had before; "after" is what it keeps once the attacker is gone.
"""

import contextlib
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
import zlib

from benchmark import figures, http2
from benchmark.cluster import BIN, need

GET_JOB = "/tunesmith.v1.JobService/GetJob"
PREDICT = "/tunesmith.v1.PredictionService/Predict"
REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
HEALTH = "/grpc.health.v1.Health/Check"
MIB = 1 << 20


class Server:
    def __init__(self):
        need(BIN / "tunesmith-server")
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix="tunesmith-transport."))
        ready = self._directory / "ready.json"
        self._process = subprocess.Popen(
            [
                BIN / "tunesmith-server",
                "--listen=127.0.0.1:0",
                f"--data-dir={self._directory}/server",
                f"--ready-file={ready}",
            ],
            stdout=open(self._directory / "log", "w"),
            stderr=subprocess.STDOUT,
        )
        while not ready.exists():
            assert self._process.poll() is None, "the server has ended"
            time.sleep(0.02)
        self.address = json.loads(ready.read_text())["address"]

    def memory(self):
        """MiB that it holds now."""
        return self._status("VmRSS:") / 1024

    def threads(self):
        return self._status("Threads:")

    def alive(self):
        return self._process.poll() is None

    def _status(self, name):
        for line in pathlib.Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
        raise ValueError(name)

    def close(self):
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._directory)


def answers(address):
    """Whether somebody else's call is answered."""
    connection = http2.Connection(address)
    stream = connection.open_stream(HEALTH)
    connection.send_data(stream, http2.message(b""), end=True)
    while connection.read_frame():
        kind, _, of, _ = connection.frames[-1]
        if kind == http2.DATA and of == stream:
            return True
    return False


def gzip_bomb(address, hold):
    """2 MB that hold 2 GB."""
    # The window bits of gzip's form.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(16 * MIB)) for _ in range(128)) + packer.flush()
    connection = http2.Connection(address)
    stream = connection.open_stream(GET_JOB, [(b"grpc-encoding", b"gzip")])
    connection.send_data(stream, http2.message(bomb, compressed=True), end=True)
    while connection.read_frame():
        kind, _, of, _ = connection.frames[-1]
        # How the call ended.
        if of == stream and kind in (http2.HEADERS, http2.RST_STREAM):
            break
    hold()
    connection.close()


def endless_header(address, hold):
    """CONTINUATION frames without an end, up to 4 GiB."""
    connection = http2.Connection(address, patience=60)
    # A literal whose name has 256 MiB, and another one behind it.
    connection.send(http2.frame(http2.HEADERS, 0, 1, b"\x00\x7f\x81\xff\xff\x7f"))
    more = http2.frame(http2.CONTINUATION, 0, 1, b"x" * http2.FRAME)
    for _ in range(4096 * MIB // http2.FRAME):
        if not connection.send(more):
            break
    hold()
    connection.close()


def many_headers(address, hold):
    """CONTINUATION frames full of short headers, without an end, up to 1 GiB."""
    connection = http2.Connection(address, patience=60)
    fields = http2.literal(b"x-name", b"v" * 100)
    payload = fields * (http2.FRAME // len(fields))
    connection.send(http2.frame(http2.HEADERS, 0, 1, http2.call_headers(GET_JOB)))
    more = http2.frame(http2.CONTINUATION, 0, 1, payload)
    for _ in range(1024 * MIB // http2.FRAME):
        if not connection.send(more):
            break
    hold()
    connection.close()


def unfinished_messages(address, hold):
    """300 messages of 32 MiB, 3 MiB of which come."""
    connection = http2.Connection(address)
    for _ in range(300):
        stream = connection.open_stream(PREDICT)
        connection.send_data(stream, http2.message(bytes(3 * MIB), length=32 * MIB))
    hold()
    connection.close()


def unfinished_on_many_connections(address, hold):
    """The same, over 300 connections."""
    connections = []
    for _ in range(300):
        with contextlib.suppress(OSError):
            connection = http2.Connection(address)
            stream = connection.open_stream(PREDICT)
            connection.send_data(stream, http2.message(bytes(3 * MIB), length=32 * MIB))
            connections.append(connection)
    hold()
    for connection in connections:
        connection.close()


def reflection_streams(address, hold):
    """300 streams of reflection that stay open."""
    connection = http2.Connection(address)
    streams = [connection.open_stream(REFLECTION) for _ in range(300)]
    for stream in streams:
        connection.send_data(stream, http2.message(b"\x3a\x01*"))
    answered = set()
    while len(answered) < len(streams) and connection.read_frame():
        kind, _, stream, _ = connection.frames[-1]
        if kind == http2.DATA:
            answered.add(stream)
    assert len(answered) == len(streams), f"{len(answered)} streams were answered"
    hold()
    connection.close()


def many_connections(address, hold):
    """2,000 connections that say nothing."""
    connections = []
    for _ in range(2000):
        with contextlib.suppress(OSError):
            connections.append(http2.Connection(address))
    hold()
    for connection in connections:
        connection.close()


ATTACKS = {
    "gzip bomb": gzip_bomb,
    "header without end": endless_header,
    "headers without end": many_headers,
    "300 unfinished messages": unfinished_messages,
    "300 connections with one": unfinished_on_many_connections,
    "300 reflection streams": reflection_streams,
    "2,000 silent connections": many_connections,
}


class Watch:
    """Samples a server beside an attack."""

    def __init__(self, server):
        self._server = server
        self._before = (server.memory(), server.threads())
        self._most = list(self._before)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def _sample(self):
        while not self._done.wait(0.02) and self._server.alive():
            self._most[0] = max(self._most[0], self._server.memory())
            self._most[1] = max(self._most[1], self._server.threads())

    def stop(self):
        self._done.set()
        self._thread.join()
        return [most - before for most, before in zip(self._most, self._before)]

    def kept(self):
        """MiB that it still has more, ten seconds after the attack at the latest."""
        end = time.time() + 10
        while time.time() < end and self._server.memory() > self._before[0] + 16:
            time.sleep(0.1)
        return self._server.memory() - self._before[0]


def measure(name, table):
    server = Server()
    try:
        watch = Watch(server)
        answered = []

        def hold():
            time.sleep(0.3)
            if server.alive():
                answered.append(answers(server.address))

        ATTACKS[name](server.address, hold)
        memory, threads = watch.stop()
        if not server.alive():
            raise SystemExit(f"{name}: the server died of it")
        table.add(f"{name}: memory", [memory], "MiB")
        table.add(f"{name}: kept after", [watch.kept()], "MiB")
        table.add(f"{name}: threads", [threads], "threads")
        table.add(f"{name}: others are answered", [int(answered == [True])], "yes=1")
    finally:
        server.close()


def main():
    p = figures.parser(__doc__)
    p.add_argument("--only", choices=ATTACKS, help="one attack")
    args = p.parse_args()
    table = figures.Figures(args.json)
    for name in [args.only] if args.only else ATTACKS:
        measure(name, table)
    table.print()
    return 0
