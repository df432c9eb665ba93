"""JSON-RPC to one endpoint: bytes out, one answer a request back, or that there was none.

urllib3 is asked directly: its pool of connections is safe for threads, and a request costs a third of what
it costs through web3's own provider.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from hexbytes import HexBytes
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import make_headers

Request = tuple[str, Any]
"""A method and its parameters."""
Answer = dict[str, Any]
"""A JSON-RPC answer: "id" and either "result" or "error"."""

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 30.0
_CONNECTIONS = 8
_MOST_BYTES = 256 * 1024 * 1024


class SilentError(Exception):
    """An endpoint gave no answer that can be used; the text says how, without its address."""


class Transport(Protocol):
    """The way to one endpoint. A test double is one."""

    def ask(self, requests: Sequence[Request], *, timeout_s: float | None = None) -> list[Answer]:
        """One answer a request, in their order. Raises SilentError where that is not what came."""
        ...

    def close(self) -> None: ...


class HttpTransport:
    """JSON-RPC over HTTP; threads may share it."""

    def __init__(self, url: str) -> None:
        """url: http or https; user and password in it are sent as basic authentication."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._url = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
        headers = {"content-type": "application/json"}
        if parts.username is not None:
            headers.update(make_headers(basic_auth=f"{parts.username}:{parts.password or ''}"))
        # No repetitions and no other places: what may be asked again, and of whom, is for the pool to say.
        self._http = PoolManager(
            num_pools=1, maxsize=_CONNECTIONS, block=False, headers=headers, retries=False
        )

    def ask(self, requests: Sequence[Request], *, timeout_s: float | None = None) -> list[Answer]:
        """One answer a request, in their order. Raises SilentError where that is not what came."""
        wait_s = READ_TIMEOUT_S if timeout_s is None else timeout_s
        try:
            response = self._http.request(
                "POST",
                self._url,
                body=encoded(requests),
                timeout=Timeout(connect=min(CONNECT_TIMEOUT_S, wait_s), read=wait_s),
                redirect=False,
            )
        except (HTTPError, OSError) as silent:
            raise SilentError(_how(silent)) from silent
        if response.status != 200:
            raise SilentError(f"HTTP status {response.status}")
        if len(response.data) > _MOST_BYTES:
            raise SilentError("its answer is too long")
        return decoded(requests, response.data)

    def close(self) -> None:
        """Give the connections back."""
        self._http.clear()


def encoded(requests: Sequence[Request]) -> bytes:
    """One request alone, several as a batch; numbered from 0."""
    calls = [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        for number, (method, params) in enumerate(requests)
    ]
    return json.dumps(calls[0] if len(calls) == 1 else calls, default=_as_json).encode()


def decoded(requests: Sequence[Request], body: bytes) -> list[Answer]:
    """The answers in the order of the requests, whatever order they came in. Raises SilentError."""
    try:
        found = json.loads(body)
    except ValueError as unfit:
        raise SilentError("its answer is no JSON") from unfit
    answers = found if isinstance(found, list) else [found]
    if any(not isinstance(each, dict) for each in answers):
        raise SilentError("its answer is no JSON-RPC")
    if isinstance(found, dict) and len(requests) > 1:
        # Some nodes answer a batch that they do not want with one error.
        raise SilentError(f"it refused a batch of {len(requests)}")
    by_number = {each.get("id"): each for each in answers}
    if len(answers) != len(requests) or set(by_number) != set(range(len(requests))):
        # One answer twice and another one not at all would pass for the other one.
        raise SilentError(f"{len(answers)} answers to {len(requests)} requests, or not one to each")
    ordered = [by_number[number] for number in range(len(requests))]
    if any("result" not in each and "error" not in each for each in ordered):
        raise SilentError("an answer has neither result nor error")
    return ordered


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return HexBytes(value).to_0x_hex()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    if hasattr(value, "items"):
        return dict(value)
    raise TypeError(f"no JSON form of {type(value).__name__}")


def _how(silent: Exception) -> str:
    """What went wrong by its kind alone: the texts of these errors have addresses in them."""
    cause = silent
    while cause.__cause__ is not None and isinstance(cause.__cause__, Exception):
        cause = cause.__cause__
    kind = type(silent if isinstance(silent, HTTPError) else cause).__name__
    return _KINDS.get(kind, kind)


_KINDS = {
    "NewConnectionError": "no connection",
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeoutError": "no answer in time",
    "ProtocolError": "the connection broke",
    "NameResolutionError": "its name is not known",
    "SSLError": "its certificate is not accepted",
}
