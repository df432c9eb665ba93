"""The whole life, step by step: from a directory of invoices to checked books."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from counterfoil.bootstrap import ENGINE, OpenLedger, create_ledger, open_ledger
from counterfoil.chain.endpoints.network import Network
from counterfoil.chain.keystore import CHEAP_SCRYPT_N
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.domain.money import Currency
from counterfoil.domain.states import NoteState
from counterfoil.domain.tiering import Claim, TierPlan, plan_tiers
from counterfoil.entrypoints.demo.agenda import keep
from counterfoil.entrypoints.demo.attempts import Attempts
from counterfoil.entrypoints.demo.documents import Folder
from counterfoil.entrypoints.demo.financing import DrawnLoan, FinancingSteps, Funders, register_funders
from counterfoil.entrypoints.demo.goods.part import GoodsPart, begin_goods
from counterfoil.entrypoints.demo.intake import Intake, take_in
from counterfoil.entrypoints.demo.moves import Move, moves_of
from counterfoil.entrypoints.demo.note_opening import (
    OpenedNote,
    confirm_notes,
    propose_notes,
    try_before_confirmation,
)
from counterfoil.entrypoints.demo.plan_file import SplitPlan
from counterfoil.entrypoints.demo.plan_splits import PlannedNote, PlanReader
from counterfoil.entrypoints.demo.settling import due_on_notes, repay_what_is_left
from counterfoil.entrypoints.demo.showing.result import DemoResult
from counterfoil.entrypoints.demo.showing.summary import Story, summarise
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.entrypoints.demo.tier_splits import Splitter, give_standing_acceptances
from counterfoil.settings import Settings
from counterfoil.usecases.books.check_books import CheckResult, check_books
from counterfoil.usecases.gas_tally import GasTally
from counterfoil.usecases.notes.show_note import NoteSheet, show_notes
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Workbench

# Not a secret: these keys are made for one run, protected cheaply, and stand for nobody.
_PASSPHRASE = "throw-away keys of a demonstration"  # noqa: S105 - see above

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What a run left: the result, and what pictures need. sheets: notes with their whole trees."""

    result: DemoResult
    sheets: tuple[NoteSheet, ...]
    moves: tuple[Move, ...]
    succeeded: bool


def live(
    home: Path,
    folder: Folder,
    teller: Teller,
    *,
    plan: SplitPlan | None,
    goods: ReceiptDocument | None,
    network: Network | None = None,
) -> Lived:
    """Lead the invoices of a folder through the whole life, on a fresh ledger in `home`.

    goods: what a supplier stores and finances beside its notes; None: nothing. network: validators with a
    clock that can be moved, from a file; None: an embedded chain in `home`. Raises DomainError PlanUnusable
    before any note exists where the plan cannot be carried out.
    """
    settings = Settings(
        home=home,
        # A demonstration keeps to its own folder and to what its options say, whatever the environment says.
        database=None,
        chain=None if network is None else SecretStr(str(network.path)),
        passphrase=SecretStr(_PASSPHRASE),
        allow_time_travel=True,
        keystore_scrypt_n=CHEAP_SCRYPT_N,
    )
    tally = GasTally()
    with teller.stage("Setting up a ledger: chain, contracts, offices"):
        created = create_ledger(settings, passphrase=lambda _name: _PASSPHRASE)
    for receipt in created.receipts:
        tally(operation="deploy_ledger", receipt=receipt)
    with open_ledger(settings, passphrase=lambda _name: _PASSPHRASE, observers=(tally,)) as ledger:
        story = Story(engine=ENGINE if network is None else network.profile.name)
        if network is not None:
            teller.remark(
                f"The ledger is on {len(network.endpoints)} validators ({network.profile.name}). Their clocks"
                " are those of a test network: they are moved ahead to each date."
            )
        intake = take_in(ledger.bench, folder, teller)
        succeeded = bool(intake.read)
        run = _Run(ledger=ledger, teller=teller, story=story, intake=intake, plan=plan, goods=goods)
        run.take_over_intake()
        if succeeded:
            run.through()
        else:
            teller.remark("No file could be read as an invoice: there is nothing to show.")
        run.check()
        story.gas = tally.by_operation()
        story.remarks = teller.remarks
        state = ledger.bench.read_model.state
        return Lived(
            result=summarise(ledger.bench, story),
            sheets=show_notes(ledger.bench),
            moves=tuple(moves_of(ledger.bench.read_model.history(), state)),
            succeeded=succeeded,
        )


@dataclass(slots=True)
class _Run:
    """One run over an open ledger."""

    ledger: OpenLedger
    teller: Teller
    story: Story
    intake: Intake
    plan: SplitPlan | None
    goods: ReceiptDocument | None

    @property
    def bench(self) -> Workbench:
        """What use cases work with."""
        return self.ledger.bench

    def take_over_intake(self) -> None:
        """Say what reading gave."""
        intake, teller = self.intake, self.teller
        self.story.rejected.extend(intake.rejected)
        self.story.cores, self.story.owed = intake.cores, intake.owed
        teller.say(
            f"  read: {intake.read}; refused: {len(intake.rejected)};"
            f" credit notes taken off their invoices: {intake.credited}"
        )
        for remark in intake.remarks:
            teller.remark(remark)

    def through(self) -> None:
        """From proposals to settlement."""
        if not self.intake.to_cores:
            self.teller.remark(
                "Nobody owes without also selling, or nothing is payable: there is no core enterprise whose"
                " invoices could become notes."
            )
        self._tier_plan({claimed.record.content_sha256: n for n, claimed in enumerate(self.intake.to_cores)})
        attempts = Attempts(self.teller)
        funders = register_funders(self.bench)
        opened = self._open_notes(attempts, funders)
        self._pass_down(opened)
        loan = None
        if opened:
            self.teller.say("Financing: one holder pledges and borrows, another sells at a discount")
            loan = FinancingSteps(self.bench, funders, attempts, self.teller).run()
        part = self._begin_goods(funders, attempts)
        self._live_on([note.note_id for note in opened], loan, part)
        self.story.refusals = attempts.refused
        if opened or part:
            self.story.checks = (attempts.check(), _all_settled(self.bench))
        if part:
            self.story.goods = part.story
            self.story.checks += part.check()

    def _begin_goods(self, funders: Funders, attempts: Attempts) -> GoodsPart | None:
        if self.goods is None:
            return None
        self.teller.say("Goods: a supplier stores them and borrows against the warehouse receipt")
        return begin_goods(self.bench, self.goods, funders, attempts, self.teller)

    def _live_on(self, note_ids: list[int], loan: DrawnLoan | None, part: GoodsPart | None) -> None:
        """The clock goes from date to date, for notes and goods together."""
        goods = "goods are released and delivered, " if part else ""
        title = f"Time passes: {goods}notes mature, settlement pays every holder"
        with self.teller.stage(title, len(note_ids)) as done:
            appointments = list(due_on_notes(self.ledger, note_ids, loan, self.teller, done))
            if part:
                appointments += part.appointments()
            keep(self.ledger, appointments, self.teller)
        repay_what_is_left(self.ledger, loan, self.teller)

    def _open_notes(self, attempts: Attempts, funders: Funders) -> list[OpenedNote]:
        opened, refused = propose_notes(self.bench, self.intake.to_cores, self.teller)
        self.story.rejected.extend(refused)
        self.story.maturity_sources = {note.note_id: note.maturity.source for note in opened}
        if opened:
            try_before_confirmation(self.bench, opened[0], funder_id=funders.lender, attempts=attempts)
        confirm_notes(self.bench, opened, self.teller)
        return opened

    def _pass_down(self, opened: list[OpenedNote]) -> None:
        """Split down the tiers, by the plan or by the invoices."""
        plan = self._tier_plan({note.claimed.record.content_sha256: note.note_id for note in opened})
        self.story.tier_plan = plan
        give_standing_acceptances(self.bench, plan.cuts, self.teller)
        splitter = Splitter(self.bench, [note.note_id for note in opened])
        with self.teller.stage("Holders split and assign down the tiers", len(plan.cuts)) as advance:
            for cut in plan.cuts:
                splitter.cut(cut)
                advance()
        self._say_unpaid(plan)

    def _tier_plan(self, numbers: dict[str, int]) -> TierPlan:
        """The plan over notes with these numbers, by the SHA-256 of the invoice's file."""
        notes = [
            PlannedNote(
                claim=Claim(
                    note=numbers[claimed.record.content_sha256],
                    holder=claimed.seller_id,
                    currency=claimed.record.invoice.currency.code,
                    face_minor=claimed.available_minor,
                ),
                invoice_number=claimed.record.invoice.number,
                debtor=claimed.buyer_id,
            )
            for claimed in self.intake.to_cores
            if claimed.record.content_sha256 in numbers
        ]
        if self.plan is None:
            return plan_tiers([note.claim for note in notes], self.intake.debts)
        reader = PlanReader(
            self.plan, notes, find_party=self._find_party, trade=self.intake.trade_references()
        )
        return reader.cuts()

    def _find_party(self, name: PartyRef) -> int:
        return party_id_of(self.bench, name)

    def _say_unpaid(self, plan: TierPlan) -> None:
        for members in plan.cycles:
            listed = ", ".join(str(party) for party in members)
            self.teller.remark(f"Parties {listed} owe each other in a circle: no note is split inside it.")
        for each in plan.unpaid[:_SHOWN]:
            left = Currency.of(each.debt.currency).format(each.unpaid_minor)
            self.teller.say(
                f"  invoice {each.debt.number}: {left} of party {each.debt.debtor}'s debt to party"
                f" {each.debt.creditor} stays unpaid by notes ({each.reason.value})"
            )
        if len(plan.unpaid) > _SHOWN:
            self.teller.say(f"  and {len(plan.unpaid) - _SHOWN} more; tables and report list them all")

    def check(self) -> None:
        """Check the books, and what this run itself promised."""
        with self.teller.stage("Checking the books: invariants, contracts, events"):
            self.story.checks = (*check_books(self.bench), *self.story.checks)


def _all_settled(bench: Workbench) -> CheckResult:
    notes = bench.read_model.state.notes.values()
    left = [
        note.note_id
        for note in notes
        if note.confirmed_at_s is not None and note.state is not NoteState.SETTLED
    ]
    return CheckResult(
        invariant="every note was settled at maturity",
        ok=not left,
        detail=f"notes {left} are not" if left else f"{len(notes)} notes",
    )
