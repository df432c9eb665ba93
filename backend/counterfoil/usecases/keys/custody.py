"""Where a party's key is, kept in step with the keys that the ledger has."""

from __future__ import annotations

import re

from counterfoil.domain.errors import DomainError
from counterfoil.ports.store import KeyCustody, PartyRecord
from counterfoil.usecases import refusals
from counterfoil.usecases.resolving import registered_id
from counterfoil.usecases.workbench import Workbench

_NUMBERED = re.compile(r"(?P<base>.+)\.(?P<number>[0-9]+)")


def active_keys(bench: Workbench, party: PartyRecord) -> frozenset[str]:
    """The addresses that act for a party now."""
    return bench.read_model.state.parties[registered_id(party)].keys


def was_removed(bench: Workbench, party: PartyRecord, address: str) -> bool:
    """Whether an address was a key of the party and is none any more."""
    owner = bench.read_model.state.key_owners.get(address)
    return owner == registered_id(party) and address not in active_keys(bench, party)


def only_key(bench: Workbench, party: PartyRecord) -> str:
    """The party's one key; raises DomainError KeyAmbiguous where it has none or several."""
    keys = sorted(active_keys(bench, party))
    if len(keys) != 1:
        raise DomainError(refusals.KEY_AMBIGUOUS, name=party.name, keys=", ".join(keys) or "none")
    return keys[0]


def following_key_name(key_name: str) -> str:
    """The name of the key that takes the place of this one: party-x, party-x.2, party-x.3, ..."""
    numbered = _NUMBERED.fullmatch(key_name)
    if numbered is None:
        return f"{key_name}.2"
    return f"{numbered['base']}.{int(numbered['number']) + 1}"


def keep_custody(bench: Workbench, party: PartyRecord, *, key_name: str, custody: KeyCustody) -> None:
    """Record where the party's key is from now on."""
    if (party.key_name, party.custody) == (key_name, custody):
        return
    with bench.store.begin() as work:
        work.parties.set_key(party.party_key, key_name=key_name, custody=custody)


def follow_keys(bench: Workbench, party: PartyRecord) -> None:
    """After others changed a party's keys: where its kept key acts no more, the party keeps its own."""
    keys = active_keys(bench, party)
    if party.custody is KeyCustody.KEYSTORE and keys and bench.keys.ensure(party.key_name) not in keys:
        keep_custody(bench, party, key_name=party.key_name, custody=KeyCustody.OWN)
