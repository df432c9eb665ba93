"""Flows of goods as tables, as in scenario_table: who does what, and what stocks and receipts say after it.

    Row("keeper", draft(a=600, b=400), receipts={1: "DRAFT owner 1000"}),
    Row("owner", transfer(1, "buyer", sequence=1), refused="SealNotKeepers"),

Every row runs on the in-memory ledger and on the contracts. Seals are real signatures over what the row says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.goods_events import BackingLot, BillTerms
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, Source
from counterfoil.domain.invariants import check_invariants
from counterfoil.domain.ledger import DraftTerms, Pledge
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import Office, PartyRole
from model import bill_commands, commands, goods_commands, lien_commands, money_commands
from model.commands import Command, digest
from model.contract_chain import GOVERNOR, OFFICERS, START_S
from model.keyring import account, address
from model.seals import DivisionOf, SealOf
from model.twin import Twin

CNY, EUR = 156, 978
DAY_S = 86_400
AGE_S = 30 * DAY_S
LATEST_S = 2**40 - 1
NO_HASH = bytes(32)
CAP = 1_000_000
SITE, COIL, PLATE = digest("site"), digest("coil"), digest("plate")
ROOT, BACKGROUND, REASON = digest("elements"), digest("order 7"), digest("reason")

ROLES = {
    "keeper": PartyRole.KEEPER,
    "keeper2": PartyRole.KEEPER | PartyRole.INSPECTOR,
    "inspector": PartyRole.INSPECTOR,
    "owner": PartyRole.SUPPLIER,
    "buyer": PartyRole.CORE_ENTERPRISE,
    "funder": PartyRole.FUNDER,
    "carrier": PartyRole.CARRIER,
    # May be anything, and is nobody in what happens: a wrong caller with every role.
    "outsider": PartyRole((1 << 10) - 1),
}
IDS = {name: number for number, name in enumerate(ROLES, start=1)}
NAMES = {number: name for name, number in IDS.items()}
ACCOUNTS = {name: account(0x5EA1 + number) for name, number in IDS.items()}
KEYS = {name: str(signer.address) for name, signer in ACCOUNTS.items()} | {
    "registrar": OFFICERS[Office.REGISTRAR],
    "arbiter": OFFICERS[Office.ARBITER],
    "examiner": OFFICERS[Office.EXAMINER],
    "governor": str(GOVERNOR.address),
    "stranger": address(0x6666),
}
ACCEPTING = ("buyer", "funder", "outsider")


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Time that passes, until so many seconds after START_S."""

    until_s: int


@dataclass(frozen=True)
class Row:
    """One line. refused: the error's code; facts: some of its values.

    receipts, bills: "STATE holder quantity" by number; stocks: "attested/receipted"; exposure: the keeper's.
    """

    who: str
    command: Command
    refused: str | None = None
    facts: dict[str, object] = field(default_factory=dict)
    receipts: dict[int, str] = field(default_factory=dict)
    bills: dict[int, str] = field(default_factory=dict)
    stocks: dict[int, str] = field(default_factory=dict)
    exposure: int | None = None


class GoodsScenario:
    """A twin with the named parties and one counted stock of the keeper."""

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
        assert {number: self.receipt(number) for number in row.receipts} == row.receipts, where
        assert {number: self.bill(number) for number in row.bills} == row.bills, where
        assert {number: self.stock(number) for number in row.stocks} == row.stocks, where
        if row.exposure is not None:
            assert self.twin.state.exposures.get((IDS["keeper"], CNY), 0) == row.exposure, where

    def receipt(self, receipt_id: int) -> str:
        receipt = self.twin.state.receipts[receipt_id]
        return f"{receipt.state.name} {NAMES[receipt.holder_id]} {receipt.quantity}"

    def bill(self, bill_id: int) -> str:
        bill = self.twin.state.bills[bill_id]
        return f"{bill.state.name} {NAMES[bill.holder_id]} {bill.quantity}"

    def stock(self, stock_id: int) -> str:
        stock = self.twin.state.stocks[stock_id]
        return f"{stock.attested}/{stock.receipted}"

    def outcome(self, who: str, command: Command) -> str:
        """How it ends; nothing of it stays."""
        result = self.twin.attempt(KEYS[who], command)
        return result.code if isinstance(result, DomainError) else ""


def opened(twin: Twin) -> Twin:
    """The parties, the caps, and stock 1: 1,000.000 of coils, counted."""
    twin.expect_all(
        (KEYS["registrar"], commands.register_party(roles, digest(name), [KEYS[name]]))
        for name, roles in ROLES.items()
    )
    for name in ACCEPTING:
        twin.expect(KEYS[name], commands.set_standing_acceptance(None, True))
    twin.expect_all(
        (KEYS["governor"], goods_commands.set_exposure_cap(IDS[name], CNY, CAP))
        for name in ("keeper", "keeper2", "outsider")
    )
    twin.expect(KEYS["keeper"], goods_commands.open_stock(SITE, COIL, 3))
    twin.expect(KEYS["inspector"], count(1000))
    return twin


# -- the words of the tables --


def count(quantity: int, stock_id: int = 1) -> Command:
    return goods_commands.attest_stock(stock_id, quantity, digest("report"))


def lots(**quantities: int) -> tuple[BackingLot, ...]:
    return tuple(BackingLot(key=digest(name), quantity=quantity) for name, quantity in quantities.items())


def keys(names: str) -> tuple[bytes, ...]:
    """Keys of lots by their names: "a b"."""
    return tuple(digest(name) for name in names.split())


def draft(
    *,
    stock_id: int = 1,
    depositor: str = "owner",
    currency: int = CNY,
    value: int = 90_000,
    consent: bool = True,
    root: bytes = ROOT,
    **quantities: int,
) -> Command:
    return goods_commands.draft(
        DraftTerms(
            stock_id=stock_id,
            depositor_id=IDS[depositor],
            currency=currency,
            value_minor=value,
            pledge_consent=consent,
            detail_root=root,
            lots=lots(**quantities),
        )
    )


def attest(receipt_id: int) -> Command:
    return goods_commands.attest_receipt(receipt_id, digest("seen"))


def issue(receipt_id: int) -> Command:
    return goods_commands.issue(receipt_id)


def issued(receipt_id: int, command: Command) -> list[Row | Wait]:
    """From the draft to title."""
    return [
        Row("keeper", command),
        Row("inspector", attest(receipt_id)),
        Row("keeper", issue(receipt_id)),
    ]


ISSUED = issued(1, draft(a=600, b=400))


def transfer(
    receipt_id: int,
    to: str,
    *,
    sequence: int = 0,
    by: str | None = "keeper",
    background: bytes = BACKGROUND,
    deadline_s: int = LATEST_S,
    sealed_to: str | None = None,
    sealed_for: int | None = None,
) -> Command:
    """sealed_to, sealed_for: what the seal says, where it is another transferee or receipt."""
    statement = KeeperSeal.for_transfer(
        receipt_id=sealed_for or receipt_id,
        sequence=sequence,
        to_id=IDS[sealed_to or to],
        background=background,
        deadline_s=deadline_s,
    )
    return goods_commands.transfer(receipt_id, IDS[to], background, _seal(statement, by))


def part(names: str) -> Part:
    return Part(detail_root=digest("part " + names), lots=keys(names))


def split(
    receipt_id: int,
    *parts: str,
    sequence: int = 0,
    by: str | None = "keeper",
    rest: bytes = digest("rest"),
    stated: Sequence[Part] | None = None,
) -> Command:
    """parts: lots by name, "a b"; or whole Parts as `stated`."""
    cut = [part(names) for names in parts] if stated is None else stated
    statement = KeeperSeal.for_split(
        receipt_id=receipt_id, sequence=sequence, parts=cut, remainder_root=rest, deadline_s=LATEST_S
    )
    return goods_commands.split(receipt_id, cut, rest, _seal(statement, by))


def merge(
    receipt_id: int,
    *sources: tuple[int, str],
    sequence: int = 0,
    by: str | None = "keeper",
    root: bytes = digest("merged"),
) -> Command:
    joined = [Source(receipt_id=number, lots=keys(names)) for number, names in sources]
    statement = KeeperSeal.for_merge(
        receipt_id=receipt_id, sequence=sequence, sources=joined, detail_root=root, deadline_s=LATEST_S
    )
    return goods_commands.merge(receipt_id, joined, root, _seal(statement, by))


def release_part(
    receipt_id: int, names: str, *, sequence: int = 0, by: str | None = "keeper", reason: bytes = REASON
) -> Command:
    rest = digest("rest")
    statement = KeeperSeal.for_split(
        receipt_id=receipt_id,
        sequence=sequence,
        parts=[part(names)],
        remainder_root=rest,
        deadline_s=LATEST_S,
    )
    division = DivisionOf(part=part(names), remainder_root=rest, seal=_seal(statement, by))
    return goods_commands.release_part(receipt_id, division, reason)


def restack(receipt_id: int, removed: str, reason: bytes = REASON, **added: int) -> Command:
    return goods_commands.restack(receipt_id, keys(removed), lots(**added), reason)


def order_delivery(receipt_id: int) -> Command:
    return goods_commands.order_delivery(receipt_id, digest("deliver"))


def deliver(receipt_id: int, names: str) -> Command:
    return goods_commands.deliver(receipt_id, keys(names), digest("handed over"))


def pledge(asset_id: AssetId, pledgee: str = "funder", secured: int = 50_000) -> Command:
    return money_commands.pledge(
        Pledge(
            asset_id=asset_id,
            pledgee_id=IDS[pledgee],
            secured_minor=secured,
            registered_at_s=START_S,
            agreement_hash=digest("agreement"),
            registration_hash=digest("registration"),
        )
    )


def pledge_receipt(receipt_id: int, pledgee: str = "funder") -> Command:
    return pledge(AssetId.of_receipt(receipt_id), pledgee)


def pledge_bill(bill_id: int, pledgee: str = "funder") -> Command:
    return pledge(AssetId.of_bill(bill_id), pledgee)


def release(asset_id: AssetId) -> Command:
    return money_commands.release(asset_id, REASON)


def block(asset_id: AssetId, match: str = "match") -> Command:
    return lien_commands.block_asset(asset_id, digest(match))


def lift(asset_id: AssetId, match: str = "match") -> Command:
    return lien_commands.resolve_block(asset_id, digest(match), False, REASON)


def enforce(asset_id: AssetId, to: str) -> Command:
    return lien_commands.enforce_by_order(asset_id, IDS[to], digest("order"))


def force(receipt_id: int, to: str) -> Command:
    return goods_commands.force_transfer(receipt_id, IDS[to], digest("order"))


def bill_terms(
    number: str = "MSCU 123",
    *,
    shipper: str = "owner",
    good: bytes = COIL,
    quantity: int = 1000,
    decimals: int = 3,
    root: bytes = ROOT,
) -> BillTerms:
    return BillTerms(
        number=digest(number) if number else NO_HASH,
        shipper_id=IDS[shipper],
        good=good,
        quantity=quantity,
        decimals=decimals,
        detail_root=root,
    )


def issue_bill(number: str = "MSCU 123", **changed: object) -> Command:
    return bill_commands.issue_bill(bill_terms(number, **changed))  # type: ignore[arg-type]  # passed on


def endorse(bill_id: int, to: str, background: bytes = BACKGROUND) -> Command:
    return bill_commands.endorse(bill_id, IDS[to], background)


def surrender(bill_id: int) -> Command:
    return bill_commands.surrender(bill_id, digest("surrender"))


def _seal(statement: KeeperSeal, by: str | None) -> SealOf:
    return SealOf(statement=statement, signer=None if by is None else ACCOUNTS[by])
