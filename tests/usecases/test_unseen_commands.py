"""The worker refuses commands about what their party does not see before it works anything out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.operations import operation_named
from counterfoil.entrypoints.worker.operation_adapter import DeskOperation, OperationDesk
from counterfoil.ports.commands import CommandRecord
from counterfoil.usecases.resolving import party_id_of
from ledger_support import BANK, HALDEN, LAHN, VALTENNA

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def no_file(*_: object) -> bytes:
    raise AssertionError("no file has to do with it")


@pytest.fixture
def opened(live: OpenLedger) -> Callable[..., DeskOperation]:
    """Opens a command of a firm at the worker's desk."""
    desk = OperationDesk(capturing=live.bench, direct=live.bench, read_file=no_file, share_file=no_file)

    def open_for(actor: str, name: str, **body: object) -> DeskOperation:
        operation = operation_named(name)
        stated = {**operation.example(), **body}
        kept = operation.body.model_validate(stated, strict=False)
        return desk(
            CommandRecord(
                command_id="cmd_" + "0" * 26,
                org_id="org_" + "0" * 26,
                actor=actor,
                operation=name,
                body_json=kept.canonical_json(),
                body_hash="0" * 64,
                made_by="usr_" + "0" * 26,
                created_at=NOON,
                expires_at=NOON,
                correlation_id="",
                waiting_for="",
                waiting_since=NOON,
            )
        )

    return open_for


@pytest.mark.parametrize("name", ["reject_note", "dispute_note", "settle_note", "mark_overdue"])
def test_somebody_elses_note_is_refused_like_one_that_is_not_there(
    live: OpenLedger, opened: Callable[..., DeskOperation], name: str
) -> None:
    refusals = []
    for note_id in (1, 999):
        with pytest.raises(DomainError) as refused:
            opened(f"party:{party_id_of(live.bench, BANK.key)}", name, note_id=note_id)
        refusals.append((refused.value.code, refused.value.message.replace(str(note_id), "#")))
    assert refusals[0] == refusals[1]
    assert refusals[0][0] == "NoteNotFound"


def test_a_lot_is_refused_too_whoever_may_have_heard_of_it(
    live: OpenLedger, opened: Callable[..., DeskOperation]
) -> None:
    for firm in (VALTENNA, BANK):
        for note_id in (1, 999):
            with pytest.raises(DomainError) as refused:
                opened(
                    f"party:{party_id_of(live.bench, firm.key)}",
                    "accept_assignment",
                    note_id=note_id,
                    segment=0,
                    index=0,
                )
            assert refused.value.code == "LotNotFound"


def test_both_sides_and_the_offices_may_speak_of_it(
    live: OpenLedger, opened: Callable[..., DeskOperation]
) -> None:
    for firm in (HALDEN, LAHN):
        actor = f"party:{party_id_of(live.bench, firm.key)}"
        assert opened(actor, "dispute_note", note_id=1).sentence()
    assert opened("office:arbiter", "resolve_dispute", note_id=1).fields()
