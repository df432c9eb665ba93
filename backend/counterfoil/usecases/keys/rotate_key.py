"""Put a new key in the place of the one that a party acts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counterfoil.domain.key_address import key_address
from counterfoil.domain.key_proof import KeyProof
from counterfoil.ports.engine import Receipt
from counterfoil.ports.store import KeyCustody
from counterfoil.usecases.acting import Actor, actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.keys.custody import active_keys, following_key_name, keep_custody, only_key
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench

PROOF_TIME_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key made elsewhere, with its holder's signature over just this change.

    address: 0x text. deadline_s: as signed. proof: r, s and v, 65 bytes.
    """

    address: str
    deadline_s: int
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange(Outcome):
    """A party's keys were changed. key: the new one, if any.

    receipts: none where the ledger had the change already, because an earlier attempt was interrupted.
    """

    key: str | None


def key_proof(
    bench: Workbench, *, actor: PartyRef, new_key: str, deadline_at: datetime, beside: bool = False
) -> Mapping[str, Any]:
    """The EIP-712 message that the holder of a new key signs. beside: the other keys stay.

    Raises DomainError KeyAddressInvalid; KeyAmbiguous where the party has not just one key to be replaced.
    """
    acting = actor_of(bench, actor)
    return bench.ledger.typed_key_proof(
        KeyProof(
            party_id=acting.party_id,
            added=key_address(new_key),
            removed=None if beside else only_key(bench, acting.party),
            deadline_s=int(deadline_at.timestamp()),
        )
    )


def rotate_key(
    bench: Workbench, *, actor: PartyRef, new: NewKey | None = None, completing: bool = False
) -> KeyChange:
    """Rotate the acting party's key; the old one acts no more.

    new: a key that the party keeps itself from then on; None: one is made in the keystore. An interrupted
    rotation is completed. completing: the ledger has the change, and only what is known here is to follow;
    nothing is sent then where that has been done, too. Raises DomainError KeyHeldElsewhere where the party
    keeps its present key itself, KeyAddressInvalid, and what the ledger refuses.
    """
    acting = actor_of(bench, actor)
    if new is not None:
        return _to_own(acting, new, address=key_address(new.address))
    if completing and bench.keys.ensure(acting.party.key_name) in active_keys(bench, acting.party):
        return KeyChange(operation="rotate_key", receipts=(), key=bench.keys.ensure(acting.party.key_name))
    return _to_kept(acting)


def _to_own(acting: Actor, new: NewKey, *, address: str) -> KeyChange:
    bench = acting.bench
    receipts: tuple[Receipt, ...] = ()
    if address not in active_keys(bench, acting.party):
        receipts = (
            carry_out(
                bench,
                "rotate_key",
                lambda: bench.ledger.rotate_key(
                    by=acting.key, added=address, deadline_s=new.deadline_s, proof=new.proof
                ),
            ),
        )
    keep_custody(bench, acting.party, key_name=acting.party.key_name, custody=KeyCustody.OWN)
    return KeyChange(operation="rotate_key", receipts=receipts, key=address)


def _to_kept(acting: Actor) -> KeyChange:
    bench = acting.bench
    present = acting.key
    name = following_key_name(acting.party.key_name)
    address = bench.keys.ensure(name)
    receipts: tuple[Receipt, ...] = ()
    if address not in active_keys(bench, acting.party):
        proof = KeyProof(
            party_id=acting.party_id,
            added=address,
            removed=present.address,
            deadline_s=int(bench.now().timestamp()) + PROOF_TIME_S,
        )
        signed = bench.ledger.sign_key_proof(by=bench.keys.signer(name), proof=proof)
        receipts = (
            carry_out(
                bench,
                "rotate_key",
                lambda: bench.ledger.rotate_key(
                    by=present, added=address, deadline_s=proof.deadline_s, proof=signed
                ),
            ),
        )
    keep_custody(bench, acting.party, key_name=name, custody=KeyCustody.KEYSTORE)
    return KeyChange(operation="rotate_key", receipts=receipts, key=address)
