"""An endpoint that passes requests on to a validator and, from a moment on, does not tell the truth.

    with FalseEndpoint(network.endpoint(1)) as endpoint:
        endpoint.lie = without_logs

A lie changes one answer: it sees the method, the parameters and the true result, and gives another result.
With `frozen_at` it answers as the validator would have answered at that older block.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import httpx

Lie = Callable[[str, list[Any], Any], Any]
_NEWEST = ("latest", "pending")
_AT_BLOCK = {
    "eth_call": 1,
    "eth_getBalance": 1,
    "eth_getCode": 1,
    "eth_getTransactionCount": 1,
    "eth_getBlockByNumber": 0,
    "kaia_getBlockByNumber": 0,
    "kaia_getHeaderByNumber": 0,
}
"""Where the parameters of a method name a block."""


def the_truth(_method: str, _params: list[Any], result: Any) -> Any:
    """What the validator said."""
    return result


class FalseEndpoint:
    """Listens on loopback. asked: how many requests came; told: how many answers were changed."""

    def __init__(self, target: str) -> None:
        self.lie: Lie = the_truth
        self.frozen_at: int | None = None
        self.asked = self.told = 0
        self._client = httpx.Client(base_url=target, timeout=30, trust_env=False)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="false endpoint")

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FalseEndpoint:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._client.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    body = json.dumps(endpoint._answer(asked)).encode()
                    code = 200
                except httpx.HTTPError as silent:
                    body, code = str(silent).encode(), 502
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _answer(self, asked: Any) -> Any:
        requests = asked if isinstance(asked, list) else [asked]
        self.asked += len(requests)
        passed = [self._as_of_then(request) for request in requests]
        answers = self._client.post("/", json=passed).json()
        by_id = {answer["id"]: answer for answer in answers}
        given = [self._changed(request, by_id[request["id"]]) for request in requests]
        return given if isinstance(asked, list) else given[0]

    def _as_of_then(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request with the newest block replaced by the one at which this endpoint stands still."""
        place = _AT_BLOCK.get(request["method"])
        params = list(request.get("params", []))
        if self.frozen_at is None or place is None or len(params) <= place or params[place] not in _NEWEST:
            return request
        params[place] = hex(self.frozen_at)
        return {**request, "params": params}

    def _changed(self, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if "result" not in answer:
            return answer
        method, params = request["method"], request.get("params", [])
        true = answer["result"]
        result = self.lie(method, params, copy.deepcopy(true))
        if self.frozen_at is not None:
            result = _not_after(self.frozen_at, method, result)
        self.told += result != true
        return {**answer, "result": result}


def _not_after(number: int, method: str, result: Any) -> Any:
    """The result without what came after a block."""
    if method in ("eth_blockNumber", "kaia_blockNumber"):
        return hex(number)
    if isinstance(result, dict):
        at = result.get("number", result.get("blockNumber"))
        return None if isinstance(at, str) and int(at, 16) > number else result
    return result


# -- lies --


def _each_log(method: str, result: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """The result with the logs in it changed, wherever the method has them."""
    if method in ("eth_getLogs", "kaia_getLogs"):
        return change(result)
    if method in ("eth_getBlockReceipts", "kaia_getBlockReceipts") and result:
        return [{**receipt, "logs": change(receipt["logs"])} for receipt in result]
    if method in ("eth_getTransactionReceipt", "kaia_getTransactionReceipt") and result:
        return {**result, "logs": change(result["logs"])}
    return result


def _numbered(logs: list[Any]) -> list[Any]:
    return [{**log, "logIndex": hex(place)} for place, log in enumerate(logs)]


def without_logs(method: str, _params: list[Any], result: Any) -> Any:
    """eth_getLogs finds nothing; receipts are true."""
    return [] if method in ("eth_getLogs", "kaia_getLogs") else result


def without_last_log(method: str, _params: list[Any], result: Any) -> Any:
    """The last log is missing, in lists and in receipts alike."""
    return _each_log(method, result, lambda logs: logs[:-1])


def without_any_log(method: str, _params: list[Any], result: Any) -> Any:
    """No logs anywhere, and every bloom filter says so too."""
    result = _each_log(method, result, lambda _logs: [])
    empty = "0x" + "00" * 256
    for each in result if isinstance(result, list) else [result]:
        if isinstance(each, dict) and "logsBloom" in each:
            each["logsBloom"] = empty
    return result


def with_other_amounts(method: str, _params: list[Any], result: Any) -> Any:
    """The last digit of every log is another one, in lists and receipts alike; no bloom filter shows it."""

    def change(logs: list[Any]) -> list[Any]:
        return [{**log, "data": _other(log["data"])} for log in logs]

    return _each_log(method, result, change)


def _other(text: str) -> str:
    return text if len(text) < 4 else text[:-1] + format(int(text[-1], 16) ^ 1, "x")


def with_a_log_twice(method: str, _params: list[Any], result: Any) -> Any:
    """The last log is there a second time, numbered on."""
    if method in ("eth_getBlockReceipts", "kaia_getBlockReceipts") and result and result[-1]["logs"]:
        last = result[-1]
        again = {**last["logs"][-1], "logIndex": hex(int(last["logs"][-1]["logIndex"], 16) + 1)}
        return [*result[:-1], {**last, "logs": [*last["logs"], again]}]
    if method in ("eth_getLogs", "kaia_getLogs") and result:
        return [*result, {**result[-1], "logIndex": hex(int(result[-1]["logIndex"], 16) + 1)}]
    return result


def with_failed_receipts(method: str, _params: list[Any], result: Any) -> Any:
    """Every transaction is said to have failed."""
    receipts = result if isinstance(result, list) else [result]
    if "Receipt" in method:
        for receipt in receipts:
            if isinstance(receipt, dict):
                receipt["status"] = "0x0"
    return result


def with_other_times(method: str, _params: list[Any], result: Any) -> Any:
    """Every block is a day older than it is."""
    shows_block = method.startswith(("eth_getBlockBy", "kaia_getBlockBy", "kaia_getHeaderBy"))
    if shows_block and isinstance(result, dict):
        result["timestamp"] = hex(int(result["timestamp"], 16) - 86_400)
    return result


def with_other_hashes(method: str, _params: list[Any], result: Any) -> Any:
    """Every block has another hash, as on a chain of its own."""
    if method == "eth_getBlockByNumber" and isinstance(result, dict) and int(result["number"], 16) > 0:
        result["hash"], result["parentHash"] = _other(result["hash"]), _other(result["parentHash"])
    return result


def far_ahead(method: str, params: list[Any], result: Any) -> Any:
    """The newest block is a thousand further than it is."""
    if method == "eth_blockNumber":
        return hex(int(result, 16) + 1000)
    if method == "eth_getBlockByNumber" and isinstance(result, dict) and params[0] == "latest":
        result["number"] = hex(int(result["number"], 16) + 1000)
    return result


LIES: tuple[Lie, ...] = (
    without_logs,
    without_last_log,
    without_any_log,
    with_other_amounts,
    with_a_log_twice,
    with_failed_receipts,
    with_other_times,
    with_other_hashes,
    far_ahead,
)
