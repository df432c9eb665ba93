"""JSON-RPC over HTTP and over a socket, with whatever a server may answer."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from network.rpc import RpcRefusedError, RpcUnavailableError, over_http, over_socket


@contextmanager
def http_server(answer: bytes) -> Iterator[tuple[str, list[Any]]]:
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output clean."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def socket_server(path: Path, *parts: bytes) -> Iterator[None]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            for part in parts:
                self.wfile.write(part)
                self.wfile.flush()

    class Server(socketserver.UnixStreamServer):
        def server_bind(self) -> None:
            with pytest.MonkeyPatch.context() as patched:
                patched.chdir(path.parent)
                self.socket.bind(path.name)

    with Server(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_a_call_gives_its_result() -> None:
    with http_server(b'{"jsonrpc":"2.0","id":1,"result":"0x7"}') as (endpoint, asked):
        assert over_http(endpoint, "eth_blockNumber", "latest", False) == "0x7"
    assert asked == [{"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": ["latest", False]}]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b'{"error":{"code":-32000,"message":"no votes left"}}', "governance_vote: no votes left"),
        (b'{"error":"broken"}', "broken"),
        (b"[]", "not an object"),
        (b"<html>", "not JSON"),
    ],
)
def test_an_answer_that_is_no_result_is_refused_with_its_words(answer: bytes, words: str) -> None:
    with http_server(answer) as (endpoint, _), pytest.raises(RpcRefusedError, match=words):
        over_http(endpoint, "governance_vote")


def test_a_silent_address_is_unavailable() -> None:
    with http_server(b"{}") as (endpoint, _):
        pass
    with pytest.raises(RpcUnavailableError, match="eth_blockNumber"):
        over_http(endpoint, "eth_blockNumber")


def test_an_address_without_a_host_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no host"):
        over_http("8551", "eth_blockNumber")


def test_a_socket_in_a_deep_folder_answers_in_pieces(tmp_path: Path) -> None:
    """A socket's name has at most 107 bytes."""
    folder = tmp_path / ("deep" * 20) / ("deeper" * 10)
    folder.mkdir(parents=True)
    path = folder / "operator.ipc"
    assert len(str(path)) > 107
    with socket_server(path, b'{"result": ', b'"voted"}\n'):
        assert over_socket(path, "governance_vote") == "voted"


def test_a_socket_that_closes_early_is_unavailable(tmp_path: Path) -> None:
    with (
        socket_server(tmp_path / "s", b'{"result": '),
        pytest.raises(RpcUnavailableError, match="before the answer"),
    ):
        over_socket(tmp_path / "s", "governance_vote")


def test_a_socket_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(RpcUnavailableError, match="governance_vote"):
        over_socket(tmp_path / "s", "governance_vote")
    with pytest.raises(RpcUnavailableError, match="governance_vote"):
        over_socket(tmp_path / "nowhere" / "s", "governance_vote")
