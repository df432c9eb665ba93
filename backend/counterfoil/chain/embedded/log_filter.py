"""Which logs an eth_getLogs request asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_bloom import BloomFilter

from counterfoil.chain.embedded.refusals import BadParameterError
from counterfoil.chain.embedded.rpc_forms import as_bytes


@dataclass(frozen=True, slots=True)
class LogFilter:
    """addresses: any of these, or all if empty. topics: per position any of these, or all if empty."""

    addresses: tuple[bytes, ...]
    topics: tuple[tuple[bytes, ...], ...]

    @classmethod
    def read(cls, criteria: Mapping[str, Any]) -> LogFilter:
        """The filter of a request's address and topics; raises BadParameterError."""
        wanted = criteria.get("address")
        listed = [] if wanted is None else [wanted] if isinstance(wanted, (str, bytes)) else list(wanted)
        positions = criteria.get("topics") or []
        if len(positions) > 4:
            raise BadParameterError("a log has at most 4 topics")
        return cls(
            tuple(as_bytes(address, 20) for address in listed),
            tuple(_alternatives(topic) for topic in positions),
        )

    def may_match(self, bloom: int) -> bool:
        """False where a block's or receipt's bloom filter excludes every match."""
        bits = BloomFilter(bloom)
        if self.addresses and not any(address in bits for address in self.addresses):
            return False
        return all(not choices or any(topic in bits for topic in choices) for choices in self.topics)

    def matches(self, log: Mapping[str, Any]) -> bool:
        """Whether one log, in its JSON-RPC form, is asked for."""
        if self.addresses and bytes.fromhex(log["address"][2:]) not in self.addresses:
            return False
        if len(self.topics) > len(log["topics"]):
            return False
        return all(
            not choices or bytes.fromhex(topic[2:]) in choices
            for choices, topic in zip(self.topics, log["topics"], strict=False)
        )


def _alternatives(topic: Any) -> tuple[bytes, ...]:
    if topic is None:
        return ()
    if isinstance(topic, (str, bytes)):
        return (as_bytes(topic, 32),)
    if isinstance(topic, Sequence):
        return tuple(as_bytes(choice, 32) for choice in topic if choice is not None)
    raise BadParameterError(f"not a topic: {topic!r}")
