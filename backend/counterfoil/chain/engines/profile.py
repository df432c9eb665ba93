"""What has to be known of an engine before its answers can be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalityRule:
    """When a block stays for ever.

    confirmations: blocks that must be on top of it; 0 where no block is ever taken back. is_byzantine: it
    stays even where up to a third, rounded down, of the validators lie. tags: which of the tags "finalized"
    and "safe" the engine answers to with what they mean elsewhere.
    """

    confirmations: int
    is_byzantine: bool
    tags: frozenset[str] = frozenset()


class FeeRule(Enum):
    """LEGACY_ZERO: transactions of type 0 with a gas price of 0 are taken where the network is set up so."""

    LEGACY_ZERO = "legacy transactions with gas price 0"


class ProofForm(Enum):
    """What an account proof (eth_getProof) is made of. NONE: the engine gives none that we can verify."""

    MERKLE_PATRICIA = "Merkle-Patricia"
    ICS23 = "ICS 23"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedHeader:
    """A header whose hash was computed from its fields here.

    validators: addresses, in lower case, that its network names as entitled to seal it. sealed_by: of whom
    it has a valid seal; both are empty in the genesis block's. receipts_root and logs_bloom: 0x text.
    """

    number: int
    block_hash: str
    parent_hash: str
    state_root: str
    transactions_root: str
    receipts_root: str
    logs_bloom: str
    time_s: int
    validators: frozenset[str]
    sealed_by: frozenset[str]


class UnverifiableError(Exception):
    """A header or receipts that are not what their hash says; the text says what does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedHeaders:
    """How the headers of an engine prove by themselves that its validators made them.

    by_hash: the request that brings a header with all its fields; takes a hash. by_number: the same by a
    number. read: computes everything anew, raises UnverifiableError. quorum: seals needed of so many
    validators.
    """

    by_hash: tuple[str, tuple[Any, ...]]
    by_number: tuple[str, tuple[Any, ...]]
    read: Callable[[Json], VerifiedHeader]
    quorum: Callable[[int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineProfile:
    """One engine.

    block_period_ms: how often it makes a block if nothing else is known; makes_empty_blocks: even where
    there are no transactions, so that silence means trouble. block_receipts: the request for all receipts of
    a block, None where there is none. headers: how headers are verified, None: they cannot be.
    receipts_root: computes the root that a header has from its block's receipts, None: it cannot be.
    failure_numbers: the request for receipts with the engine's numbers of failures, where roots have them.
    most_gas_a_transaction: where the block's gas limit says nothing, None: where it does. tested: whether
    our tests ever ran against it; otherwise the profile is from its documentation alone.
    """

    name: str
    words: str
    finality: FinalityRule
    fees: FeeRule
    proofs: ProofForm
    block_period_ms: int
    makes_empty_blocks: bool
    block_receipts: str | None = "eth_getBlockReceipts"
    headers: SealedHeaders | None = None
    receipts_root: Callable[[Sequence[Json]], str] | None = None
    failure_numbers: str | None = None
    most_gas_a_transaction: int | None = None
    tested: bool = True

    def tolerated_faults(self, validators: int) -> int:
        """How many of so many validators may lie without a lie becoming a fact: f of 3f + 1."""
        return (validators - 1) // 3 if self.finality.is_byzantine and validators > 0 else 0
