"""A look at every endpoint: does it answer, does it belong to the network, how far is it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.chain.endpoints.answers import BY_NUMBER
from counterfoil.chain.endpoints.endpoint import Endpoint, Health
from counterfoil.chain.endpoints.transport import Answer, Request, SilentError

_ASKED: tuple[Request, ...] = (
    ("eth_chainId", []),
    (BY_NUMBER, ["0x0", False]),
    (BY_NUMBER, ["latest", False]),
    ("eth_syncing", []),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found. failure: why there is nothing else, None where there is."""

    failure: str | None = None
    chain_id: int = 0
    genesis_hash: str = ""
    health: Health | None = None


def look_at(endpoint: Endpoint, *, timeout_s: float) -> Look:
    """Ask an endpoint how it is; never raises for what it says or does not say."""
    began = time.perf_counter()
    try:
        chain_id, genesis, newest, syncing = endpoint.transport.ask(_ASKED, timeout_s=timeout_s)
    except SilentError as silent:
        return Look(failure=str(silent))
    took_ms = (time.perf_counter() - began) * 1000
    try:
        first, head = _block(genesis), _block(newest)
        return Look(
            chain_id=int(_result(chain_id), 16),
            genesis_hash=str(first["hash"]).lower(),
            health=Health(
                height=int(head["number"], 16),
                head_hash=str(head["hash"]).lower(),
                head_time_s=int(head["timestamp"], 16),
                is_syncing=bool(syncing.get("result", False)),
                latency_ms=took_ms,
            ),
        )
    except (KeyError, TypeError, ValueError) as unfit:
        return Look(failure=f"its answers cannot be used: {type(unfit).__name__}")


def _result(answer: Answer) -> Any:
    return answer["result"]


def _block(answer: Answer) -> Mapping[str, Any]:
    found = _result(answer)
    if not isinstance(found, Mapping):
        raise TypeError("no block")
    return found
