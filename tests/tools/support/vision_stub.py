"""A vision endpoint on 127.0.0.1 that answers by a script, faults included."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-secret-0123456789"


def good(score: int = 4, **changes: Any) -> str:  # noqa: ANN401 - any of an answer
    """An answer that counts, for a rubric of `count` attributes."""
    count = changes.pop("count", 2)
    one = {"evidence": "seen", "visible": True, "score": score}
    answer = {
        "attributes": [{"id": f"a{n}", **one} for n in range(1, count + 1)],
        "artifacts": [],
        "framing": "bust",
        "view": "front",
        "elevation": "eye",
        "pose": "unclear",
        "confidence": "high",
    }
    return json.dumps(answer | changes)


@dataclass
class Fault:
    """What a call gets instead of an answer.

    Attributes:
        raw: bytes of the body, in place of a whole one.
        content: of the message.
        sleep: seconds before anything.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content: str | None = None
    sleep: float = 0.0
    message: dict[str, Any] = field(default_factory=dict)
    finish: str = "stop"


Script = Callable[[int, dict[str, Any]], "str | Fault"]


@dataclass
class Stub:
    """A running endpoint.

    Attributes:
        url: its base.
        bodies: of every request, in order.
        headers: the same.
    """

    url: str
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    most_at_once: int = 0


@contextmanager
def serving(script: Script, tokens: tuple[int, int] | None = (1000, 100)) -> Iterator[Stub]:
    """Serve a script: number of the call, from 0, and its body -> an answer or a fault.

    Args:
        script: see above.
        tokens: what every answer says that it took; None for nothing.
    """
    stub = Stub(url="")
    lock = threading.Lock()
    open_now = [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                number = len(stub.bodies)
                stub.bodies.append(body)
                stub.headers.append(dict(self.headers))
                open_now[0] += 1
                stub.most_at_once = max(stub.most_at_once, open_now[0])
            try:
                assert self.path == "/v1/chat/completions"
                self._answer(script(number, body))
            finally:
                with lock:
                    open_now[0] -= 1

        def _answer(self, found: "str | Fault") -> None:
            fault = found if isinstance(found, Fault) else Fault(content=found)
            time.sleep(fault.sleep)
            message = {"role": "assistant", "content": fault.content, **fault.message}
            whole = {
                "choices": [{"message": message, "finish_reason": fault.finish}],
                "usage": tokens and {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]},
            }
            raw = fault.raw if fault.raw is not None else json.dumps(whole).encode()
            try:
                self.send_response(fault.status)
                for name, value in fault.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)
            except OSError:
                return  # who asked has gone

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
