"""JSON-RPC over real HTTP: what comes back in order, and everything that is no answer."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from counterfoil.chain.endpoints.transport import HttpTransport, SilentError

Reply = Callable[[Any], tuple[int, bytes]]


class Server:
    """An HTTP server on loopback that answers as a test says. asked: bodies; headers: of each request."""

    def __init__(self) -> None:
        self.reply: Reply = echoed
        self.asked: list[Any] = []
        self.headers: list[dict[str, str]] = []
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                served.asked.append(body)
                served.headers.append(dict(self.headers))
                code, content = served.reply(body)
                self.send_response(code)
                if code == 302:
                    self.send_header("location", "http://127.0.0.1:1/")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def answer(call: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call["id"], "result": [call["method"], call["params"]]}


def echoed(body: Any) -> tuple[int, bytes]:
    found = [answer(each) for each in body] if isinstance(body, list) else answer(body)
    return 200, json.dumps(found).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def transport(server: Server) -> Iterator[HttpTransport]:
    made = HttpTransport(f"http://127.0.0.1:{server.port}/rpc?key=1")
    yield made
    made.close()


def test_one_request_is_no_batch(server: Server, transport: HttpTransport) -> None:
    (found,) = transport.ask([("eth_call", [{"data": b"\x12"}, "latest"])])
    assert found["result"] == ["eth_call", [{"data": "0x12"}, "latest"]]
    assert isinstance(server.asked[0], dict)


def test_answers_come_in_the_order_of_the_requests(server: Server, transport: HttpTransport) -> None:
    server.reply = lambda body: (200, json.dumps([answer(each) for each in reversed(body)]).encode())
    found = transport.ask([("one", []), ("two", []), ("three", [])])
    assert [each["result"][0] for each in found] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (lambda body: (200, json.dumps([answer(body[0])]).encode()), "1 answers to 2 requests"),
        (lambda body: (200, json.dumps([answer(body[0])] * 2).encode()), "or not one to each"),
        (lambda body: (200, json.dumps([*map(answer, body), answer(body[0])]).encode()), "3 answers to 2"),
        (
            lambda body: (200, json.dumps([answer({**each, "id": "x"}) for each in body]).encode()),
            "2 answers",
        ),
        (
            lambda _body: (200, b'{"jsonrpc": "2.0", "id": null, "error": {"code": -1}}'),
            "refused a batch of 2",
        ),
        (lambda _body: (200, b'["text", "text"]'), "no JSON-RPC"),
        (lambda _body: (200, b'[{"id": 0}, {"id": 1}]'), "neither result nor error"),
        (lambda _body: (200, b"<html>"), "no JSON"),
        (lambda _body: (200, b""), "no JSON"),
        (lambda _body: (200, b"7"), "no JSON-RPC"),
        (lambda _body: (500, b"{}"), "HTTP status 500"),
        (lambda _body: (429, b"{}"), "HTTP status 429"),
        (lambda _body: (302, b""), "HTTP status 302"),
    ],
)
def test_what_is_no_answer(server: Server, transport: HttpTransport, reply: Reply, told: str) -> None:
    server.reply = reply
    with pytest.raises(SilentError, match=told):
        transport.ask([("one", []), ("two", [])])
    server.reply = echoed
    assert len(transport.ask([("one", []), ("two", [])])) == 2


def test_a_connection_that_ends_early_is_no_answer(server: Server, transport: HttpTransport) -> None:
    def hang_up(_body: Any) -> tuple[int, bytes]:
        raise ConnectionAbortedError

    server.reply = hang_up
    server._server.handle_error = lambda request, address: None  # type: ignore[method-assign] # it would print
    with pytest.raises(SilentError, match="the connection broke"):
        transport.ask([("one", [])])


def test_an_answer_that_does_not_come_is_not_waited_for(server: Server, transport: HttpTransport) -> None:
    may_end = threading.Event()

    def late(body: Any) -> tuple[int, bytes]:
        may_end.wait(30)
        return echoed(body)

    server.reply = late
    with pytest.raises(SilentError, match="no answer in time"):
        transport.ask([("one", [])], timeout_s=0.2)
    may_end.set()


def test_nobody_there(server: Server, transport: HttpTransport) -> None:
    server.close()
    with pytest.raises(SilentError) as silent:
        transport.ask([("one", [])])
    assert str(silent.value) == "no connection"


def test_user_and_password_are_sent_and_never_told(server: Server) -> None:
    transport = HttpTransport(f"http://user:secret@127.0.0.1:{server.port}/")
    transport.ask([("one", [])])
    sent = {name.lower(): value for name, value in server.headers[0].items()}
    assert base64.b64decode(sent["authorization"].removeprefix("Basic ")) == b"user:secret"
    server.reply = lambda _body: (401, b"")
    with pytest.raises(SilentError) as silent:
        transport.ask([("one", [])])
    assert "secret" not in str(silent.value)
    transport.close()


def test_threads_share_a_transport(transport: HttpTransport) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: transport.ask([("m", [number])])[0]["result"], range(100)))
    assert found == [["m", [number]] for number in range(100)]
