"""Beside its notes a supplier finances goods: stored, pledged, released in part, delivered, paid, audited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.domain.states import FacilityState, LienState, ReceiptState
from counterfoil.entrypoints.demo.agenda import Appointment
from counterfoil.entrypoints.demo.attempts import Attempts
from counterfoil.entrypoints.demo.financing import Funders
from counterfoil.entrypoints.demo.goods.loan import LoanOnGoods, start_loan
from counterfoil.entrypoints.demo.goods.parties import GoodsParties, gather_parties
from counterfoil.entrypoints.demo.goods.storing import Storing
from counterfoil.entrypoints.demo.goods.story import GoodsStory
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.books.check_books import CheckResult
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.liens.release_part import release_part_of_receipt
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.receipts.audit_stock import AuditReport, audit_stock
from counterfoil.usecases.receipts.deliver_receipt import deliver_receipt
from counterfoil.usecases.receipts.order_delivery import order_delivery
from counterfoil.usecases.receipts.receipt_lots import lots_behind
from counterfoil.usecases.receipts.seal_transfer import seal_transfer
from counterfoil.usecases.receipts.transfer_receipt import transfer_receipt
from counterfoil.usecases.workbench import Workbench

# Days after the loan, all inside the 30 days for which a count serves. The price falls by 12 % and comes back
# to 97 %: enough for a margin call, and afterwards half of the goods secure half of the debt again.
_FALL_DAY, _FALLEN_BPS = 6, 8_800
_REPAY_DAY = 8
_RECOVERY_DAY, _RECOVERED_BPS = 14, 9_700
_RELEASE_DAY = 15
_DELIVERY_DAY = 16
_CLOSE_DAY = 24


@dataclass(slots=True)
class GoodsPart:
    """The part of the demonstration that is about goods. part_id: the released half's receipt."""

    bench: Workbench
    parties: GoodsParties
    attempts: Attempts
    teller: Teller
    story: GoodsStory = field(default_factory=GoodsStory)
    loan: LoanOnGoods | None = None
    part_id: int | None = None

    def begin(self) -> None:
        """Store the goods and borrow against them."""
        receipt_id = Storing(self.bench, self.parties, self.attempts, self.teller).run()
        self.loan = start_loan(
            self.bench, self.parties, self.attempts, self.story, self.teller, receipt_id=receipt_id
        )
        self.loan.draw()

    def appointments(self) -> Iterator[Appointment]:
        """What follows, from now on."""
        now, loan = self.bench.now(), self._drawn()
        for day, act in (
            (_FALL_DAY, lambda: loan.move_price(_FALLEN_BPS)),
            (_REPAY_DAY, loan.repay_half),
            (_RECOVERY_DAY, lambda: loan.move_price(_RECOVERED_BPS)),
            (_RELEASE_DAY, self._release_half),
            (_DELIVERY_DAY, self._deliver_half),
            (_CLOSE_DAY, self._close),
        ):
            yield Appointment(at=now + timedelta(days=day), act=act)

    def check(self) -> tuple[CheckResult, ...]:
        """Whether the goods went the way that this part promises."""
        return (_audited(self.story.audit), self._ended_well())

    def _drawn(self) -> LoanOnGoods:
        if self.loan is None:
            raise AssertionError("the goods are not stored yet")
        return self.loan

    def _release_half(self) -> None:
        """The funder lets half of the lots go; the keeper seals the division."""
        loan = self._drawn()
        pledged = find_receipt(self.bench, loan.receipt_id)
        lots = [each.key.hex() for each in lots_behind(self.bench, pledged)]
        freed = lots[(len(lots) + 1) // 2 :]
        released = release_part_of_receipt(
            self.bench,
            actor=self.parties.lender,
            receipt_id=loan.receipt_id,
            lots=freed,
            pieces=_pieces(self.parties.document, freed=len(freed), lots=len(lots)),
            reason="half of the loan is repaid",
            sealed_by=self.parties.keeper,
        )
        self.part_id = released.freed.receipt_id
        loan.note("half of the goods released")
        self.teller.say(
            f"  party {self.parties.lender} releases {len(freed)} of {len(lots)} lots as receipt"
            f" {self.part_id}; the lien goes on over the others"
        )
        self._forged_seal(self.part_id)

    def _forged_seal(self, receipt_id: int) -> None:
        """The free half is passed on with a seal that is not the keeper's."""
        buyer, holder = self.parties.second_lender, self.parties.depositor
        set_standing_acceptance(self.bench, actor=buyer)
        genuine = seal_transfer(
            self.bench,
            actor=self.parties.keeper,
            receipt_id=receipt_id,
            to=buyer,
            reference="demonstration of a refusal",
        )
        forged = replace(
            genuine, signed=self.bench.ledger.seal(by=actor_of(self.bench, holder).key, seal=genuine.seal)
        )
        self.attempts.expect_refusal(
            "transfer_receipt",
            "passing a receipt on with a seal that the holder made itself instead of the keeper",
            lambda: transfer_receipt(self.bench, actor=holder, receipt_id=receipt_id, to=buyer, seal=forged),
        )

    def _deliver_half(self) -> None:
        """The holder orders, the keeper hands over: the goods leave and their receipt ends."""
        if self.part_id is None:
            raise AssertionError("nothing was released")
        order_delivery(
            self.bench,
            actor=self.parties.depositor,
            receipt_id=self.part_id,
            order="to the carrier that the holder sends",
        )
        deliver_receipt(
            self.bench,
            actor=self.parties.keeper,
            receipt_id=self.part_id,
            handover="signed by the carrier's driver and the keeper's clerk",
        )
        self.teller.say(f"  party {self.parties.keeper} delivers the goods of receipt {self.part_id}")

    def _close(self) -> None:
        """The rest is paid; an auditor compares receipts and stock."""
        self._drawn().repay_rest()
        self.story.audit = audit_stock(self.bench)

    def _ended_well(self) -> CheckResult:
        state, loan = self.bench.read_model.state, self._drawn()
        facility = loan.sheet.facility
        part = None if self.part_id is None else state.receipts[self.part_id]
        faults = []
        if facility.state is not FacilityState.CLOSED:
            faults.append(f"facility {facility.facility_id} is {facility.state.name.lower()}")
        if part is None or part.state is not ReceiptState.DELIVERED:
            faults.append("the released half was not delivered")
        if state.receipts[loan.receipt_id].state is not ReceiptState.ISSUED:
            faults.append(f"receipt {loan.receipt_id} does not stand any more")
        faults += [
            f"the lien on asset {lien.asset_id} is still in force"
            for liens in state.liens.values()
            for lien in liens
            if lien.state is LienState.ACTIVE
        ]
        return CheckResult(
            invariant="half of the goods was released and delivered, the loan paid, every lien lifted",
            ok=not faults,
            detail="; ".join(faults)
            or f"{len(state.receipts)} receipts, {sum(map(len, state.liens.values()))} liens",
        )


def begin_goods(
    bench: Workbench, document: ReceiptDocument, funders: Funders, attempts: Attempts, teller: Teller
) -> GoodsPart:
    """Gather the parties, store the goods, and borrow against them."""
    part = GoodsPart(
        bench=bench, parties=gather_parties(bench, document, funders), attempts=attempts, teller=teller
    )
    part.begin()
    return part


def _pieces(document: ReceiptDocument, *, freed: int, lots: int) -> Sequence[int] | None:
    """How many pieces go with the freed lots and stay, where lots are not pieces: in proportion."""
    pieces = document.goods.pieces
    if pieces == lots:
        return None
    part = max(1, pieces * freed // lots)
    return [part, max(1, pieces - part)]


def _audited(audit: AuditReport | None) -> CheckResult:
    if audit is None:
        return CheckResult(invariant="receipts equal counted stock", ok=False, detail="no audit took place")
    differences = [each for stock in audit.stocks for each in stock.differences]
    return CheckResult(
        invariant="receipts equal counted stock",
        ok=audit.agrees,
        detail="; ".join(differences) or f"{len(audit.stocks)} stocks audited at block {audit.block_number}",
    )
