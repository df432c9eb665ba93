"""A command as the service shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from counterfoil.domain.approvals import DecisionKind
from counterfoil.domain.commands import CommandState
from counterfoil.ports.commands import CommandRecord, DecisionRecord

_EXAMPLE_ID = "cmd_01kb2p5m8s3v7x9y2z4a6c8e0g"


class Shown(BaseModel):
    """What the service answers with has no fields beyond those that are documented."""

    model_config = ConfigDict(extra="forbid")


class ShownMoney(Shown):
    """An amount in minor units of its currency."""

    amount_minor: Annotated[int, Field(ge=0, le=2**63 - 1, examples=[120000])]
    currency: Annotated[str, Field(examples=["EUR"])]


class ActingParty(Shown):
    """For whom a command acts on the ledger: a party, an office of the consortium, or neither."""

    party_id: Annotated[int | None, Field(description="The party.", examples=[7])] = None
    office: Annotated[str | None, Field(description="The office.", examples=["registrar"])] = None


class ShownDecision(Shown):
    """What a checker said of the command."""

    user_id: str
    decision: DecisionKind
    comment: str
    decided_at: datetime


class Approvals(Shown):
    """Dual control. needed: None until the command was first prepared."""

    needed: int | None
    approved: bool
    decisions: list[ShownDecision]


class CommandSummary(Shown):
    """What a checker reads."""

    sentence: Annotated[str, Field(examples=["Confirm note 5 of 1,200.00 EUR"])]
    fields: dict[str, JsonValue]


class CommandProblem(Shown):
    """Why the command had no effect."""

    code: Annotated[str, Field(examples=["UnexpectedNoteState"])]
    detail: str
    remedy: str
    facts: dict[str, JsonValue]


class Command(Shown):
    """A command from acceptance to its end. body_hash: what checkers approve."""

    command_id: Annotated[str, Field(examples=[_EXAMPLE_ID])]
    operation: Annotated[str, Field(examples=["confirm_note"])]
    state: CommandState
    waiting_for: Annotated[
        str,
        Field(
            description="For what, in a sentence; empty when it is over.",
            examples=["the service prepares it"],
        ),
    ]
    waiting_since: datetime
    actor: ActingParty
    made_by: Annotated[str, Field(description="The user who entered it.")]
    created_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    body: Annotated[dict[str, JsonValue], Field(description="What was stated.", examples=[{"note_id": 5}])]
    body_hash: Annotated[str, Field(description="SHA-256 of the body in canonical form.")]
    amount: ShownMoney | None
    approvals: Approvals
    summary: CommandSummary | None
    result: Annotated[
        dict[str, JsonValue] | None,
        Field(description="Of a command that is done: what was created, transaction, block and events."),
    ]
    problem: CommandProblem | None
    correlation_id: str
    version: int


class CommandPage(Shown):
    """Commands, newest first."""

    items: list[Command]
    next_cursor: str | None


def shown(command: CommandRecord, decisions: Sequence[DecisionRecord] = ()) -> Command:
    """The command as it is shown."""
    return Command(
        command_id=command.command_id,
        operation=command.operation,
        state=command.state,
        waiting_for="" if command.state.is_final else command.waiting_for,
        waiting_since=command.waiting_since,
        actor=_actor(command.actor),
        made_by=command.made_by,
        created_at=command.created_at,
        expires_at=command.expires_at,
        finished_at=command.finished_at,
        body=json.loads(command.body_json),
        body_hash=command.body_hash,
        amount=_amount(command),
        approvals=Approvals(
            needed=command.approvals_needed,
            approved=command.approved,
            decisions=[
                ShownDecision(
                    user_id=each.user_id,
                    decision=each.decision,
                    comment=each.comment,
                    decided_at=each.decided_at,
                )
                for each in decisions
            ],
        ),
        summary=_read(CommandSummary, command.summary_json),
        result=None if command.result_json is None else json.loads(command.result_json),
        problem=_read(CommandProblem, command.problem_json),
        correlation_id=command.correlation_id,
        version=command.version,
    )


def _actor(text: str) -> ActingParty:
    kind, _, who = text.partition(":")
    if kind == "party":
        return ActingParty(party_id=int(who))
    return ActingParty(office=who or None)


def _amount(command: CommandRecord) -> ShownMoney | None:
    if command.amount_minor is None or command.currency is None:
        return None
    return ShownMoney(amount_minor=command.amount_minor, currency=command.currency)


def _read(model: type[Any], text: str | None) -> Any:
    return None if text is None else model.model_validate_json(text)
