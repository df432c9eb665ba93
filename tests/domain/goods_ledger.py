"""A ledger in memory with goods: a keeper's counted stock, receipts over it, a bill of lading."""

from __future__ import annotations

from model_ledger import CNY, DAY_S, NOW_S, OFFICES, by, digest, key, officer

from counterfoil.domain.events.goods_events import BackingLot, BillTerms
from counterfoil.domain.goods.receipt_terms import Part
from counterfoil.domain.ledger import Call, DraftTerms, Ledger, Pledge, Seal
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import PartyRole

KEEPER, KEEPER2, INSPECTOR, OWNER, BUYER, FUNDER, CARRIER, ALL_HATS = range(1, 9)
ROLES = {
    KEEPER: PartyRole.KEEPER,
    KEEPER2: PartyRole.KEEPER,
    INSPECTOR: PartyRole.INSPECTOR,
    OWNER: PartyRole.SUPPLIER,
    BUYER: PartyRole.CORE_ENTERPRISE,
    FUNDER: PartyRole.FUNDER,
    CARRIER: PartyRole.CARRIER,
    ALL_HATS: PartyRole.KEEPER | PartyRole.INSPECTOR | PartyRole.CARRIER | PartyRole.FUNDER,
}
SITE, COIL = digest("site"), digest("coil")
CAP = 1_000_000
ALWAYS_S = NOW_S + 365 * DAY_S
ROOT = digest("elements")
REASON = digest("reason")

__all__ = ["CNY", "DAY_S", "NOW_S", "by", "digest", "key", "officer"]


def with_goods(*, counted: int = 1000) -> Ledger:
    """Everybody is registered; stock 1 is the keeper's, counted; buyer and funder take goods in advance."""
    ledger = Ledger(offices=OFFICES)
    for party_id, roles in ROLES.items():
        ledger.parties.register(
            officer(), roles=roles, onboarding_hash=digest(party_id), keys=[key(party_id)]
        )
    for party_id in (BUYER, FUNDER):
        ledger.parties.set_standing_acceptance(by(party_id), debtor_id=None, given=True)
    for keeper_id in (KEEPER, KEEPER2, ALL_HATS):
        ledger.stocks.set_exposure_cap(officer(), keeper_id=keeper_id, currency=CNY, cap_minor=CAP)
    ledger.stocks.open(by(KEEPER), site=SITE, good=COIL, decimals=3)
    if counted:
        count(ledger, counted)
    return ledger


def count(ledger: Ledger, quantity: int, *, stock_id: int = 1, now_s: int = NOW_S) -> None:
    ledger.stocks.attest(
        by(INSPECTOR, now_s), stock_id=stock_id, quantity=quantity, evidence_hash=digest("report")
    )


def lots(**quantities: int) -> tuple[BackingLot, ...]:
    """Lots by name: `lots(a=600, b=400)`."""
    return tuple(BackingLot(key=digest(name), quantity=quantity) for name, quantity in quantities.items())


def keys(*names: str) -> tuple[bytes, ...]:
    return tuple(digest(name) for name in names)


def terms(*behind: BackingLot, **changed: object) -> DraftTerms:
    stated: dict[str, object] = {
        "stock_id": 1,
        "depositor_id": OWNER,
        "currency": CNY,
        "value_minor": 90_000,
        "pledge_consent": True,
        "detail_root": ROOT,
        "lots": behind or lots(a=600, b=400),
    }
    return DraftTerms(**{**stated, **changed})  # type: ignore[arg-type]  # a table of arguments


def drafted(ledger: Ledger, *behind: BackingLot, **changed: object) -> int:
    return ledger.receipts.draft(by(KEEPER), terms(*behind, **changed))


def attested(ledger: Ledger, *behind: BackingLot, now_s: int = NOW_S, **changed: object) -> int:
    receipt_id = drafted(ledger, *behind, **changed)
    ledger.receipts.attest(by(INSPECTOR, now_s), receipt_id=receipt_id, evidence_hash=digest("seen"))
    return receipt_id


def issued(ledger: Ledger, *behind: BackingLot, **changed: object) -> int:
    receipt_id = attested(ledger, *behind, **changed)
    ledger.receipts.issue(by(KEEPER), receipt_id=receipt_id)
    return receipt_id


def seal(by_id: int | None = KEEPER, *, deadline_s: int = ALWAYS_S) -> Seal:
    return Seal(deadline_s=deadline_s, sealed_by=None if by_id is None else key(by_id))


def part(*names: str) -> Part:
    return Part(detail_root=digest(("part", *names)), lots=keys(*names))


def pledge(ledger: Ledger, asset_id: AssetId, *, pledgor: int = OWNER, now_s: int = NOW_S) -> None:
    ledger.liens.pledge(
        by(pledgor, now_s),
        Pledge(
            asset_id=asset_id,
            pledgee_id=FUNDER,
            secured_minor=50_000,
            registered_at_s=0,
            agreement_hash=digest("agreement"),
            registration_hash=bytes(32),
        ),
    )


def block(ledger: Ledger, asset_id: AssetId) -> None:
    ledger.liens.block(officer(), asset_id=asset_id, match_hash=digest("match"))


def bill_terms(number: str = "MSCU123", **changed: object) -> BillTerms:
    stated: dict[str, object] = {
        "number": digest(number),
        "shipper_id": OWNER,
        "good": COIL,
        "quantity": 1000,
        "decimals": 3,
        "detail_root": ROOT,
    }
    return BillTerms(**{**stated, **changed})  # type: ignore[arg-type]  # a table of arguments


def call(party_id: int, now_s: int = NOW_S) -> Call:
    return by(party_id, now_s)
