"""Blocks and receipts proven: by their validators' seals where headers have them, else by agreement."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Any

from counterfoil.chain.endpoints.answers import (
    BY_HASH,
    BY_NUMBER,
    RECEIPT,
    RECEIPTS,
    BlockClaim,
    LyingError,
    NotYetError,
    hold_to_header,
)
from counterfoil.chain.endpoints.endpoint import Endpoint
from counterfoil.chain.endpoints.seal_trust import SealTrust
from counterfoil.chain.endpoints.transport import Answer, Request, SilentError
from counterfoil.chain.engines.profile import EngineProfile, Json, UnverifiableError, VerifiedHeader

_BLOCKS_OF_RECEIPTS = 16
_FAILED_WITH = "txError"
_PROVEN_FIELDS = ("status", "gasUsed", "logsBloom", "transactionIndex")
_LOG_FIELDS = ("address", "topics", "data", "logIndex")


class SealProver:
    """For engines whose headers carry seals: asks only the endpoint that is being checked."""

    def __init__(self, profile: EngineProfile, trust: SealTrust, *, with_receipts: bool) -> None:
        """with_receipts: whether receipts are held to the root in their block's header as well."""
        if profile.headers is None:
            raise TypeError(f"headers of {profile.name} cannot be verified")
        self._profile = profile
        self._headers = profile.headers
        self._trust = trust
        self._with_receipts = with_receipts and profile.receipts_root is not None
        self._lock = Lock()
        self._receipts: OrderedDict[str, Mapping[str, Json]] = OrderedDict()

    def prove_blocks(self, endpoint: Endpoint, claims: Iterable[BlockClaim]) -> None:
        """Verify the headers of blocks that an endpoint claims.

        Raises LyingError for what is not proven, NotYetError where it has no header of a block so far, and
        SilentError where it says nothing.
        """
        unknown = [claim for claim in claims if not self._is_proven(claim)]
        if not unknown:
            return
        method, more = self._headers.by_hash
        found = endpoint.transport.ask([(method, [claim.block_hash, *more]) for claim in unknown])
        for claim, answer in zip(unknown, found, strict=True):
            header = self.verified(endpoint, answer)
            if (header.number, header.block_hash) != (claim.number, claim.block_hash):
                raise LyingError(f"the header of block {claim.number} is another one's")

    def verified(self, endpoint: Endpoint, answer: Answer) -> VerifiedHeader:
        """The verified form of a header that an endpoint gave; raises as prove_blocks."""
        found = answer.get("result")
        if not isinstance(found, Mapping):
            raise NotYetError("it has no header to a block that it shows")
        method, more = self._headers.by_number

        def fetch(number: int) -> Json:
            (other,) = endpoint.transport.ask([(method, [hex(number), *more])])
            if not isinstance(other.get("result"), Mapping):
                raise SilentError(f"it has no header of block {number}")
            return dict(other["result"])

        try:
            return self._trust.verify(found, fetch)
        except UnverifiableError as unproven:
            raise LyingError(str(unproven)) from unproven

    def check(self, endpoint: Endpoint, requests: Sequence[Request], answers: Sequence[Answer]) -> None:
        """Hold blocks and receipts to the verified headers; their claims must have been proven before."""
        for (method, params), answer in zip(requests, answers, strict=True):
            result = answer.get("result")
            if result is None:
                continue
            if (method == BY_NUMBER and params[0] != "pending") or method == BY_HASH:
                header = self._trust.known(str(result["hash"]))
                if header is not None:
                    hold_to_header(result, header)
            elif self._with_receipts and method in RECEIPTS and result:
                self._prove_receipts(endpoint, str(result[0]["blockHash"]).lower(), result)
            elif self._with_receipts and method == RECEIPT and result.get("blockHash") is not None:
                self._hold_to_proven(endpoint, result)

    def _is_proven(self, claim: BlockClaim) -> bool:
        header = self._trust.known(claim.block_hash)
        return header is not None and header.number == claim.number

    def _hold_to_proven(self, endpoint: Endpoint, receipt: Json) -> None:
        """A single receipt is one of its block's, which are asked for once and proven together."""
        block_hash = str(receipt["blockHash"]).lower()
        with self._lock:
            proven = self._receipts.get(block_hash)
        if proven is None:
            method = self._profile.block_receipts or RECEIPTS[0]
            (answer,) = endpoint.transport.ask([(method, [block_hash])])
            if not isinstance(answer.get("result"), list):
                raise SilentError(f"it has no receipts of the block of {receipt['transactionHash']}")
            proven = self._prove_receipts(endpoint, block_hash, answer["result"])
        other = proven.get(str(receipt["transactionHash"]).lower())
        if other is None or _essence(receipt) != _essence(other):
            raise LyingError(f"the receipt of {receipt['transactionHash']} is not the one of its block")

    def _prove_receipts(self, endpoint: Endpoint, block_hash: str, receipts: Sequence[Json]) -> Any:
        header, root_of = self._trust.known(block_hash), self._profile.receipts_root
        if header is None or root_of is None:
            raise LyingError("its receipts are of a block that is not known")
        with self._lock:
            proven = self._receipts.get(block_hash)
        by_hash = {str(each["transactionHash"]).lower(): each for each in receipts}
        if proven is not None and proven == by_hash:
            return proven
        try:
            computed = root_of(receipts)
            if computed != header.receipts_root and any(int(each["status"], 16) != 1 for each in receipts):
                computed = root_of(self._with_failures(endpoint, block_hash, receipts))
        except (KeyError, TypeError, ValueError) as unfit:
            raise LyingError(f"its receipts of block {header.number} are malformed: {unfit!r}") from unfit
        if computed != header.receipts_root:
            raise LyingError(f"its receipts of block {header.number} are not those of the block's header")
        with self._lock:
            self._receipts[block_hash] = by_hash
            while len(self._receipts) > _BLOCKS_OF_RECEIPTS:
                self._receipts.popitem(last=False)
        return by_hash

    def _with_failures(self, endpoint: Endpoint, block_hash: str, receipts: Sequence[Json]) -> Sequence[Json]:
        """The same receipts, failed ones with the engine's number of the failure, which the root covers."""
        method = self._profile.failure_numbers
        if method is None:
            return receipts
        (answer,) = endpoint.transport.ask([(method, [block_hash])])
        told = answer.get("result")
        if not isinstance(told, list) or len(told) != len(receipts):
            raise SilentError("it does not say how transactions failed")
        return [
            {**receipt, _FAILED_WITH: other.get(_FAILED_WITH, "0x0")}
            for receipt, other in zip(receipts, told, strict=True)
        ]


def _essence(receipt: Json) -> tuple[Any, ...]:
    """What of a receipt its block's root covers, and where it stands."""
    return (
        *(receipt.get(field) for field in _PROVEN_FIELDS),
        *(tuple(str(log.get(field)) for field in _LOG_FIELDS) for log in receipt["logs"]),
    )
