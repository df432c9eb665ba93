"""Keys that the registrar gives a party or takes from it, for example because one was lost.

A change that the ledger has already is only completed here, so that an interrupted one can be given again.
"""

from __future__ import annotations

from counterfoil.domain.key_address import key_address
from counterfoil.domain.states import Office
from counterfoil.ports.engine import Receipt
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.keys.custody import active_keys, follow_keys, was_removed
from counterfoil.usecases.keys.rotate_key import KeyChange
from counterfoil.usecases.resolving import PartyRef, find_party, registered_id
from counterfoil.usecases.workbench import Workbench


def add_party_key(bench: Workbench, *, party: PartyRef, key: str) -> KeyChange:
    """Give a party a key; the registrar signs. Raises DomainError KeyAddressInvalid."""
    address = key_address(key)
    record = find_party(bench, party)
    party_id = registered_id(record)
    receipts: tuple[Receipt, ...] = ()
    if address not in active_keys(bench, record):
        receipts = (
            carry_out(
                bench,
                "add_party_key",
                lambda: bench.ledger.add_key(
                    by=office_key(bench, Office.REGISTRAR), party_id=party_id, key=address
                ),
            ),
        )
    follow_keys(bench, record)
    return KeyChange(operation="add_party_key", receipts=receipts, key=address)


def remove_party_key(bench: Workbench, *, party: PartyRef, key: str) -> KeyChange:
    """Take a key from a party, also its last; the registrar signs. Raises DomainError KeyAddressInvalid."""
    address = key_address(key)
    record = find_party(bench, party)
    party_id = registered_id(record)
    receipts: tuple[Receipt, ...] = ()
    if not was_removed(bench, record, address):
        receipts = (
            carry_out(
                bench,
                "remove_party_key",
                lambda: bench.ledger.remove_key(
                    by=office_key(bench, Office.REGISTRAR), party_id=party_id, key=address
                ),
            ),
        )
    follow_keys(bench, record)
    return KeyChange(operation="remove_party_key", receipts=receipts, key=None)
