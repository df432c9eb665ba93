"""Let the rules decide about a command, and keep what each of them said."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime

from counterfoil.domain.rules import Facts, NoteFacts, evaluate, require
from counterfoil.domain.states import NoteState
from counterfoil.ports.store import InvoiceRecord, RuleTraceRecord
from counterfoil.usecases.resolving import find_party, party_id_of
from counterfoil.usecases.workbench import Workbench

_USCC_KEY = "uscc:"


def decide_by_rules(bench: Workbench, *, operation: str, subject: str, facts: Facts) -> None:
    """Evaluate the rules in force today over `facts` and keep the trace, also of a refusal.

    subject: what the trace is found under. Raises DomainError RuleBroken for the first rule that forbids.
    """
    now = bench.now()
    outcomes = evaluate(facts, on=now.date())
    trace = [{**asdict(outcome), "severity": str(outcome.severity)} for outcome in outcomes]
    with bench.store.begin() as work:
        work.rule_traces.add(
            RuleTraceRecord(
                operation=operation,
                subject=subject,
                decided_at=now,
                passed=all(outcome.ok for outcome in outcomes),
                trace_json=json.dumps(trace, ensure_ascii=False, sort_keys=True),
            )
        )
    require(outcomes)


def note_facts(
    bench: Workbench, record: InvoiceRecord, *, maturity_at_s: int, face_minor: int, review: str
) -> NoteFacts:
    """What the rules ask about a note over this invoice, opened now. review: see propose_note."""
    debtor_id = party_id_of(bench, record.buyer_key)
    notes = bench.read_model.state.notes.values()
    return NoteFacts(
        currency=record.invoice.currency.code,
        debtor_country=_country_of(bench, record.buyer_key),
        issued_on=bench.now().date(),
        maturity_on=_day_of(maturity_at_s),
        face_minor=face_minor,
        review_reference=review.strip() or None,
        debtor_overdue_notes=sum(
            note.debtor_id == debtor_id and note.state is NoteState.OVERDUE for note in notes
        ),
    )


def _country_of(bench: Workbench, party_key: str) -> str:
    """The registered country; a USCC is given by China to its own."""
    party = find_party(bench, party_key)
    return party.country or ("CN" if party.party_key.startswith(_USCC_KEY) else "")


def _day_of(time_s: int) -> date:
    return datetime.fromtimestamp(time_s, UTC).date()
