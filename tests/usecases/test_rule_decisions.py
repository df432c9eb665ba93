"""The rules decide when a note is opened, and what each of them said is kept, also of a refusal."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import DomainError
from counterfoil.usecases.invoices.record_invoices import InvoiceDocument, record_invoices
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.mark_overdue import mark_overdue
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.workbench import Workbench
from ledger_support import DAY_S, LAHN

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "invoices"
JIANGLING, QICHEN, LANCHUAN = "91320281MA9JL41TX0", "启辰电控技术有限公司", "91320594MA9LC07W4B"
FIRST, SECOND = "26322000000418705316", "26442000000752066984"


@pytest.fixture
def chinese(bare: OpenLedger) -> OpenLedger:
    names = ("01-jiangling-lanchuan.xml", "03-qichen-lanchuan.ofd")
    record_invoices(
        bare.bench,
        documents=[InvoiceDocument(file_name=name, content=(SAMPLES / name).read_bytes()) for name in names],
    )
    return bare


def propose(
    bench: Workbench, *, days: int, review: str = "", actor: str = JIANGLING, number: str = FIRST
) -> int:
    return propose_note(
        bench, actor=actor, invoices=[number], maturity_at=bench.now() + timedelta(days=days), review=review
    ).note_id


def traces(bench: Workbench, note_id: int) -> dict[str, Any]:
    subject = bench.read_model.state.notes[note_id].terms_hash.hex()
    with bench.store.begin() as work:
        (kept,) = work.rule_traces.of_subject(subject)
    return {outcome["rule_id"]: outcome for outcome in json.loads(kept.trace_json)}


def test_a_note_within_the_rules_keeps_what_each_rule_said(chinese: OpenLedger) -> None:
    said = traces(chinese.bench, propose(chinese.bench, days=120))
    assert {"CN77-11", "CN77-15", "BILL-sr"} <= set(said)
    assert all(outcome["ok"] for outcome in said.values())
    assert said["CN77-11"]["source"]
    assert said["CN77-11"]["certainty"] == "second-hand"


@pytest.mark.parametrize(("days", "review"), [(250, ""), (250, "  "), (400, "review 7")])
def test_a_tenor_beyond_the_rule_is_refused_and_nothing_is_opened(
    chinese: OpenLedger, tmp_path: Path, days: int, review: str
) -> None:
    with pytest.raises(DomainError) as refused:
        propose(chinese.bench, days=days, review=review)
    assert refused.value.code == "RuleBroken"
    assert "CN77-11" in refused.value.message
    assert not chinese.bench.read_model.state.notes
    with closing(sqlite3.connect(tmp_path / "home" / "store.sqlite")) as store:
        assert store.execute("select operation, passed from rule_traces").fetchall() == [("propose_note", 0)]


def test_a_long_tenor_passes_with_a_recorded_review(chinese: OpenLedger) -> None:
    said = traces(chinese.bench, propose(chinese.bench, days=250, review="credit committee 2026-311"))
    assert "2026-311" in said["CN77-11"]["detail"]


def test_a_debtor_with_an_overdue_note_opens_no_new_one(chinese: OpenLedger) -> None:
    bench = chinese.bench
    note_id = propose(bench, days=30)
    confirm_note(bench, actor=LANCHUAN, note_id=note_id)
    chinese.advance_time(32 * DAY_S)
    mark_overdue(bench, actor=JIANGLING, note_id=note_id)
    with pytest.raises(DomainError, match="CN77-15"):
        propose(bench, days=30, actor=QICHEN, number=SECOND)


def test_chinese_rules_do_not_look_at_european_notes(traded: OpenLedger) -> None:
    bench = traded.bench
    opened = propose_note(
        bench, actor=LAHN.key, invoices=["RE-2026-0042"], maturity_at=bench.now() + timedelta(days=700)
    )
    assert not traces(bench, opened.note_id)
