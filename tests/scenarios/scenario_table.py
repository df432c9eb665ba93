"""Flows as ledger tables: who does what, and what the books say after it.

A table runs on the in-memory ledger and on the contracts at once, and both must agree at every row.

    Row("s1", propose(...)),
    Row("core", confirm(1, 1000), lots="1-1000 s1 FREE"),
    Row("s1", split(root(1), {"s1": 400, "s2": 600}), lots="1-400 s1 FREE | 401-1000 s2 OFFERED"),
    Row("s2", accept_offer(1), refused="FinancingUnknown"),
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.invariants import check_invariants
from counterfoil.domain.ledger import LoanTerms, LotRange, Pledge, PurchaseTerms
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import NoteState, Office, PartyRole
from model import commands, money_commands
from model.commands import Command, digest
from model.contract_chain import GOVERNOR, OFFICERS, START_S
from model.keyring import account, address
from model.twin import Twin

CNY = 156
DAY_S = 86_400
MATURITY_S = START_S + 90 * DAY_S
MAX_48 = 2**48 - 1
NO_HASH = bytes(32)

ROLES = {
    "core": PartyRole.CORE_ENTERPRISE,
    "core2": PartyRole.CORE_ENTERPRISE | PartyRole.FUNDER,
    "s1": PartyRole.SUPPLIER,
    "s2": PartyRole.SUPPLIER,
    "s3": PartyRole.SUPPLIER,
    "lender": PartyRole.FUNDER,
    "lender2": PartyRole.FUNDER,
    "keeper": PartyRole.KEEPER,
    "inspector": PartyRole.INSPECTOR,
    "carrier": PartyRole.CARRIER,
    "source": PartyRole.PRICE_SOURCE,
}
KEEPER_ACCOUNT = account(0x4EE9)
IDS = {name: number for number, name in enumerate(ROLES, start=1)}
NAMES = {number: name for name, number in IDS.items()}
KEYS = {name: address(0x1000 + number) for name, number in IDS.items()} | {
    "registrar": OFFICERS[Office.REGISTRAR],
    "bank": OFFICERS[Office.BANK],
    "arbiter": OFFICERS[Office.ARBITER],
    "examiner": OFFICERS[Office.EXAMINER],
    "governor": GOVERNOR.address,
    # It seals, so that its key must sign.
    "keeper": KEEPER_ACCOUNT.address,
    "stranger": address(0x6666),
}
OPENING_CASH = {"core": 2 * MAX_48, "core2": 1_000, "lender": 10_000_000, "lender2": 10_000_000}


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Time that passes, until so many seconds after START_S."""

    until_s: int


@dataclass(frozen=True)
class Row:
    """One line of a table. refused: the error's code; facts: some of its values.

    lots: the leaves of note `note_id`, in order, as "first-last holder STATE"; cash: balances in CNY.
    """

    who: str
    command: Command
    refused: str | None = None
    facts: dict[str, object] = field(default_factory=dict)
    note_id: int = 1
    lots: str | None = None
    note: NoteState | None = None
    cash: dict[str, int] = field(default_factory=dict)


class Scenario:
    """A twin with the named parties, their cash and no notes."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin

    def play(self, rows: Sequence[Row | Wait]) -> None:
        """Every row, then everything: all views, and every invariant."""
        for place, row in enumerate(rows, start=1):
            if isinstance(row, Wait):
                self.twin.now_s = row.until_s
                continue
            result = self.twin.run(KEYS[row.who], row.command)
            where = f"row {place}: {row.who} {row.command.name}"
            if isinstance(result, DomainError):
                assert result.code == row.refused, f"{where}: {result.code} {result.facts}"
                assert {name: result.facts[name] for name in row.facts} == row.facts, where
            else:
                assert row.refused is None, f"{where}: not refused"
            self.compare(row, where)
        self.twin.check_all()
        failed = [each for each in check_invariants(self.twin.projected) if not each.ok]
        assert not failed

    def compare(self, row: Row, where: str) -> None:
        if row.lots is not None:
            assert self.lots(row.note_id) == row.lots, where
        if row.note is not None:
            assert self.twin.state.notes[row.note_id].state is row.note, where
        found = {name: self.cash(name) for name in row.cash}
        assert found == row.cash, where

    def lots(self, note_id: int) -> str:
        return " | ".join(
            f"{lot.first}-{lot.last} {NAMES[lot.holder_id]} {lot.state.name}"
            for lot in self.twin.state.leaves_of(note_id)
        )

    def cash(self, name: str) -> int:
        return self.twin.state.balance_of(IDS[name], CNY)


def opened(twin: Twin) -> Twin:
    """The parties and their cash."""
    twin.expect_all(
        (KEYS["registrar"], commands.register_party(roles, digest(name), [KEYS[name]]))
        for name, roles in ROLES.items()
    )
    twin.expect_all(
        (KEYS["bank"], money_commands.issue(IDS[name], CNY, amount, digest(("deposit", name))))
        for name, amount in OPENING_CASH.items()
    )
    return twin


# -- the words of the tables --


def root(note_id: int) -> LotId:
    return LotId.root(note_id)


def share(invoice: str, amount: int, payable: int | None = None) -> InvoiceShare:
    return InvoiceShare(
        fingerprint=digest(invoice),
        payable_minor=amount if payable is None else payable,
        amount_minor=amount,
    )


def propose(
    debtor: str,
    creditor: str,
    *invoices: InvoiceShare,
    currency: int = CNY,
    maturity_at_s: int = MATURITY_S,
) -> Command:
    return commands.propose(IDS[debtor], IDS[creditor], currency, maturity_at_s, digest("terms"), invoices)


def confirm(note_id: int, face: int) -> Command:
    return commands.confirm(note_id, face)


def live(
    face: int = 1000, *, debtor: str = "core", creditor: str = "s1", note_id: int = 1, invoice: str = ""
) -> list[Row]:
    """Both signatures on a note over one invoice."""
    stated = share(invoice or f"invoice of note {note_id}", face)
    return [
        Row(creditor, propose(debtor, creditor, stated)),
        Row(debtor, confirm(note_id, face)),
    ]


def split(lot_id: LotId, *parts: tuple[str, int], background: bytes = digest("order 7")) -> Command:
    return commands.split(lot_id, [(amount, IDS[name]) for name, amount in parts], background)


def assign(lot_id: LotId, to: str, background: bytes = digest("order 7")) -> Command:
    return commands.assign(lot_id, IDS[to], background)


def pledge(lot_id: LotId, pledgee: str, secured: int) -> Command:
    return money_commands.pledge(
        Pledge(
            asset_id=AssetId.of_lot(lot_id),
            pledgee_id=IDS[pledgee],
            secured_minor=secured,
            registered_at_s=START_S,
            agreement_hash=digest("agreement"),
            registration_hash=digest("registration"),
        )
    )


def release(lot_id: LotId) -> Command:
    return money_commands.release(AssetId.of_lot(lot_id), digest("released"))


def offer_loan(
    lot_id: LotId, principal: int, *, rate_bps: int = 360, due_at_s: int = MATURITY_S, day_basis: int = 360
) -> Command:
    return money_commands.offer_loan(
        LoanTerms(
            lot_id=lot_id,
            principal_minor=principal,
            rate_bps=rate_bps,
            day_basis=day_basis,
            due_at_s=due_at_s,
            expires_at_s=min(START_S + 30 * DAY_S, due_at_s),
            registered_at_s=START_S,
            agreement_hash=digest("agreement"),
            registration_hash=digest("registration"),
        )
    )


def offer_purchase(lot_id: LotId, price: int) -> Command:
    return money_commands.offer_purchase(
        PurchaseTerms(
            lot_id=lot_id,
            price_minor=price,
            expires_at_s=START_S + 30 * DAY_S,
            agreement_hash=digest("agreement"),
        )
    )


def settle(note_id: int, amount: int, *ranges: tuple[int, int, int]) -> Command:
    named = [LotRange(segment=segment, start=start, stop=stop) for segment, start, stop in ranges]
    return money_commands.settle(note_id, amount, named)
