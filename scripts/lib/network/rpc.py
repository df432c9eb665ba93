"""JSON-RPC to a validator: over HTTP, which members' programs use, and over its socket, which only its
operator reaches."""

from __future__ import annotations

import http.client
import json
import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ANSWER_WITHIN_S = 10.0


class RpcUnavailableError(Exception):
    """The validator did not answer: it is down, starting, or overloaded."""


class RpcRefusedError(Exception):
    """The validator answered with an error."""


def _unpack(answer: Any, method: str) -> Any:
    if not isinstance(answer, dict):
        raise RpcRefusedError(f"{method}: the answer is not an object")
    if "error" in answer:
        error = answer["error"]
        raise RpcRefusedError(
            f"{method}: {error.get('message', error) if isinstance(error, dict) else error}"
        )
    return answer.get("result")


def _request(method: str, params: tuple[Any, ...]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()


def over_http(endpoint: str, method: str, *params: Any, within_s: float = ANSWER_WITHIN_S) -> Any:
    """The result of one call. Raises RpcUnavailableError or RpcRefusedError."""
    parts = urlsplit(endpoint)
    if parts.hostname is None:
        raise ValueError(f"{endpoint!r} names no host")
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=within_s)
    try:
        connection.request("POST", "/", _request(method, params), {"Content-Type": "application/json"})
        content = connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise RpcUnavailableError(f"{endpoint} does not answer {method}: {error}") from error
    finally:
        connection.close()
    try:
        return _unpack(json.loads(content), method)
    except ValueError as error:
        raise RpcRefusedError(
            f"{endpoint} answers {method} with what is not JSON: {content[:80]!r}"
        ) from error


def over_socket(path: Path, method: str, *params: Any, within_s: float = ANSWER_WITHIN_S) -> Any:
    """The result of one call through a Unix socket. Raises RpcUnavailableError or RpcRefusedError."""
    try:
        content = _exchange(path, _request(method, params), within_s)
    except OSError as error:
        raise RpcUnavailableError(f"{path} does not answer {method}: {error}") from error
    return _unpack(content, method)


def _exchange(path: Path, request: bytes, within_s: float) -> Any:
    # A socket's name has at most 107 bytes, which a folder of tests often passes: it is reached through its
    # open folder.
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(within_s)
            connection.connect(f"/proc/self/fd/{folder}/{path.name}")
            connection.sendall(request)
            received = b""
            while True:
                chunk = connection.recv(65_536)
                if not chunk:
                    raise OSError("the connection was closed before the answer's end")
                received += chunk
                try:
                    return json.loads(received)
                except ValueError:
                    continue
    finally:
        os.close(folder)
