"""Keys of parties, the consortium's council and anchored records, as Protocols; see ports.ledger.

Addresses are checksummed 0x text; proofs are signatures of 65 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from counterfoil.domain.key_proof import KeyProof
from counterfoil.ports.engine import Receipt, Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDescription:
    """A call that the council may make, in the contracts' words.

    contract, function: None where it is no function of this version's contracts. arguments: by name.
    """

    contract: str | None
    function: str | None
    arguments: Mapping[str, Any]


class KeyCommands(Protocol):
    """A party's keys: changed by the registrar, or by the party itself at the key desk."""

    def add_key(self, *, by: Signer, party_id: int, key: str) -> Receipt: ...
    def remove_key(self, *, by: Signer, party_id: int, key: str) -> Receipt: ...
    def rotate_key(self, *, by: Signer, added: str, deadline_s: int, proof: bytes) -> Receipt: ...
    def add_own_key(self, *, by: Signer, added: str, deadline_s: int, proof: bytes) -> Receipt: ...
    def remove_own_key(self, *, by: Signer, removed: str) -> Receipt: ...
    def typed_key_proof(self, proof: KeyProof) -> Mapping[str, Any]: ...
    def sign_key_proof(self, *, by: Signer, proof: KeyProof) -> bytes: ...


class CouncilCommands(Protocol):
    """The council: members, proposals, approvals, acts."""

    def seat_council(self, *, by: Signer, members: Sequence[int]) -> Receipt: ...
    def propose_act(self, *, by: Signer, target: str, call: bytes, reason_hash: bytes) -> Receipt: ...
    def approve_act(self, *, by: Signer, proposal_id: int, act_hash: bytes) -> Receipt: ...
    def withdraw_approval(self, *, by: Signer, proposal_id: int) -> Receipt: ...
    def execute_act(self, *, by: Signer, proposal_id: int, target: str, call: bytes) -> Receipt: ...
    def encode_act(self, contract: str, function: str, args: Sequence[Any]) -> tuple[str, bytes]: ...
    def describe_act(self, target: str, call: bytes) -> ActDescription: ...
    def council_view(self, *, block: int) -> tuple[tuple[int, ...], int]: ...
    def proposal_view(self, proposal_id: int, *, block: int) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedFunction:
    """A function that the authority guards. role: whose it is now; meant: whose it is in this version.

    Both are roles of OpenZeppelin's AccessManager. function: its signature. closed: nobody may call it now.
    """

    contract: str
    function: str
    role: int
    meant: int
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """How this version's contracts are joined; all by address.

    contracts: name by address. modules: who lets whom in, by name and address. kinds: whose numbers assets of
    a kind have. routes: target, selector and shape by type hash.
    """

    contracts: Mapping[str, str]
    modules: frozenset[tuple[str, str]]
    kinds: Mapping[int, str]
    routes: Mapping[bytes, tuple[str, bytes, bytes]]


class AdministrationCommands(Protocol):
    """Who may do what, and handing that over to the council."""

    def hand_over(
        self, *, by: Signer, revoked: Sequence[tuple[int, str]], taken_back: Sequence[int]
    ) -> Receipt: ...
    def role_view(self, role: int, account: str, *, block: int) -> tuple[bool, int]: ...
    def guarded_view(self, *, block: int) -> tuple[GuardedFunction, ...]: ...
    def authorities_view(self, *, block: int) -> Mapping[str, str]: ...
    def scheduled_view(self, operation_id: bytes, *, block: int) -> int: ...
    def times_view(self, *, block: int) -> tuple[int, int]: ...
    def wiring(self) -> Wiring: ...


class AnchorCommands(Protocol):
    """Heads of records that are kept elsewhere."""

    def anchor_head(self, *, by: Signer, head: bytes, sequence: int) -> Receipt: ...
    def anchor_view(self, by: str, *, block: int | str = "latest") -> tuple[bytes, int]: ...


class CouncilPort(KeyCommands, CouncilCommands, AdministrationCommands, AnchorCommands, Protocol):
    """All of it."""
