"""What endpoints are told: ledger events that concern their organisation, and what became of its commands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from counterfoil.domain.commands import CommandState
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.visibility import Viewer, viewer_of
from counterfoil.ports.chain_log import EventPlace
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.ports.webhooks import CommandChange, DeliveryRecord, EndpointRecord
from counterfoil.usecases.reading.party_events import Decode, page_of_events
from counterfoil.usecases.reading.shown_events import shown_event

COMMAND_STATES = tuple(
    state
    for state in CommandState
    if state not in (CommandState.RECEIVED, CommandState.READY, CommandState.SENT)
)
REORGANISED = "ledger.reorganised"
_AGAIN = timedelta(seconds=5)
"""How far back commands are looked at again: a change may be committed after a later one."""
_EVENTS_AT_ONCE = 500
_COMMANDS_AT_ONCE = 5_000
_END_OF_BLOCK = 2**31 - 1


def command_event(state: CommandState) -> str:
    """The name of the message that says that a command is in a state."""
    return f"command.{state.value}"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where an endpoint has its deliveries."""

    epoch: int
    place: EventPlace
    commands_since: datetime

    @classmethod
    def at(cls, *, epoch: int, block_number: int, now: datetime) -> Cursor:
        """Everything up to a block, and up to now, is known."""
        return cls(epoch, EventPlace(block_number, _END_OF_BLOCK), now)

    @classmethod
    def read(cls, text: str) -> Cursor:
        """As `text` wrote it."""
        kept = json.loads(text)
        return cls(
            kept["epoch"],
            EventPlace(kept["block"], kept["log"]),
            datetime.fromisoformat(kept["commands_since"]),
        )

    @property
    def text(self) -> str:
        """For the store."""
        return json.dumps(
            {
                "epoch": self.epoch,
                "block": self.place.block_number,
                "log": self.place.log_index,
                "commands_since": self.commands_since.astimezone(UTC).isoformat(),
            }
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the messages are made from: the state, and up to where it was folded."""

    state: LedgerState
    epoch: int
    block_number: int


def enqueue(
    work: ServiceUnitOfWork,
    endpoint: EndpointRecord,
    *,
    ledger: Ledger,
    decode: Decode,
    now: datetime,
) -> int:
    """Make an endpoint's deliveries of what is new, and say up to where; in one transaction.

    Returns how many were made; 0 also where another process made them meanwhile.
    """
    found = work.webhooks.organisation_party(endpoint.org_id)
    if found is None:
        return 0
    viewer = viewer_of(ledger.state, org_kind=found[0], party_id=found[1])
    cursor = Cursor.read(endpoint.cursor)
    deliveries: list[DeliveryRecord] = []
    if work.chain_log.checkpoint().epoch == ledger.epoch:
        cursor = _events(work, endpoint, viewer, cursor, ledger, decode, now, deliveries)
    cursor = _commands(work, endpoint, cursor, now, deliveries)
    if cursor.text != endpoint.cursor and not work.webhooks.move_cursor(
        endpoint.endpoint_id, before=endpoint.cursor, to=cursor.text
    ):
        return 0
    return work.webhooks.enqueue(deliveries) if deliveries else 0


def _events(  # noqa: PLR0917 - one step of `enqueue`, which has a name for each
    work: ServiceUnitOfWork,
    endpoint: EndpointRecord,
    viewer: Viewer,
    cursor: Cursor,
    ledger: Ledger,
    decode: Decode,
    now: datetime,
    deliveries: list[DeliveryRecord],
) -> Cursor:
    cursor = _after_reorganisation(work, endpoint, cursor, ledger, now, deliveries)
    wanted = [name for name in endpoint.events if "." not in name]
    end = Cursor.at(epoch=ledger.epoch, block_number=ledger.block_number, now=now).place
    if endpoint.events and not wanted:
        return replace(cursor, place=max(cursor.place, end))
    found, last, more = page_of_events(
        work,
        decode,
        viewer,
        after=cursor.place,
        up_to_block=ledger.block_number,
        names=wanted or None,
        limit=_EVENTS_AT_ONCE,
    )
    for recorded in found:
        shown = shown_event(recorded, ledger.state, viewer)
        position = f"{ledger.epoch}.{shown.position}"
        told = {
            "position": position,
            "event": shown.name,
            "at": shown.at.isoformat(),
            "tx_hash": shown.tx_hash,
            "subjects": list(shown.subjects),
            "fields": dict(shown.fields),
        }
        # The transaction with the place: after a reorganisation another event may stand in the same place.
        key = f"event:{shown.position}:{shown.tx_hash}"
        deliveries.append(_delivery(endpoint, shown.name, key, shown.at, told, now))
    return replace(cursor, place=(last or cursor.place) if more else max(cursor.place, end))


def _after_reorganisation(  # noqa: PLR0917 - as above
    work: ServiceUnitOfWork,
    endpoint: EndpointRecord,
    cursor: Cursor,
    ledger: Ledger,
    now: datetime,
    deliveries: list[DeliveryRecord],
) -> Cursor:
    """Back to where the chain went on differently; the endpoint is told from which block on."""
    since = [kept for epoch, kept in work.chain_log.epochs() if epoch > cursor.epoch]
    if not since:
        return replace(cursor, epoch=ledger.epoch)
    kept = min(since)
    if cursor.place.block_number <= kept:
        return replace(cursor, epoch=ledger.epoch)
    if not endpoint.events or REORGANISED in endpoint.events:
        told = {"epoch": ledger.epoch, "from_block": kept + 1}
        key = f"reorganised:{ledger.epoch}"
        deliveries.append(_delivery(endpoint, REORGANISED, key, now, told, now))
    return replace(cursor, epoch=ledger.epoch, place=EventPlace(kept, _END_OF_BLOCK))


def _commands(
    work: ServiceUnitOfWork,
    endpoint: EndpointRecord,
    cursor: Cursor,
    now: datetime,
    deliveries: list[DeliveryRecord],
) -> Cursor:
    wanted = [
        state for state in COMMAND_STATES if not endpoint.events or command_event(state) in endpoint.events
    ]
    newest = cursor.commands_since
    since = max(cursor.commands_since - _AGAIN, endpoint.created_at)
    for change in _changes(work, endpoint.org_id, since, [state.value for state in wanted]):
        newest = max(newest, change.changed_at)
        told: dict[str, Any] = {
            "command_id": change.command_id,
            "operation": change.operation,
            "state": change.state,
            "waiting_for": change.waiting_for or None,
            "result": None if change.result_json is None else json.loads(change.result_json),
            "problem": None if change.problem_json is None else json.loads(change.problem_json),
        }
        # A command of several steps waits for a signature once for each.
        key = f"command:{change.command_id}:{change.state}:{change.steps_done}"
        name = command_event(CommandState(change.state))
        deliveries.append(_delivery(endpoint, name, key, change.changed_at, told, now))
    return replace(cursor, commands_since=newest)


def _changes(
    work: ServiceUnitOfWork, org_id: str, since: datetime, states: list[str]
) -> Iterator[CommandChange]:
    if states:
        yield from work.webhooks.commands_changed(org_id, since=since, states=states, limit=_COMMANDS_AT_ONCE)


def _delivery(  # noqa: PLR0917 - the columns of a row
    endpoint: EndpointRecord, name: str, key: str, at: datetime, told: dict[str, Any], now: datetime
) -> DeliveryRecord:
    body = {"type": name, "timestamp": at.astimezone(UTC).isoformat(), "data": told}
    number = hashlib.sha256(f"{endpoint.endpoint_id}\n{key}".encode()).hexdigest()[:40]
    return DeliveryRecord(
        delivery_id=f"msg_{number}",
        endpoint_id=endpoint.endpoint_id,
        event=name,
        body_json=json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        next_at=now,
        created_at=now,
    )
