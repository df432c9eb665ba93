"""Operations over parties: registration, roles, standing acceptance."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from counterfoil.domain.states import Office, PartyRole
from counterfoil.entrypoints.operations.fields import PartyId, Text
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.usecases.parties.register_party import register_party
from counterfoil.usecases.parties.set_party_roles import set_party_roles
from counterfoil.usecases.parties.set_party_state import set_party_state
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance

RESOURCE = "parties"


class RoleName(StrEnum):
    """What a party may be on the ledger."""

    CORE_ENTERPRISE = "core_enterprise"
    SUPPLIER = "supplier"
    FUNDER = "funder"
    BANK = "bank"
    KEEPER = "keeper"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"
    REGULATOR = "regulator"
    CARRIER = "carrier"
    PRICE_SOURCE = "price_source"


Roles = Annotated[
    tuple[RoleName, ...],
    Field(
        min_length=1,
        max_length=len(RoleName),
        description="All roles that the party has from then on.",
        examples=[["supplier", "funder"]],
    ),
]
Address = Annotated[
    str,
    StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$"),
    Field(
        description="Address of a key, as 0x and 40 hexadecimal digits.",
        examples=["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"],
    ),
]


class RegisterParty(Body):
    """Register a legal entity, as the registrar. Its key is made and kept here unless it brings its own."""

    name: Annotated[Text, Field(description="Name as registered.", examples=["Müller Präzisionsteile GmbH"])]
    identifiers: Annotated[
        tuple[Text, ...],
        Field(
            min_length=1,
            max_length=16,
            description="scheme:value with one of uscc, lei, vat, gln, registration; the first one stays the"
            " party's key here.",
            examples=[["vat:DE347081522"]],
        ),
    ]
    roles: Roles
    country: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-Z]{2}$"),
        Field(description="ISO 3166 letters.", examples=["DE"]),
    ] = None
    key_addresses: Annotated[
        tuple[Address, ...],
        Field(
            max_length=16,
            description="Keys that the party keeps itself; the service cannot act for it then. Left out: a"
            " key is made and kept encrypted here.",
        ),
    ] = ()


class SetPartyRoles(Body):
    """Replace the roles of a party, as the registrar."""

    party_id: PartyId
    roles: Roles


class SuspendParty(Body):
    """Stop a party from acting, as the registrar; what it holds stays its own and is paid out."""

    party_id: PartyId


class ReactivateParty(Body):
    """Let a suspended party act again, as the registrar."""

    party_id: PartyId


class SetStandingAcceptance(Body):
    """Accept assignments in advance, so that they arrive without a further signature, or end that."""

    given: Annotated[bool, Field(description="false ends the acceptance.", examples=[True])]
    debtor_party_id: Annotated[
        PartyId | None, Field(description="Only for this debtor's notes; left out: for all.")
    ] = None


def roles_of(names: tuple[RoleName, ...]) -> PartyRole:
    """The roles together."""
    roles = PartyRole(0)
    for name in names:
        roles |= PartyRole[name.name]
    return roles


def _register(desk: Desk, body: RegisterParty) -> object:
    return register_party(
        desk.bench,
        name=body.name,
        identifiers=body.identifiers,
        roles=roles_of(body.roles),
        country=body.country,
        key_addresses=body.key_addresses,
    )


def _acceptance(desk: Desk, body: SetStandingAcceptance) -> str:
    whose = "all debtors" if body.debtor_party_id is None else desk.named(body.debtor_party_id)
    return f"{'Accept' if body.given else 'No longer accept'} assignments of notes of {whose} in advance"


OPERATIONS = (
    Operation(
        name="register_party",
        resource=RESOURCE,
        path="/parties",
        summary="Register a party",
        body=RegisterParty,
        office=Office.REGISTRAR,
        run=_register,
        sentence=lambda _desk, body: f"Register {body.name} ({', '.join(body.roles)})",
    ),
    Operation(
        name="set_party_roles",
        resource=RESOURCE,
        path="/parties/{party_id}/roles",
        summary="Set the roles of a party",
        body=SetPartyRoles,
        office=Office.REGISTRAR,
        run=lambda desk, body: set_party_roles(desk.bench, party=body.party_id, roles=roles_of(body.roles)),
        sentence=lambda desk, body: f"Give {desk.named(body.party_id)} the roles {', '.join(body.roles)}",
    ),
    Operation(
        name="suspend_party",
        resource=RESOURCE,
        path="/parties/{party_id}/suspend",
        summary="Suspend a party",
        body=SuspendParty,
        office=Office.REGISTRAR,
        run=lambda desk, body: set_party_state(desk.bench, party=body.party_id, active=False),
        sentence=lambda desk, body: f"Suspend {desk.named(body.party_id)}",
    ),
    Operation(
        name="reactivate_party",
        resource=RESOURCE,
        path="/parties/{party_id}/reactivate",
        summary="Reactivate a party",
        body=ReactivateParty,
        office=Office.REGISTRAR,
        run=lambda desk, body: set_party_state(desk.bench, party=body.party_id, active=True),
        sentence=lambda desk, body: f"Reactivate {desk.named(body.party_id)}",
    ),
    Operation(
        name="set_standing_acceptance",
        resource=RESOURCE,
        path="/standing-acceptance",
        summary="Accept assignments in advance",
        body=SetStandingAcceptance,
        run=lambda desk, body: set_standing_acceptance(
            desk.bench, actor=desk.party, debtor=body.debtor_party_id, given=body.given
        ),
        sentence=_acceptance,
    ),
)
