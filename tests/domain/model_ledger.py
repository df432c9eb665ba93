"""A ledger in memory with a life behind it: notes in several states, liens, loans, payments."""

from __future__ import annotations

from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.ledger import Call, Ledger, LoanTerms, LotRange, Pledge, PurchaseTerms
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import Office, PartyRole

NOW_S = 1_750_000_000
DAY_S = 86_400
MATURITY_S = NOW_S + 90 * DAY_S
CNY = 156
OFFICER = "0x00000000000000000000000000000000000000FF"
OFFICES = {office: frozenset({OFFICER}) for office in Office}
CORE, FIRST, SECOND, LENDER = 1, 2, 3, 4


def key(party_id: int) -> str:
    return f"0x{party_id:040x}"


def digest(text: object) -> bytes:
    return str(text).encode().ljust(32, b".")[:32]


def by(party_id: int, now_s: int = NOW_S) -> Call:
    return Call(key=key(party_id), now_s=now_s)


def officer(now_s: int = NOW_S) -> Call:
    return Call(key=OFFICER, now_s=now_s)


def with_parties() -> Ledger:
    """A debtor with cash, two suppliers, a lender with cash."""
    ledger = Ledger(offices=OFFICES)
    roles = (PartyRole.CORE_ENTERPRISE, PartyRole.SUPPLIER, PartyRole.SUPPLIER, PartyRole.FUNDER)
    for party_id, role in enumerate(roles, start=1):
        ledger.parties.register(officer(), roles=role, onboarding_hash=digest(party_id), keys=[key(party_id)])
    for party_id in (CORE, LENDER):
        ledger.cash.issue(
            officer(), party_id=party_id, currency=CNY, amount_minor=10_000, deposit_hash=digest(party_id)
        )
    return ledger


def open_note(ledger: Ledger, face: int = 1000, *, confirmed: bool = True) -> int:
    """A note of the debtor to the first supplier over one invoice."""
    share = InvoiceShare(
        fingerprint=digest(f"invoice {len(ledger.state.notes)}"), payable_minor=face + 100, amount_minor=face
    )
    note_id = ledger.notes.propose(
        by(FIRST),
        debtor_id=CORE,
        creditor_id=FIRST,
        currency=CNY,
        maturity_at_s=MATURITY_S,
        terms_hash=digest("terms"),
        invoices=[share],
    )
    if confirmed:
        ledger.notes.confirm(by(CORE), note_id=note_id, face_minor=face)
    return note_id


def lived() -> Ledger:
    """Note 1 is half paid, with a pledged and an offered lot; 2 is settled; 3 is sold; 4 waits; 5 is void."""
    ledger = with_parties()
    for _ in range(3):
        open_note(ledger)
    open_note(ledger, confirmed=False)
    share = ledger.state.notes[open_note(ledger)].invoices
    ledger.notes.cancel(by(FIRST), note_id=5, invoices=share, reason_hash=digest("void"))
    ledger.lots.split(
        by(FIRST),
        lot_id=LotId.root(1),
        children=[(300, FIRST), (300, SECOND), (400, FIRST)],
        background=digest("order"),
    )
    loan = LoanTerms(
        lot_id=LotId(1, 1, 0),
        principal_minor=250,
        rate_bps=500,
        day_basis=360,
        due_at_s=MATURITY_S,
        expires_at_s=NOW_S + DAY_S,
        registered_at_s=0,
        agreement_hash=digest("agreement"),
        registration_hash=bytes(32),
    )
    ledger.financings.accept(by(FIRST), financing_id=ledger.financings.offer_loan(by(LENDER), loan))
    ledger.liens.pledge(
        by(FIRST),
        Pledge(
            asset_id=AssetId.of_lot(LotId(1, 1, 2)),
            pledgee_id=SECOND,
            secured_minor=50,
            registered_at_s=0,
            agreement_hash=digest("agreement"),
            registration_hash=bytes(32),
        ),
    )
    bought = PurchaseTerms(
        lot_id=LotId.root(3), price_minor=900, expires_at_s=NOW_S + DAY_S, agreement_hash=digest("sale")
    )
    ledger.financings.accept(by(FIRST), financing_id=ledger.financings.offer_purchase(by(LENDER), bought))
    due = by(CORE, MATURITY_S)
    ledger.settlement.settle(due, note_id=1, amount_minor=500, ranges=[LotRange(segment=1, start=0, stop=2)])
    ledger.settlement.settle(due, note_id=1, amount_minor=100, ranges=[LotRange(segment=1, start=0, stop=1)])
    ledger.settlement.settle(due, note_id=2, amount_minor=1000, ranges=[LotRange(segment=0, start=0, stop=0)])
    ledger.cash.redeem(by(FIRST), currency=CNY, amount_minor=10, account_hash=digest("account"))
    return ledger
