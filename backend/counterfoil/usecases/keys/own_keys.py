"""Further keys of a party: added and removed by the party itself.

A change that the ledger has already is only completed here, so that an interrupted one can be given again.
"""

from __future__ import annotations

from counterfoil.domain.key_address import key_address
from counterfoil.ports.engine import Receipt
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.keys.custody import active_keys, follow_keys, was_removed
from counterfoil.usecases.keys.rotate_key import KeyChange, NewKey
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Workbench


def add_own_key(bench: Workbench, *, actor: PartyRef, new: NewKey) -> KeyChange:
    """Add a key beside those that the acting party has. Raises DomainError KeyAddressInvalid."""
    acting = actor_of(bench, actor)
    address = key_address(new.address)
    receipts: tuple[Receipt, ...] = ()
    if address not in active_keys(bench, acting.party):
        receipts = (
            carry_out(
                bench,
                "add_own_key",
                lambda: bench.ledger.add_own_key(
                    by=acting.key, added=address, deadline_s=new.deadline_s, proof=new.proof
                ),
            ),
        )
    return KeyChange(operation="add_own_key", receipts=receipts, key=address)


def remove_own_key(bench: Workbench, *, actor: PartyRef, key: str) -> KeyChange:
    """Take one of the acting party's keys away, never its last. Raises DomainError KeyAddressInvalid."""
    acting = actor_of(bench, actor)
    address = key_address(key)
    receipts: tuple[Receipt, ...] = ()
    if not was_removed(bench, acting.party, address):
        receipts = (
            carry_out(
                bench,
                "remove_own_key",
                lambda: bench.ledger.remove_own_key(by=acting.key, removed=address),
            ),
        )
    follow_keys(bench, acting.party)
    return KeyChange(operation="remove_own_key", receipts=receipts, key=None)
