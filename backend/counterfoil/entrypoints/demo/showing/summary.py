"""From the ledger's state and events to the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from counterfoil.domain.annual_cost import effective_annual_rate
from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.interest import day_of
from counterfoil.domain.money import Currency
from counterfoil.domain.state.ledger_state import Financing, LedgerState
from counterfoil.domain.states import FinancingKind, PartyRole
from counterfoil.domain.tiering import TierPlan, tier_of_parties
from counterfoil.entrypoints.demo.attempts import Refusal
from counterfoil.entrypoints.demo.financing import DISCOUNT_RATE_BPS
from counterfoil.entrypoints.demo.goods.story import GoodsStory
from counterfoil.entrypoints.demo.moves import Received, received_in
from counterfoil.entrypoints.demo.showing import result as rows
from counterfoil.entrypoints.demo.showing.goods_summary import (
    facility_rows,
    lien_rows,
    receipt_rows,
    stock_rows,
)
from counterfoil.usecases.books.check_books import CheckResult
from counterfoil.usecases.invoices.record_invoices import RejectedDocument
from counterfoil.usecases.notes.show_note import NoteSheet, show_notes
from counterfoil.usecases.parties.list_parties import list_parties
from counterfoil.usecases.workbench import Workbench

NO_TIERS = TierPlan(cuts=(), unpaid=(), cycles=())


@dataclass(slots=True)
class Story:
    """What a run has gathered beside the ledger. owed: (currency, buyer, seller) of every invoice."""

    engine: str
    rejected: list[RejectedDocument] = field(default_factory=list)
    cores: frozenset[int] = frozenset()
    owed: tuple[tuple[str, int, int], ...] = ()
    tier_plan: TierPlan = NO_TIERS
    maturity_sources: dict[int, str] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    checks: tuple[CheckResult, ...] = ()
    gas: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    goods: GoodsStory = field(default_factory=GoodsStory)


def summarise(bench: Workbench, story: Story) -> rows.DemoResult:
    """The result of a run, read from the ledger's state and events."""
    sheets = show_notes(bench)
    return rows.DemoResult(
        engine=story.engine,
        parties=_parties(bench, story),
        rejected=tuple(
            rows.RejectedRow(file=each.file_name, code=each.code, message=each.message)
            for each in sorted(story.rejected, key=lambda each: each.file_name)
        ),
        notes=tuple(_note(sheet, story) for sheet in sheets),
        financings=tuple(_financings(bench)),
        receipts=tuple(receipt_rows(bench)),
        liens=tuple(lien_rows(bench)),
        facilities=tuple(facility_rows(bench, story.goods)),
        stocks=tuple(stock_rows(bench, story.goods)),
        settlement=_settlement(bench, sheets),
        checks=tuple(
            rows.CheckRow(invariant=each.invariant, ok=each.ok, detail=each.detail) for each in story.checks
        ),
        gas={name: rows.GasRow(**counted) for name, counted in sorted(story.gas.items())},
        refusals=tuple(
            rows.RefusalRow(command=each.command, code=each.code, message=each.message, why=each.why)
            for each in story.refusals
        ),
        cycles=story.tier_plan.cycles,
        unpaid=tuple(
            rows.UnpaidRow(
                invoice=each.debt.number,
                debtor=each.debt.debtor,
                creditor=each.debt.creditor,
                currency=each.debt.currency,
                unpaid_minor=each.unpaid_minor,
                reason=each.reason.value,
            )
            for each in story.tier_plan.unpaid
        ),
        remarks=tuple(story.remarks),
    )


def _parties(bench: Workbench, story: Story) -> tuple[rows.PartyRow, ...]:
    by_invoice = tier_of_parties(story.cores, story.owed)
    found = []
    for sheet in list_parties(bench):
        reached = [by_invoice.get(sheet.party_id)]
        # A plan may take a note further than the invoices; a funder is no tier whatever it holds.
        if not sheet.on_ledger.roles & PartyRole.FUNDER:
            reached.append(sheet.tier)
        tiers = [tier for tier in reached if tier is not None]
        found.append(
            rows.PartyRow(
                id=sheet.party_id,
                name=sheet.name,
                roles=tuple(role.name.lower() for role in sheet.on_ledger.roles if role.name),
                tier=min(tiers) if tiers else None,
                identifiers=sheet.identifiers,
            )
        )
    return tuple(found)


def _note(sheet: NoteSheet, story: Story) -> rows.NoteRow:
    note = sheet.note
    return rows.NoteRow(
        note_id=note.note_id,
        invoices=tuple(record.invoice.number for record in sheet.invoices),
        currency=sheet.currency.code,
        face_minor=note.face_minor,
        state=note.state.name.lower(),
        lots=tuple(
            rows.LotRow(
                first=node.lot.first,
                last=node.lot.last,
                holder=node.lot.holder_id,
                tier=node.tier,
                state=node.lot.state.name.lower(),
            )
            for node in sheet.leaves
        ),
        debtor=note.debtor_id,
        creditor=note.creditor_id,
        maturity=sheet.maturity_at.date().isoformat(),
        maturity_source=story.maturity_sources.get(note.note_id, ""),
    )


def _financings(bench: Workbench) -> Iterable[rows.FinancingRow]:
    state = bench.read_model.state
    flows = _flows(bench)
    for financing_id, financing in sorted(state.financings.items()):
        if financing.holder_id is None:
            continue
        lot = state.lots[financing.lot_id]
        is_loan = financing.kind is FinancingKind.LOAN
        rate = effective_annual_rate(flows[financing_id])
        yield rows.FinancingRow(
            kind="loan" if is_loan else "purchase",
            note_id=financing.lot_id.note_id,
            first=lot.first,
            last=lot.last,
            holder=financing.holder_id,
            funder=financing.funder_id,
            drawdown_minor=financing.drawdown_minor,
            repaid_minor=financing.repaid_minor,
            state=financing.state.name.lower(),
            currency=Currency.of_numeric(financing.currency).code,
            rate_bps=financing.rate_bps if is_loan else DISCOUNT_RATE_BPS,
            effective_annual_percent=None if rate is None else f"{rate * 100:.2f}",
        )


def _flows(bench: Workbench) -> dict[int, list[tuple[int, int]]]:
    """Dated payments of each financing, as its holder sees them; a purchase costs its lot at maturity."""
    state = bench.read_model.state
    flows: dict[int, list[tuple[int, int]]] = {number: [] for number in state.financings}
    for recorded in bench.read_model.history(cash.LoanDrawnDown, cash.LotPurchased, cash.LoanRepaid):
        day = day_of(recorded.at_s)
        match recorded.event:
            case cash.LoanDrawnDown(financing_id=number):
                flows[number].append((day, state.financings[number].drawdown_minor))
            case cash.LotPurchased(financing_id=number):
                flows[number].append((day, state.financings[number].drawdown_minor))
                flows[number].append(_lot_at_maturity(state, state.financings[number]))
            case cash.LoanRepaid() as repaid:
                paid = repaid.interest_minor + repaid.principal_minor
                flows[repaid.financing_id].append((day, -paid))
            case _:
                pass
    return flows


def _lot_at_maturity(state: LedgerState, financing: Financing) -> tuple[int, int]:
    maturity_s = state.notes[financing.lot_id.note_id].maturity_at_s
    return day_of(maturity_s), -state.lots[financing.lot_id].length_minor


def _settlement(bench: Workbench, sheets: Sequence[NoteSheet]) -> rows.SettlementRow:
    """What settlements paid, from the events of the cash that moved; what notes still owe, from the notes."""
    received = list(received_in(bench.read_model.history(cash.CashSettled)))
    currencies = [Currency.of_numeric(code) for code in dict.fromkeys(each.currency for each in received)]
    currencies += [sheet.currency for sheet in sheets if sheet.currency not in currencies]
    by_currency = []
    for currency in dict.fromkeys(currencies):
        of_currency = [each for each in received if each.currency == currency.numeric]
        by_currency.append(
            rows.CurrencySettlement(
                currency=currency.code,
                paid_minor=sum(each.amount_minor for each in of_currency),
                received_by=_by_party(of_currency),
                unsettled_minor=_open(sheet for sheet in sheets if sheet.currency == currency),
            )
        )
    return rows.SettlementRow(
        paid_minor=sum(each.amount_minor for each in received),
        received_by=_by_party(received),
        unsettled_minor=_open(sheets),
        by_currency=tuple(by_currency),
    )


def _by_party(received: Iterable[Received]) -> tuple[rows.ReceivedRow, ...]:
    totals: Counter[int] = Counter()
    for each in received:
        totals[each.party_id] += each.amount_minor
    return tuple(rows.ReceivedRow(party=party, minor=minor) for party, minor in sorted(totals.items()))


def _open(sheets: Iterable[NoteSheet]) -> int:
    return sum(sheet.note.open_minor for sheet in sheets if sheet.note.confirmed_at_s is not None)
