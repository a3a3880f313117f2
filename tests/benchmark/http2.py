"""HTTP/2 by hand, as somebody speaks it who means no good."""

import socket
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = (
    0, 1, 3, 4, 6, 7, 8, 9,
)
ACK, END_STREAM, END_HEADERS = 1, 1, 4
INITIAL_WINDOW = 65535
FRAME = 16384


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def literal(name, value):
    """A header as HPACK has it that indexes and compresses nothing."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def call_headers(path, extra=()):
    headers = [
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", path.encode()),
        (b":authority", b"localhost"),
        (b"content-type", b"application/grpc"),
        (b"te", b"trailers"),
        *extra,
    ]
    return b"".join(literal(name, value) for name, value in headers)


def message(payload, length=None, compressed=False):
    """A message of gRPC, which may claim another length than it has."""
    claimed = len(payload) if length is None else length
    return struct.pack(">BI", compressed, claimed) + payload


class Connection:
    """Keeps to the windows of flow control; the rest is up to the caller."""

    def __init__(self, address, patience=20):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), timeout=patience)
        self._buffer = b""
        self._stream_window = INITIAL_WINDOW
        self._windows = {0: INITIAL_WINDOW}
        self._streams = -1
        self.frames = []
        window = struct.pack(">HI", 4, 1 << 30)
        self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, window))
        self.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 30)))

    def close(self):
        self._socket.close()

    def send(self, data):
        """False once the other side has hung up."""
        try:
            self._socket.sendall(data)
            return True
        except OSError:
            return False

    def open_stream(self, path, extra=()):
        self._streams += 2
        self._windows[self._streams] = self._stream_window
        self.send(frame(HEADERS, END_HEADERS, self._streams, call_headers(path, extra)))
        return self._streams

    def send_data(self, stream, data, end=False):
        """Returns how many bytes were taken; fewer when the other side wants no more."""
        sent = 0
        while sent < len(data):
            room = min(self._windows[0], self._windows.get(stream, 0), FRAME)
            if room <= 0:
                if not self.read_frame():
                    return sent
                continue
            piece = data[sent : sent + room]
            last = end and sent + len(piece) == len(data)
            if not self.send(frame(DATA, END_STREAM if last else 0, stream, piece)):
                return sent
            sent += len(piece)
            self._windows[0] -= len(piece)
            self._windows[stream] -= len(piece)
        return sent

    def read_frame(self):
        """Takes the next frame into account; False when there is none."""
        try:
            while len(self._buffer) < 9 or len(self._buffer) < 9 + self._length():
                piece = self._socket.recv(1 << 16)
                if not piece:
                    return False
                self._buffer += piece
        except OSError:
            return False
        length = self._length()
        kind, flags, stream = struct.unpack(">BBI", self._buffer[3:9])
        payload = self._buffer[9 : 9 + length]
        self._buffer = self._buffer[9 + length :]
        self._note(kind, flags, stream, payload)
        return True

    def _length(self):
        return int.from_bytes(self._buffer[:3], "big")

    def _note(self, kind, flags, stream, payload):
        if kind == WINDOW_UPDATE:
            self._windows[stream] = self._windows.get(stream, 0) + struct.unpack(">I", payload)[0]
        elif kind == SETTINGS and not flags & ACK:
            for i in range(0, len(payload), 6):
                key, value = struct.unpack(">HI", payload[i : i + 6])
                if key == 4:
                    change = value - self._stream_window
                    self._stream_window = value
                    for open_stream in self._windows:
                        if open_stream != 0:
                            self._windows[open_stream] += change
            self.send(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind in (RST_STREAM, GOAWAY):
            self._windows.pop(stream, None)
            self._windows.setdefault(0, 0)
        self.frames.append((kind, flags, stream, payload))
