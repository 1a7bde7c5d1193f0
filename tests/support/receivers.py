"""Somebody who gets what leaves the house: a small SMTP server and a small HTTP server."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Mailbox:
    """The mails that came; ``refuse`` is the reply to the next addresses instead of 250."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: list[str] = field(default_factory=list)


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    box = Mailbox()

    class Conversation(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.say("220 test")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.say("354 go on")
                    box.mails.append(self.mail())
                    self.say("250 kept")
                elif word == b"RCPT" and box.refuse:
                    self.say(box.refuse.pop(0))
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 test")

        def mail(self) -> EmailMessage:
            lines = iter(self.rfile.readline, b".\r\n")
            text = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
            return message_from_bytes(text, policy=policy.default)  # type: ignore[return-value]

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)) as port:
        box.port = port
        yield box


@dataclass
class Events:
    """The requests that came: headers and body; ``answers`` are the next statuses, else 204."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def http_receiver() -> Iterator[Events]:
    events = Events()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            events.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(events.answers.pop(0) if events.answers else 204)
            self.send_header("Location", events.url)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Requests of a test are not worth a line."""

    with _serving(HTTPServer(("127.0.0.1", 0), Receiver)) as port:
        events.url = f"http://127.0.0.1:{port}/hooks"
        yield events


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
