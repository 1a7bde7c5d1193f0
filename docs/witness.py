#!/usr/bin/env python3
"""A witness of Serviceplan's checkpoints (https://c2sp.org/tlog-witness), with nothing but Python's
standard library and verify.py beside it.

    python3 witness.py --name witness.example.com --state FOLDER --log KEY [--log KEY]...
                       [--host 127.0.0.1] [--port 8080]

Run it where those who run Serviceplan cannot change anything. It signs a checkpoint only when that
contains every checkpoint it has signed before, so that nobody can be shown another history. KEY is a
log's verifier key (name+id+base64). At its first start it makes its own key in FOLDER (mode 0600);
it prints its verifier key, which goes into the log's setting `checkpoints.witnesses`.

A log's rotated key is added with another --log. Signing here takes no constant time: use the machine
for this alone. Put a proxy with TLS before it when it is reached over the Internet.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from verify import BASE, L, P, Note, _add, _times, read_key, sha256, unbase64

MOST_BYTES = 100_000
LOCK = threading.Lock()


def compressed(point):
    x, y, z, _ = point
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expanded(seed):
    """The scalar, the prefix and the public key of a seed of 32 bytes (RFC 8032, section 5.1.5)."""
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:], compressed(_times(scalar, BASE, _add, (0, 1, 1, 0)))


def sign(seed, message):
    scalar, prefix, public = expanded(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    start = compressed(_times(r, BASE, _add, (0, 1, 1, 0)))
    k = int.from_bytes(hashlib.sha512(start + public + message).digest(), "little") % L
    return start + ((r + k * scalar) % L).to_bytes(32, "little")


def is_consistent(old, old_root, size, root, proof):
    """Whether a consistency proof holds (RFC 9162, section 2.1.4.2)."""
    if old in (0, size):
        return not proof and (old == 0 or old_root == root)
    if not 0 < old < size or not proof:
        return False
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = (sha256(b"\1" + sibling + each) for each in (first, second))
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = sha256(b"\1" + second + sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == root


class Refused(Exception):
    """The request gets this status and this body instead of a cosignature."""

    def __init__(self, status, body, kind="text/plain"):
        self.status, self.body, self.kind = status, body, kind
        super().__init__(body)


class Witness:
    """The key, the logs that it knows, and the newest checkpoint of each that it has signed."""

    def __init__(self, name, folder, logs):
        self.name, self.folder, self.logs = name, Path(folder), [read_key(log) for log in logs]
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "key"
        if not file.exists():
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
                opened.write(secrets.token_hex(32))
        self.seed = bytes.fromhex(file.read_text().strip())
        self.public = b"\x04" + expanded(self.seed)[2]
        self.id = sha256(name.encode() + b"\n" + self.public)[:4]

    def __str__(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.public).decode()}"

    def add(self, body):
        """The line that cosigns the checkpoint of a request; Refused when it must not be."""
        old, proof, note = parsed(body)
        keys = [key for key in self.logs if key[0] == note.origin]
        if not keys:
            raise Refused(404, "unknown log\n")
        if not any(note.by(key) for key in keys):
            raise Refused(403, "no known key has signed this\n")
        if old > note.size:
            raise Refused(400, "the old size is larger\n")
        with LOCK:
            file = self.folder / f"log-{sha256(note.origin.encode()).hex()}.json"
            known = json.loads(file.read_text()) if file.exists() else {"size": 0, "root": ""}
            if known["size"] != old:
                raise Refused(409, f"{known['size']}\n", "text/x.tlog.size")
            if old == note.size and old and known["root"] != note.root.hex():
                self.keep_fork(note, body)
                raise Refused(409, f"{known['size']}\n", "text/x.tlog.size")
            if not is_consistent(old, bytes.fromhex(known["root"]), note.size, note.root, proof):
                self.keep_fork(note, body)
                raise Refused(422, "this does not contain what was signed before\n")
            saved = {"origin": note.origin, "size": note.size, "root": note.root.hex()}
            replace(file, json.dumps({**saved, "text": note.text}))
        seconds = int(time.time())
        said = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
        data = self.id + seconds.to_bytes(8, "big") + sign(self.seed, said)
        return f"\u2014 {self.name} {base64.b64encode(data).decode()}\n"

    def keep_fork(self, note, body):
        """What does not fit is kept, for it is signed: it shows that there are two histories."""
        name = f"fork-{sha256(note.text.encode()).hex()[:16]}"
        replace(self.folder / name, body.decode("utf-8"))
        print(f"FORK of {note.origin} at {note.size}: kept as {self.folder / name}", flush=True)


def parsed(body):
    """The old size, the proof and the checkpoint of a request."""
    try:
        text = body.decode("utf-8")
        head, _, content = text.partition("\n\n")
        first, *lines = head.split("\n")
        size = re.fullmatch(r"old (0|[1-9][0-9]{0,15})", first)
        if not size or len(lines) > 63:
            raise ValueError("the first line is no old size")
        proof = [unbase64(line, "a line of the proof") for line in lines]
        return int(size[1]), proof, Note(content)
    except ValueError as error:
        raise Refused(400, f"{error}\n") from None


def replace(file, text):
    beside = file.with_name(file.name + ".new")
    with open(beside, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)


def server(witness, host, port):
    """The HTTP server of a witness, not yet running."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_POST(self):
            try:
                size = int(self.headers.get("Content-Length") or 0)
                if self.path != "/add-checkpoint" or not 0 < size <= MOST_BYTES:
                    raise Refused(404 if self.path != "/add-checkpoint" else 413, "\n")
                self.answer(200, witness.add(self.rfile.read(size)), "text/plain")
            except Refused as refused:
                self.answer(refused.status, refused.body, refused.kind)

        def do_GET(self):
            self.answer(200, f"{witness}\n", "text/plain")

        def answer(self, status, text, kind):
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status == 413:
                self.close_connection = True
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Nothing is logged but forks."""

    return ThreadingHTTPServer((host, port), Handler)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--state", required=True, metavar="FOLDER")
    parser.add_argument("--log", action="append", required=True, metavar="KEY")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    given = parser.parse_args(arguments)
    witness = Witness(given.name, given.state, given.log)
    running = server(witness, given.host, given.port)
    print(f"verifier key: {witness}", flush=True)
    print(f"listening on http://{given.host}:{running.server_port}", flush=True)
    running.serve_forever()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
