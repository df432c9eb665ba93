"""From files to what the ledger can work with: parties, invoices, credit notes, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import InvoiceType, ReferenceKind
from counterfoil.domain.states import PartyRole
from counterfoil.domain.tiering import Debt
from counterfoil.entrypoints.demo.documents import Folder
from counterfoil.entrypoints.demo.refusals import INVOICE_FULLY_CREDITED
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.ports.engine import Receipt
from counterfoil.ports.store import InvoiceReadResult, InvoiceRecord
from counterfoil.usecases import refusals
from counterfoil.usecases.invoices.record_credit_note import record_credit_note
from counterfoil.usecases.invoices.record_invoices import RejectedDocument, record_invoices
from counterfoil.usecases.resolving import party_id_of
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An invoice with its parties' numbers and what credit notes left of it."""

    record: InvoiceRecord
    seller_id: int
    buyer_id: int
    available_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What became of a directory.

    to_cores: invoices that can become notes. debts: between suppliers, in the order of payment. owed:
    (currency, buyer, seller) of every invoice. read: how many files could be read at all.
    """

    read: int
    cores: frozenset[int]
    to_cores: tuple[Claimed, ...]
    debts: tuple[Debt, ...]
    owed: tuple[tuple[str, int, int], ...]
    rejected: tuple[RejectedDocument, ...]
    credited: int
    remarks: tuple[str, ...]

    def trade_references(self) -> dict[tuple[int, int, str], str]:
        """The background of each trade between suppliers, by seller, buyer and currency."""
        return {(debt.creditor, debt.debtor, debt.currency): debt.reference for debt in self.debts}


def take_in(bench: Workbench, folder: Folder, teller: Teller) -> Intake:
    """Read every document, register the parties, and take credit notes off the invoices that they name."""
    results: dict[bytes, InvoiceReadResult] = {}
    with teller.stage("Reading invoices", len(folder.documents)) as advance:
        for document in folder.documents:
            results[sha256(document.content).digest()] = bench.read_document(
                document.content, file_name=document.file_name
            )
            advance()

    # The port's shape: the name is for messages, and these results have it already.
    def as_read(content: bytes, *, file_name: str | None = None) -> InvoiceReadResult:  # noqa: ARG001 - see above
        return results[sha256(content).digest()]

    with teller.stage("Registering sellers and buyers, each with a key of its own") as registered:
        # The shape of an observer; here only that something took effect matters.
        def count(*, operation: str, receipt: Receipt) -> None:  # noqa: ARG001 - see above
            registered()

        counting = replace(bench, read_document=as_read, observers=(*bench.observers, count))
        batch = record_invoices(counting, documents=folder.documents)
    rejected = [*folder.unreadable, *batch.rejected]
    rejected += [_copy_refused(batch.recorded, rejected, name, earlier) for name, earlier in folder.copies]
    credited = _credit(bench, batch.recorded, rejected)
    return _sorted_out(
        bench,
        batch.recorded,
        rejected,
        credited=credited,
        read=sum(not result.refused for result in results.values()),
    )


def _copy_refused(
    recorded: Sequence[InvoiceRecord], rejected: Sequence[RejectedDocument], name: str, earlier: str
) -> RejectedDocument:
    """Why a byte-for-byte copy is refused: as a duplicate, or for what its first copy was refused for."""
    for refused in rejected:
        if refused.file_name == earlier:
            return replace(refused, file_name=name)
    first = next(record for record in recorded if record.file_name == earlier)
    duplicate = DomainError(
        refusals.INVOICE_DUPLICATE,
        number=first.invoice.number,
        seller=first.invoice.seller.name,
        earlier_file=earlier,
        earlier_format=first.invoice.format.value,
        earlier_number=first.invoice.number,
    )
    return RejectedDocument(file_name=name, code=duplicate.code, message=duplicate.message)


def _credit(bench: Workbench, recorded: Sequence[InvoiceRecord], rejected: list[RejectedDocument]) -> int:
    """Credit notes first, whatever the order of the files: no note is proposed over a credited amount."""
    taken = 0
    for record in recorded:
        if record.invoice.type is not InvoiceType.CREDIT_NOTE:
            continue
        try:
            record_credit_note(bench, credit_note=record.content_sha256, actor=record.seller_key)
        except DomainError as refused:
            rejected.append(refusal_of(record, refused))
        else:
            taken += 1
    return taken


def refusal_of(record: InvoiceRecord, refused: DomainError) -> RejectedDocument:
    """A refusal of what a document states, under its file."""
    return RejectedDocument(file_name=record.file_name, code=refused.code, message=refused.message)


def _sorted_out(
    bench: Workbench,
    recorded: Sequence[InvoiceRecord],
    rejected: list[RejectedDocument],
    *,
    credited: int,
    read: int,
) -> Intake:
    capacities = bench.read_model.state.invoices
    cores = frozenset(
        party_id
        for party_id, party in bench.read_model.state.parties.items()
        if party.roles & PartyRole.CORE_ENTERPRISE and not party.roles & PartyRole.SUPPLIER
    )
    to_cores: list[Claimed] = []
    between: list[Claimed] = []
    owed: list[tuple[str, int, int]] = []
    remarks: list[str] = []
    for record in recorded:
        invoice = record.invoice
        if invoice.type is InvoiceType.CREDIT_NOTE:
            continue
        seller, buyer = party_id_of(bench, record.seller_key), party_id_of(bench, record.buyer_key)
        known = capacities.get(record.fingerprint)
        available = invoice.payable_minor if known is None else known.available_minor
        owed.append((invoice.currency.code, buyer, seller))
        claimed = Claimed(record=record, seller_id=seller, buyer_id=buyer, available_minor=available)
        if available > 0:
            (to_cores if buyer in cores else between).append(claimed)
        elif known is None:
            payable = invoice.currency.format(invoice.payable_minor)
            refused = DomainError(refusals.INVOICE_NOT_PAYABLE, number=invoice.number, payable=payable)
            rejected.append(refusal_of(record, refused))
        else:
            remarks.append(DomainError(INVOICE_FULLY_CREDITED, number=invoice.number).message)
    return Intake(
        read=read,
        cores=cores,
        to_cores=tuple(to_cores),
        debts=tuple(_debt(claimed) for claimed in sorted(between, key=_due_order)),
        owed=tuple(owed),
        rejected=tuple(sorted(rejected, key=lambda each: each.file_name)),
        credited=credited,
        remarks=tuple(remarks),
    )


def _due_order(claimed: Claimed) -> tuple[bool, str, str, str]:
    """Who is paid first: the earliest due date, then the oldest invoice, then the file's name."""
    invoice = claimed.record.invoice
    due = invoice.due_date
    return due is None, str(due), invoice.issue_date.isoformat(), claimed.record.file_name


def _debt(claimed: Claimed) -> Debt:
    invoice = claimed.record.invoice
    background = [f"invoice {invoice.number}"]
    for kind in (ReferenceKind.ORDER, ReferenceKind.CONTRACT):
        found = next((each.number for each in invoice.references if each.kind is kind), None)
        if found:
            background.append(f"{kind.value} {found}")
            break
    return Debt(
        number=invoice.number,
        debtor=claimed.buyer_id,
        creditor=claimed.seller_id,
        currency=invoice.currency.code,
        amount_minor=claimed.available_minor,
        reference=", ".join(background),
    )
