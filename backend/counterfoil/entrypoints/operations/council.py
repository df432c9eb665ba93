"""Operations of the council: members propose, approve and carry out, among them the recovery of keys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import LARGEST_ID, PartyId, Reason
from counterfoil.entrypoints.operations.operation import (
    Body,
    Operation,
    goes_on_until_nothing_is_sent,
)
from counterfoil.entrypoints.operations.parties import Address
from counterfoil.usecases.council.acts import approve_act, execute_act, seat_council, withdraw_approval
from counterfoil.usecases.council.propose_act import (
    propose_admission,
    propose_recovery,
    propose_removal,
    propose_standing,
)
from counterfoil.usecases.council.propose_office import (
    Appointment,
    propose_appointment,
    propose_call,
    propose_dismissal,
)

RESOURCE = "council"
_FEWEST_MEMBERS = 3
_MOST_MEMBERS = 64
_LONGEST_NAME = 200
_MOST_ARGUMENTS = 16
_LONGEST_ARGUMENT = 20_000

ProposalId = Annotated[int, Field(ge=1, le=LARGEST_ID, description="Number of the proposal.", examples=[1])]
Appointed = Annotated[
    Literal["registrar", "bank", "arbiter", "examiner", "anchor"],
    Field(description="The office; `anchor`: puts the head of the audit log on chain.", examples=["bank"]),
]
Argument = Annotated[str, Field(max_length=_LONGEST_ARGUMENT)]
Member = Annotated[PartyId, Field(description="The party.")]


class SeatCouncil(Body):
    """Seat the first members, as the governor; later ones come and go by the council's votes."""

    member_party_ids: Annotated[
        tuple[PartyId, ...],
        Field(
            min_length=_FEWEST_MEMBERS,
            max_length=_MOST_MEMBERS,
            description="Numbers of parties.",
            examples=[[1, 2, 3]],
        ),
    ]


class ProposeAdmission(Body):
    """Propose that a party comes into the council, as a member."""

    member_party_id: Member
    reason: Reason


class ProposeRemoval(Body):
    """Propose that a party leaves the council, as a member."""

    member_party_id: Member
    reason: Reason


class ProposeRecovery(Body):
    """Propose a new key for a party that lost its own, and that the lost one acts no more, as a member."""

    party_id: PartyId
    new_key: Address
    lost_key: Annotated[Address | None, Field(description="Left out: none is taken away.")] = None
    reason: Reason


class ProposeSuspension(Body):
    """Propose that a party, member or not, does nothing until it is reinstated, as a member."""

    party_id: PartyId
    reason: Reason


class ProposeReinstatement(Body):
    """Propose that a suspended party acts again, as a member."""

    party_id: PartyId
    reason: Reason


class ProposeAppointment(Body):
    """Propose that a key holds an office, as a member."""

    office: Appointed
    key: Address
    replaces: Annotated[
        Address | None, Field(description="The key that then holds it no more. Left out: none.")
    ] = None
    reason: Reason


class ProposeDismissal(Body):
    """Propose that a key holds an office no more, as a member."""

    office: Appointed
    key: Address
    reason: Reason


class ProposeCall(Body):
    """Propose any call of a contract of the ledger, as a member."""

    contract: Annotated[
        str, Field(min_length=1, max_length=_LONGEST_NAME, description="Its name.", examples=["Warehouse"])
    ]
    function: Annotated[
        str,
        Field(
            min_length=1,
            max_length=_LONGEST_NAME,
            description="Its name, or its signature where several have that name.",
            examples=["setExposureCap"],
        ),
    ]
    arguments: Annotated[
        tuple[Argument, ...],
        Field(
            max_length=_MOST_ARGUMENTS,
            description="In order, each as JSON; addresses and bytes as 0x text.",
            examples=[["3", "978", "5000000"]],
        ),
    ]
    reason: Reason


class ApproveAct(Body):
    """Approve a proposal as it stands, as a member."""

    proposal_id: ProposalId


class WithdrawApproval(Body):
    """Take an approval back, as the member that gave it."""

    proposal_id: ProposalId


class ExecuteAct(Body):
    """Carry out what enough members approve, as a member, once its time has come."""

    proposal_id: ProposalId


OPERATIONS = (
    Operation(
        name="seat_council",
        resource=RESOURCE,
        path="/council/members",
        summary="Seat the council",
        body=SeatCouncil,
        office=Office.GOVERNOR,
        run=lambda desk, body: seat_council(desk.bench, members=body.member_party_ids),
        sentence=lambda desk, body: (
            f"Seat the council: {', '.join(desk.named(each) for each in body.member_party_ids)}"
        ),
    ),
    Operation(
        name="propose_admission",
        resource=RESOURCE,
        path="/council/admissions",
        summary="Propose a member",
        body=ProposeAdmission,
        run=lambda desk, body: propose_admission(
            desk.bench,
            actor=desk.party,
            member=body.member_party_id,
            reason=body.reason,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda desk, body: f"Propose {desk.named(body.member_party_id)} for the council",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="propose_removal",
        resource=RESOURCE,
        path="/council/removals",
        summary="Propose that a member leaves",
        body=ProposeRemoval,
        run=lambda desk, body: propose_removal(
            desk.bench,
            actor=desk.party,
            member=body.member_party_id,
            reason=body.reason,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda desk, body: f"Propose that {desk.named(body.member_party_id)} leaves the council",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="propose_recovery",
        resource=RESOURCE,
        path="/council/recoveries",
        summary="Propose the recovery of a key",
        body=ProposeRecovery,
        run=lambda desk, body: propose_recovery(
            desk.bench,
            actor=desk.party,
            party=body.party_id,
            new_key=body.new_key,
            lost_key=body.lost_key,
            reason=body.reason,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda desk, body: (
            f"Propose key {body.new_key} for {desk.named(body.party_id)}"
            + ("" if body.lost_key is None else f" in place of {body.lost_key}")
        ),
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="propose_suspension",
        resource=RESOURCE,
        path="/council/suspensions",
        summary="Propose that a party is suspended",
        body=ProposeSuspension,
        run=lambda desk, body: propose_standing(
            desk.bench,
            actor=desk.party,
            party=body.party_id,
            active=False,
            reason=body.reason,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda desk, body: f"Propose that {desk.named(body.party_id)} is suspended",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="propose_reinstatement",
        resource=RESOURCE,
        path="/council/reinstatements",
        summary="Propose that a party acts again",
        body=ProposeReinstatement,
        run=lambda desk, body: propose_standing(
            desk.bench,
            actor=desk.party,
            party=body.party_id,
            active=True,
            reason=body.reason,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda desk, body: f"Propose that {desk.named(body.party_id)} acts again",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="propose_appointment",
        resource=RESOURCE,
        path="/council/appointments",
        summary="Propose who holds an office",
        body=ProposeAppointment,
        run=lambda desk, body: propose_appointment(
            desk.bench,
            actor=desk.party,
            office=Appointment(body.office),
            key=body.key,
            replaces=body.replaces,
            reason=body.reason,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda _desk, body: (
            f"Propose the key {body.key} as {body.office}"
            + ("" if body.replaces is None else f" in place of {body.replaces}")
        ),
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="propose_dismissal",
        resource=RESOURCE,
        path="/council/dismissals",
        summary="Propose who holds an office no more",
        body=ProposeDismissal,
        run=lambda desk, body: propose_dismissal(
            desk.bench,
            actor=desk.party,
            office=Appointment(body.office),
            key=body.key,
            reason=body.reason,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda _desk, body: f"Propose that the key {body.key} is {body.office} no more",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="propose_call",
        resource=RESOURCE,
        path="/council/calls",
        summary="Propose any call of the ledger's contracts",
        body=ProposeCall,
        run=lambda desk, body: propose_call(
            desk.bench,
            actor=desk.party,
            contract=body.contract,
            function=body.function,
            arguments=body.arguments,
            reason=body.reason,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda _desk, body: f"Propose {body.contract}.{body.function}({', '.join(body.arguments)})",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="approve_act",
        resource=RESOURCE,
        path="/council/proposals/{proposal_id}/approve",
        summary="Approve a proposal",
        body=ApproveAct,
        run=lambda desk, body: approve_act(desk.bench, actor=desk.party, proposal_id=body.proposal_id),
        sentence=lambda _desk, body: f"Approve proposal {body.proposal_id} of the council",
    ),
    Operation(
        name="withdraw_approval",
        resource=RESOURCE,
        path="/council/proposals/{proposal_id}/withdraw-approval",
        summary="Withdraw an approval",
        body=WithdrawApproval,
        run=lambda desk, body: withdraw_approval(desk.bench, actor=desk.party, proposal_id=body.proposal_id),
        sentence=lambda _desk, body: f"Take the approval of proposal {body.proposal_id} back",
    ),
    Operation(
        name="execute_act",
        resource=RESOURCE,
        path="/council/proposals/{proposal_id}/execute",
        summary="Carry a proposal out",
        body=ExecuteAct,
        run=lambda desk, body: execute_act(desk.bench, actor=desk.party, proposal_id=body.proposal_id),
        sentence=lambda _desk, body: f"Carry proposal {body.proposal_id} of the council out",
        goes_on=goes_on_until_nothing_is_sent,
    ),
)
