"""Operations over the keys of parties: rotation by the party itself, and what the registrar does."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import Moment, PartyId
from counterfoil.entrypoints.operations.operation import (
    Body,
    Desk,
    Operation,
    goes_on_until_nothing_is_sent,
)
from counterfoil.entrypoints.operations.parties import Address
from counterfoil.usecases.keys.own_keys import add_own_key, remove_own_key
from counterfoil.usecases.keys.party_keys import add_party_key, remove_party_key
from counterfoil.usecases.keys.rotate_key import NewKey, key_proof, rotate_key

RESOURCE = "keys"
_LATEST_S = 2**40 - 1


class NewKeyBody(Body):
    """A key that the party keeps itself, with the proof that it does."""

    address: Address
    deadline_s: Annotated[
        int,
        Field(
            ge=1,
            le=_LATEST_S,
            description="Until when the proof serves, in seconds since 1970: as in the message.",
            examples=[1_795_000_000],
        ),
    ]
    proof: Annotated[
        str,
        StringConstraints(pattern=r"^0x[0-9a-fA-F]{130}$"),
        Field(description="The new key's signature of the message.", examples=["0x" + "ab" * 64 + "1b"]),
    ]

    @property
    def key(self) -> NewKey:
        """As the use case has it."""
        return NewKey(address=self.address, deadline_s=self.deadline_s, proof=bytes.fromhex(self.proof[2:]))


class ProveKey(Body):
    """Make the message that a new key signs to prove that somebody holds it; nothing reaches the ledger."""

    new_key: Address
    deadline_at: Annotated[
        Moment, Field(description="Until when the proof serves.", examples=["2026-12-01T12:00:00Z"])
    ]
    beside: Annotated[
        bool, Field(description="The key comes beside the others instead of replacing.", examples=[False])
    ] = False


class RotateKey(Body):
    """Replace the party's key; the old one acts no more."""

    new: Annotated[
        NewKeyBody | None,
        Field(description="A key that the party keeps itself; left out: one is made and kept here."),
    ] = None


class AddOwnKey(Body):
    """Add a key beside those that the party has."""

    new: NewKeyBody


class RemoveOwnKey(Body):
    """Take one of the party's keys away, never its last."""

    key: Address


class AddPartyKey(Body):
    """Give a party a key, as the registrar."""

    party_id: PartyId
    key: Address


class RemovePartyKey(Body):
    """Take a key from a party, also its last, as the registrar."""

    party_id: PartyId
    key: Address


def _message(desk: Desk, body: ProveKey) -> dict[str, Any]:
    message = key_proof(
        desk.bench,
        actor=desk.party,
        new_key=body.new_key,
        deadline_at=body.deadline_at,
        beside=body.beside,
    )
    return {"typed_data": dict(message)}


OPERATIONS = (
    Operation(
        name="prove_key",
        resource=RESOURCE,
        path="/keys/proof",
        summary="Make the message that proves a key",
        body=ProveKey,
        run=_message,
        sentence=lambda _desk, body: f"Make the message that proves key {body.new_key}",
        on_chain=False,
    ),
    Operation(
        name="rotate_key",
        resource=RESOURCE,
        path="/keys/rotate",
        summary="Rotate the party's key",
        body=RotateKey,
        run=lambda desk, body: rotate_key(
            desk.bench,
            actor=desk.party,
            new=None if body.new is None else body.new.key,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda _desk, body: (
            "Replace the party's key by one that is made here"
            if body.new is None
            else f"Replace the party's key by its own {body.new.address}"
        ),
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="add_own_key",
        resource=RESOURCE,
        path="/keys",
        summary="Add a key",
        body=AddOwnKey,
        run=lambda desk, body: add_own_key(desk.bench, actor=desk.party, new=body.new.key),
        sentence=lambda _desk, body: f"Let key {body.new.address} act for the party as well",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="remove_own_key",
        resource=RESOURCE,
        path="/keys/{key}/remove",
        summary="Remove a key",
        body=RemoveOwnKey,
        run=lambda desk, body: remove_own_key(desk.bench, actor=desk.party, key=body.key),
        sentence=lambda _desk, body: f"Let key {body.key} act for the party no more",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="add_party_key",
        resource=RESOURCE,
        path="/parties/{party_id}/keys",
        summary="Give a party a key",
        body=AddPartyKey,
        office=Office.REGISTRAR,
        run=lambda desk, body: add_party_key(desk.bench, party=body.party_id, key=body.key),
        sentence=lambda desk, body: f"Let key {body.key} act for {desk.named(body.party_id)}",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="remove_party_key",
        resource=RESOURCE,
        path="/parties/{party_id}/keys/{key}/remove",
        summary="Take a key from a party",
        body=RemovePartyKey,
        office=Office.REGISTRAR,
        run=lambda desk, body: remove_party_key(desk.bench, party=body.party_id, key=body.key),
        sentence=lambda desk, body: f"Let key {body.key} act for {desk.named(body.party_id)} no more",
        goes_on=goes_on_until_nothing_is_sent,
    ),
)
