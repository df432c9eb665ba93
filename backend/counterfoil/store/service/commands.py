"""Commands, decisions and steps in the database; every change is conditional, the row count decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Update, bindparam, func, insert, or_, select, update

from counterfoil.domain.approvals import DecisionKind
from counterfoil.domain.commands import CommandState, StepState, may_become
from counterfoil.ports.commands import CommandRecord, DecisionRecord, StepRecord
from counterfoil.store.schema.commands import command_decisions, command_steps, commands

_FIELDS = tuple(field.name for field in fields(CommandRecord))
_STEP_FIELDS = tuple(field.name for field in fields(StepRecord))
_NEW_STEP = insert(command_steps)
_EXPIRING = frozenset(
    {
        CommandState.RECEIVED,
        CommandState.AWAITING_APPROVAL,
        CommandState.AWAITING_SIGNATURE,
        CommandState.READY,
    }
)
# SQLite takes 32,766 values in a statement, PostgreSQL 65,535.
_MOST_VALUES = 10_000


class SqlCommands:
    """counterfoil.ports.commands.Commands on both databases."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- commands --

    def add(self, command: CommandRecord) -> None:
        """Keep a command. Raises StoreContradiction, when the unit of work ends, for one that is kept."""
        self._connection.execute(commands.insert().values(_command_row(asdict(command))))

    def add_all(self, records: Sequence[CommandRecord]) -> None:
        """Keep several; as `add`."""
        if records:
            self._connection.execute(commands.insert(), [_command_row(asdict(record)) for record in records])

    def discard(self, command_ids: Iterable[str]) -> None:
        """Take back what this very unit of work added; raises StoreContradiction for what has steps."""
        wanted = list(command_ids)
        if wanted:
            self._connection.execute(commands.delete().where(commands.c.command_id.in_(wanted)))

    def by_id(self, command_id: str) -> CommandRecord | None:
        """The command, or None."""
        return self._one(select(commands).where(commands.c.command_id == command_id))

    def for_update(self, command_id: str) -> CommandRecord | None:
        """The command, locked until this unit of work ends. SQLite's unit of work has the lock already."""
        return self._one(select(commands).where(commands.c.command_id == command_id).with_for_update())

    def by_ids(self, command_ids: Iterable[str]) -> tuple[CommandRecord, ...]:
        """These commands, oldest first; those that do not exist are left out."""
        wanted = list(dict.fromkeys(command_ids))
        found: list[CommandRecord] = []
        for start in range(0, len(wanted), _MOST_VALUES):
            part = wanted[start : start + _MOST_VALUES]
            found.extend(self._all(select(commands).where(commands.c.command_id.in_(part))))
        return tuple(sorted(found, key=lambda command: command.command_id))

    def of_org(
        self,
        org_id: str | None,
        *,
        states: Collection[CommandState] = (),
        operation: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> tuple[CommandRecord, ...]:
        """Newest first. org_id None: of all organisations. before: only those older than this one."""
        query = select(commands).order_by(commands.c.command_id.desc()).limit(limit)
        if org_id is not None:
            query = query.where(commands.c.org_id == org_id)
        if states:
            query = query.where(commands.c.state.in_([state.value for state in states]))
        if operation is not None:
            query = query.where(commands.c.operation == operation)
        if before is not None:
            query = query.where(commands.c.command_id < before)
        return self._all(query)

    def due(
        self, states: Collection[CommandState], *, now: datetime, limit: int
    ) -> tuple[CommandRecord, ...]:
        """Open commands in these states that need not wait any longer, oldest first."""
        return self._all(
            select(commands)
            .where(
                commands.c.finished_at.is_(None),
                commands.c.state.in_([state.value for state in states]),
                or_(commands.c.not_before.is_(None), commands.c.not_before <= now),
            )
            .order_by(commands.c.command_id)
            .limit(limit)
        )

    def overdue(self, *, now: datetime, limit: int) -> tuple[CommandRecord, ...]:
        """Open commands past their time; one that is on its way to the chain is not among them."""
        return self._all(
            select(commands)
            .where(
                commands.c.finished_at.is_(None),
                commands.c.state.in_([state.value for state in _EXPIRING]),
                commands.c.expires_at <= now,
            )
            .order_by(commands.c.command_id)
            .limit(limit)
        )

    def change(
        self,
        command: CommandRecord,
        *,
        now: datetime,
        state: CommandState | None = None,
        waiting_for: str | None = None,
        **columns: Any,
    ) -> CommandRecord | None:
        """The command after the change, or None where its row is no longer what `command` says."""
        following = command.state if state is None else state
        if following is not command.state and not may_become(command.state, following):
            raise ValueError(f"{command.command_id}: {command.state} does not become {following}")
        changes: dict[str, Any] = {**columns, "state": following, "version": command.version + 1}
        if following.is_final:
            changes |= {"finished_at": now, "waiting_for": "", "not_before": None}
        elif waiting_for is not None and waiting_for != command.waiting_for:
            changes["waiting_for"] = waiting_for
        if "waiting_for" in changes or following is not command.state:
            changes["waiting_since"] = now
        row = _command_row(changes)
        expected = {
            "of_id": command.command_id,
            "of_state": command.state.value,
            "of_version": command.version,
        }
        found = self._connection.execute(
            _change_of_command(tuple(row)), expected | {f"new_{name}": value for name, value in row.items()}
        )
        return replace(command, **changes) if found.rowcount == 1 else None

    def waiting_sentences(self, states: Collection[CommandState]) -> tuple[str, ...]:
        """What the commands in these states wait for, each sentence once."""
        rows = self._connection.execute(
            select(commands.c.waiting_for)
            .where(commands.c.state.in_([each.value for each in states]), commands.c.finished_at.is_(None))
            .distinct()
        )
        return tuple(sentence for (sentence,) in rows)

    def reword_waiting(self, states: Collection[CommandState], sentence: str, fresh: str) -> None:
        """Say otherwise what the commands in these states wait for that wait for just this."""
        self._connection.execute(
            update(commands)
            .where(
                commands.c.state.in_([each.value for each in states]),
                commands.c.finished_at.is_(None),
                commands.c.waiting_for == sentence,
            )
            .values(waiting_for=fresh)
        )

    def counts(self) -> Mapping[CommandState, int]:
        """How many open commands there are, by state; states without any are left out."""
        rows = self._connection.execute(
            select(commands.c.state, func.count())
            .where(commands.c.finished_at.is_(None))
            .group_by(commands.c.state)
        )
        return {CommandState(state): count for state, count in rows}

    def oldest_waiting(self) -> datetime | None:
        """Since when the longest-waiting open command has waited for the same thing."""
        found: datetime | None = self._connection.execute(
            select(commands.c.waiting_since)
            .where(commands.c.finished_at.is_(None))
            .order_by(commands.c.waiting_since)
            .limit(1)
        ).scalar()
        return found

    def _one(self, query: Select[Any]) -> CommandRecord | None:
        found = self._connection.execute(query).mappings().first()
        return None if found is None else _command(found)

    def _all(self, query: Select[Any]) -> tuple[CommandRecord, ...]:
        return tuple(_command(row) for row in self._connection.execute(query).mappings())

    # -- decisions --

    def add_decision(self, decision: DecisionRecord) -> None:
        """Keep a decision. Raises StoreContradiction for a second one of the same user."""
        self._connection.execute(
            command_decisions.insert().values({**asdict(decision), "decision": decision.decision.value})
        )

    def decisions_of(self, command_id: str) -> tuple[DecisionRecord, ...]:
        """All decisions about a command, in the order in which they were taken."""
        return self.decisions_about((command_id,)).get(command_id, ())

    def decisions_about(self, command_ids: Iterable[str]) -> Mapping[str, tuple[DecisionRecord, ...]]:
        """All decisions about these commands, by command; commands without one are left out."""
        wanted = list(dict.fromkeys(command_ids))
        found: dict[str, tuple[DecisionRecord, ...]] = {}
        for start in range(0, len(wanted), _MOST_VALUES):
            rows = self._connection.execute(
                select(command_decisions)
                .where(command_decisions.c.command_id.in_(wanted[start : start + _MOST_VALUES]))
                .order_by(command_decisions.c.decided_at, command_decisions.c.user_id)
            ).mappings()
            for row in rows:
                made = DecisionRecord(**{**row, "decision": DecisionKind(row["decision"])})
                found[made.command_id] = (*found.get(made.command_id, ()), made)
        return found

    # -- steps --

    def add_step(self, step: StepRecord) -> None:
        """Keep a step. Raises StoreContradiction where the command has one of that number."""
        self._connection.execute(_NEW_STEP, _step_row({name: getattr(step, name) for name in _STEP_FIELDS}))

    def add_steps(self, steps: Sequence[StepRecord]) -> None:
        """As `add_step` for each of them, in one statement."""
        if steps:
            rows = [_step_row({name: getattr(step, name) for name in _STEP_FIELDS}) for step in steps]
            self._connection.execute(_NEW_STEP, rows)

    def step_of(self, command_id: str, step: int) -> StepRecord | None:
        """One step, or None."""
        found = (
            self._connection.execute(
                select(command_steps).where(
                    command_steps.c.command_id == command_id, command_steps.c.step == step
                )
            )
            .mappings()
            .first()
        )
        return None if found is None else _step(found)

    def steps_of(self, command_ids: Iterable[str]) -> tuple[StepRecord, ...]:
        """The steps of these commands, by command and number."""
        wanted = list(dict.fromkeys(command_ids))
        found: list[StepRecord] = []
        for start in range(0, len(wanted), _MOST_VALUES):
            rows = self._connection.execute(
                select(command_steps)
                .where(command_steps.c.command_id.in_(wanted[start : start + _MOST_VALUES]))
                .order_by(command_steps.c.command_id, command_steps.c.step)
            ).mappings()
            found.extend(_step(row) for row in rows)
        return tuple(found)

    def steps_in_transaction(self, tx_id: int) -> tuple[StepRecord, ...]:
        """The steps that a transaction carries, by command and number."""
        rows = self._connection.execute(
            select(command_steps)
            .where(command_steps.c.tx_id == tx_id)
            .order_by(command_steps.c.command_id, command_steps.c.step)
        ).mappings()
        return tuple(_step(row) for row in rows)

    def change_step(self, step: StepRecord, **columns: Any) -> StepRecord | None:
        """The step after the change, or None where it has another state or transaction than `step`."""
        row = _step_row(columns)
        expected = {"of_id": step.command_id, "of_step": step.step, "of_state": step.state.value}
        if step.tx_id is not None:
            expected["of_tx"] = step.tx_id
        found = self._connection.execute(
            _change_of_step(tuple(row), step.tx_id is not None),
            expected | {f"new_{name}": value for name, value in row.items()},
        )
        return replace(step, **columns) if found.rowcount == 1 else None

    def change_steps(self, changes: Sequence[tuple[StepRecord, Mapping[str, Any]]]) -> int:
        """As `change_step` for each; how many were changed."""
        return sum(self.change_step(step, **columns) is not None for step, columns in changes)


@lru_cache(maxsize=256)
def _change_of_command(names: tuple[str, ...]) -> Update:
    """Sets these columns of the one command that is as expected.

    Made once for each set of columns: making a statement costs more than carrying it out.
    """
    return (
        update(commands)
        .where(
            commands.c.command_id == bindparam("of_id"),
            commands.c.state == bindparam("of_state"),
            commands.c.version == bindparam("of_version"),
        )
        .values({name: bindparam(f"new_{name}") for name in names})
    )


@lru_cache(maxsize=256)
def _change_of_step(names: tuple[str, ...], has_transaction: bool) -> Update:
    """As `_change_of_command`, of a step. has_transaction: whether it is expected to be in one."""
    of_tx = (
        command_steps.c.tx_id == bindparam("of_tx") if has_transaction else command_steps.c.tx_id.is_(None)
    )
    return (
        update(command_steps)
        .where(
            command_steps.c.command_id == bindparam("of_id"),
            command_steps.c.step == bindparam("of_step"),
            command_steps.c.state == bindparam("of_state"),
            of_tx,
        )
        .values({name: bindparam(f"new_{name}") for name in names})
    )


def _command_row(values: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(values)
    if "state" in row:
        row["state"] = row["state"].value
    return row


def _command(row: RowMapping) -> CommandRecord:
    values = {name: row[name] for name in _FIELDS}
    return CommandRecord(**{**values, "state": CommandState(values["state"])})


def _step_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """A step's fields as its columns: bytes and 256-bit numbers as hexadecimal text."""
    row: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "state":
                row["state"] = value.value
            case "type_hash":
                row["type_hash"] = value.hex()
            case "nonce":
                row["nonce"] = f"{value:064x}"
            case "encoded_args":
                row["args_hex"] = value.hex()
            case "signature" | "refusal":
                row[f"{name}_hex"] = None if value is None else value.hex()
            case _:
                row[name] = value
    return row


def _step(row: RowMapping) -> StepRecord:
    signature, refusal = row["signature_hex"], row["refusal_hex"]
    return StepRecord(
        command_id=row["command_id"],
        step=row["step"],
        contract=row["contract"],
        function=row["function"],
        type_hash=bytes.fromhex(row["type_hash"]),
        encoded_args=bytes.fromhex(row["args_hex"]),
        key=row["key"],
        nonce=int(row["nonce"], 16),
        deadline_s=row["deadline_s"],
        gas_limit=row["gas_limit"],
        state=StepState(row["state"]),
        signature=None if signature is None else bytes.fromhex(signature),
        tx_id=row["tx_id"],
        refusal=None if refusal is None else bytes.fromhex(refusal),
        events_json=row["events_json"],
        block_number=row["block_number"],
        tx_hash=row["tx_hash"],
        gas_used=row["gas_used"],
    )
