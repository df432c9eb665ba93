"""Keys of parties: kept here or by the party, rotated with proof, given and taken by the registrar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import CounterfoilError, DomainError
from counterfoil.domain.states import PartyRole
from counterfoil.ports.store import KeyCustody, PartyRecord
from counterfoil.usecases.keys.custody import following_key_name
from counterfoil.usecases.keys.own_keys import add_own_key, remove_own_key
from counterfoil.usecases.keys.party_keys import add_party_key, remove_party_key
from counterfoil.usecases.keys.rotate_key import NewKey, key_proof, rotate_key
from counterfoil.usecases.parties.register_party import PartyRegistration, register_party
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.resolving import find_party
from counterfoil.usecases.workbench import Workbench
from ledger_support import HALDEN, LAHN

OWN: LocalAccount = Account.from_key(b"\x71" * 32)
SECOND: LocalAccount = Account.from_key(b"\x72" * 32)


def keys_of(bench: Workbench, party: str) -> frozenset[str]:
    return bench.read_model.state.parties[_id(bench, party)].keys


def _id(bench: Workbench, party: str) -> int:
    found = find_party(bench, party).party_id
    assert found is not None
    return found


def record(bench: Workbench, party: str) -> PartyRecord:
    return find_party(bench, party)


def own_party(bench: Workbench, *addresses: str) -> PartyRegistration:
    return register_party(
        bench,
        name="Eigen Schluessel AG",
        identifiers=["vat:DE811569869"],
        roles=PartyRole.SUPPLIER,
        key_addresses=addresses or (OWN.address,),
    )


def proven(
    bench: Workbench,
    actor: str,
    new: LocalAccount,
    *,
    beside: bool = False,
    said: Mapping[str, Any] = MappingProxyType({}),
) -> NewKey:
    """A new key with the proof that its holder makes elsewhere. said: fields of the message, instead."""
    deadline_at = bench.now() + timedelta(days=1)
    message: dict[str, Any] = dict(
        key_proof(bench, actor=actor, new_key=new.address, deadline_at=deadline_at, beside=beside)
    )
    message["message"] = {**message["message"], **said}
    signed = new.sign_typed_data(full_message=message)
    return NewKey(
        address=new.address,
        deadline_s=int(deadline_at.timestamp()),
        proof=bytes(signed.signature),
    )


def refusal(error: pytest.ExceptionInfo[CounterfoilError]) -> str:
    return error.value.code


# -- a party that keeps its own key --


def test_a_party_that_brings_its_key_has_no_file_here(bare: OpenLedger) -> None:
    bench = bare.bench
    registered = own_party(bench, OWN.address.lower(), SECOND.address)

    assert registered.party.custody is KeyCustody.OWN
    assert keys_of(bench, "vat:DE811569869") == {OWN.address, SECOND.address}
    with pytest.raises(CounterfoilError, match=registered.party.key_name) as missing:
        bench.keys.signer(registered.party.key_name)
    assert refusal(missing) == "KeyNotInKeystore"


def test_nobody_here_acts_for_a_party_that_keeps_its_key(bare: OpenLedger) -> None:
    own_party(bare.bench)
    with pytest.raises(DomainError, match="Eigen Schluessel AG") as refused:
        set_standing_acceptance(bare.bench, actor="vat:DE811569869")
    assert refusal(refused) == "KeyHeldElsewhere"
    assert "counterfoil sign" in refused.value.remedy


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("0x12", "hexadecimal"),
        (OWN.address[:-1] + "g", "hexadecimal"),
        (OWN.address.swapcase().replace("X", "x"), "capitals"),
        ("0x" + "00" * 20, "zero"),
    ],
)
def test_addresses_that_may_be_mistyped_are_refused(bare: OpenLedger, address: str, reason: str) -> None:
    with pytest.raises(DomainError, match=reason) as refused:
        own_party(bare.bench, address)
    assert refusal(refused) == "KeyAddressInvalid"
    assert not bare.bench.read_model.state.parties


def test_a_key_of_another_party_is_refused_and_the_registration_can_be_completed(bench: Workbench) -> None:
    (taken,) = keys_of(bench, LAHN.key)
    with pytest.raises(DomainError) as refused:
        own_party(bench, taken)
    assert refusal(refused) == "KeyInUse"

    registered = own_party(bench)
    assert keys_of(bench, "vat:DE811569869") == {OWN.address}
    assert registered.party.custody is KeyCustody.OWN


def test_only_the_party_itself_accepts_in_advance_with_its_own_key(bare: OpenLedger) -> None:
    with pytest.raises(DomainError) as refused:
        register_party(
            bare.bench,
            name="Eigen Schluessel AG",
            identifiers=["vat:DE811569869"],
            roles=PartyRole.SUPPLIER,
            key_addresses=[OWN.address],
            accepts_assignments=True,
        )
    assert refusal(refused) == "OwnKeyAcceptsItself"
    assert not bare.bench.read_model.state.parties


# -- rotation --


def test_a_kept_key_is_rotated_to_a_new_one_that_acts_at_once(bench: Workbench) -> None:
    (before,) = keys_of(bench, LAHN.key)
    changed = rotate_key(bench, actor=LAHN.key)

    assert keys_of(bench, LAHN.key) == {changed.key} != {before}
    assert record(bench, LAHN.key).key_name.endswith(".2")
    set_standing_acceptance(bench, actor=LAHN.key)
    again = rotate_key(bench, actor=LAHN.key)
    assert again.key not in (before, changed.key)
    assert record(bench, LAHN.key).key_name.endswith(".3")


def test_the_old_key_acts_no_more(bench: Workbench) -> None:
    old = bench.keys.signer(record(bench, LAHN.key).key_name)
    rotate_key(bench, actor=LAHN.key)
    with pytest.raises(DomainError) as refused:
        bench.ledger.set_standing_acceptance(by=old, debtor_id=None, given=False)
    assert refusal(refused) == "NotAParty"


def test_an_interrupted_rotation_is_completed(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    old_name = record(bench, LAHN.key).key_name

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("counterfoil.usecases.keys.rotate_key.keep_custody", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(bench, actor=LAHN.key)
    assert record(bench, LAHN.key).key_name == old_name

    completed = rotate_key(bench, actor=LAHN.key)
    assert completed.receipts == ()
    assert keys_of(bench, LAHN.key) == {completed.key}
    set_standing_acceptance(bench, actor=LAHN.key)


def test_a_party_takes_its_key_into_its_own_hands(bench: Workbench) -> None:
    new = proven(bench, LAHN.key, OWN)
    changed = rotate_key(bench, actor=LAHN.key, new=new)

    assert changed.key == OWN.address
    assert keys_of(bench, LAHN.key) == {OWN.address}
    assert record(bench, LAHN.key).custody is KeyCustody.OWN
    with pytest.raises(DomainError) as refused:
        set_standing_acceptance(bench, actor=LAHN.key)
    assert refusal(refused) == "KeyHeldElsewhere"
    # The ledger takes what the new key signs.
    bench.ledger.set_standing_acceptance(by=OWN, debtor_id=None, given=False)
    assert rotate_key(bench, actor=LAHN.key, new=new).receipts == ()


@pytest.mark.parametrize("said", [{"party": 99}, {"removed": SECOND.address}, {"deadline": 2**40 - 1}])
def test_a_proof_of_anything_else_is_refused(bench: Workbench, said: dict[str, Any]) -> None:
    before = keys_of(bench, LAHN.key)
    new = proven(bench, LAHN.key, OWN, said=said)
    with pytest.raises(DomainError, match=OWN.address) as refused:
        rotate_key(bench, actor=LAHN.key, new=new)
    assert refusal(refused) == "KeyProofNotKeys"
    assert keys_of(bench, LAHN.key) == before
    assert record(bench, LAHN.key).custody is KeyCustody.KEYSTORE


def test_a_mistyped_new_key_locks_nobody_out(bench: Workbench) -> None:
    new = proven(bench, LAHN.key, OWN)
    mistyped = NewKey(address=SECOND.address, deadline_s=new.deadline_s, proof=new.proof)
    with pytest.raises(DomainError) as refused:
        rotate_key(bench, actor=LAHN.key, new=mistyped)
    assert refusal(refused) == "KeyProofNotKeys"
    set_standing_acceptance(bench, actor=LAHN.key)


def test_a_proof_that_is_out_of_time_is_refused(traded: OpenLedger) -> None:
    new = proven(traded.bench, LAHN.key, OWN)
    traded.advance_time(86_401)
    with pytest.raises(DomainError) as refused:
        rotate_key(traded.bench, actor=LAHN.key, new=new)
    assert refusal(refused) == "KeyProofExpired"


def test_another_partys_key_is_no_new_key(bench: Workbench) -> None:
    theirs = bench.keys.signer(record(bench, HALDEN.key).key_name)
    assert isinstance(theirs, LocalAccount)
    with pytest.raises(DomainError) as refused:
        rotate_key(bench, actor=LAHN.key, new=proven(bench, LAHN.key, theirs))
    assert refusal(refused) == "KeyInUse"


# -- further keys --


def test_a_second_key_stands_beside_the_first_until_one_is_removed(bench: Workbench) -> None:
    (kept,) = keys_of(bench, LAHN.key)
    added = add_own_key(bench, actor=LAHN.key, new=proven(bench, LAHN.key, OWN, beside=True))
    assert keys_of(bench, LAHN.key) == {kept, OWN.address} == {kept, added.key}
    assert record(bench, LAHN.key).custody is KeyCustody.KEYSTORE
    with pytest.raises(DomainError) as ambiguous:
        proven(bench, LAHN.key, SECOND)
    assert refusal(ambiguous) == "KeyAmbiguous"

    removed = remove_own_key(bench, actor=LAHN.key, key=kept)
    assert removed.key is None
    assert keys_of(bench, LAHN.key) == {OWN.address}
    assert record(bench, LAHN.key).custody is KeyCustody.OWN
    assert remove_own_key(bench, actor=LAHN.key, key=kept).receipts == ()


def test_the_last_key_stays(bench: Workbench) -> None:
    (only,) = keys_of(bench, LAHN.key)
    with pytest.raises(DomainError) as refused:
        remove_own_key(bench, actor=LAHN.key, key=only)
    assert refusal(refused) == "LastKey"
    with pytest.raises(DomainError) as unknown:
        remove_own_key(bench, actor=LAHN.key, key=SECOND.address)
    assert refusal(unknown) == "KeyUnknown"


def test_the_registrar_replaces_a_lost_key(bench: Workbench) -> None:
    (lost,) = keys_of(bench, LAHN.key)
    add_party_key(bench, party=LAHN.key, key=OWN.address)
    assert record(bench, LAHN.key).custody is KeyCustody.KEYSTORE
    remove_party_key(bench, party=LAHN.key, key=lost)

    assert keys_of(bench, LAHN.key) == {OWN.address}
    assert record(bench, LAHN.key).custody is KeyCustody.OWN
    assert add_party_key(bench, party=LAHN.key, key=OWN.address).receipts == ()
    with pytest.raises(DomainError) as refused:
        add_party_key(bench, party=HALDEN.key, key=lost)
    assert refusal(refused) == "KeyInUse"


def test_keys_that_follow_each_other_are_numbered() -> None:
    assert following_key_name("party-ab") == "party-ab.2"
    assert following_key_name("party-ab.9") == "party-ab.10"
