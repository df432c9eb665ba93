"""The holder's own title among the claims on a lot: by what it holds, and since when the debtor knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.lot import LotId
from counterfoil.domain.lot_title import LotTitle, lot_title
from counterfoil.domain.priority import Claim, ClaimKind
from counterfoil.usecases.financing.accept_offer import accept_offer
from counterfoil.usecases.financing.offer_purchase import offer_purchase
from counterfoil.usecases.liens.lien_priority import lien_priority
from counterfoil.usecases.lots.accept_assignment import accept_assignment
from counterfoil.usecases.lots.acknowledge_assignment import acknowledge_assignment
from counterfoil.usecases.lots.assign_lot import assign_lot
from counterfoil.usecases.lots.pledge_lot import pledge_lot
from counterfoil.usecases.lots.revoke_assignment import revoke_assignment
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.workbench import Workbench
from ledger_support import BANK, HALDEN, LAHN, VALTENNA

WHOLE = LotId(1, 0, 0)
PART = LotId(1, 1, 0)
PART_TEXT = "lot:1.1.0"


@pytest.fixture
def bench(live: OpenLedger) -> Workbench:
    """Note 1 over 1,000.00 EUR is live and Lahn's. Valtenna and the bank accept in advance."""
    for firm in (VALTENNA, BANK):
        set_standing_acceptance(live.bench, actor=firm.key)
    return live.bench


def title(bench: Workbench, lot: LotId) -> LotTitle:
    return lot_title(bench.read_model.history(), bench.read_model.state, lot_id=lot)


def party(bench: Workbench, key: str) -> int:
    with bench.store.begin() as work:
        found = work.parties.by_key(key)
    assert found is not None
    assert found.party_id is not None
    return found.party_id


def newest(bench: Workbench) -> datetime:
    return datetime.fromtimestamp(list(bench.read_model.history())[-1].at_s, UTC)


def cut(bench: Workbench) -> None:
    split_lot(
        bench,
        actor=LAHN.key,
        lot=WHOLE,
        parts=[
            SplitPart(amount_minor=40_000, party=VALTENNA.key, reference="PO-7"),
            SplitPart(amount_minor=None),
        ],
    )


def factor(bench: Workbench, reference: str, **times: datetime) -> Claim:
    return Claim(reference=reference, kind=ClaimKind.FACTORING, secured_minor=40_000, **times)


def order(bench: Workbench, *others: Claim) -> list[str]:
    places = lien_priority(bench, asset=PART_TEXT, others=others).ranking.places
    return [claim.reference for place in places for claim in place.claims]


def test_the_creditors_own_claim_competes_with_nobody(bench: Workbench) -> None:
    acknowledge_assignment(bench, actor=HALDEN.key, lot=WHOLE)
    assert not title(bench, WHOLE).acquired
    assert lien_priority(bench, asset="lot:1.0.0").ranking.places == ()
    cut(bench)
    assert lien_priority(bench, asset="lot:1.1.1").ranking.places == ()
    assert lien_priority(bench, asset="lot:1.0.0").ranking.places == (), "a lot that was split is history"


def test_an_assignment_ranks_from_the_debtors_acknowledgement_on(bench: Workbench) -> None:
    cut(bench)
    rival = factor(bench, "earlier notice", notified_at=bench.now())
    assert order(bench, rival) == ["earlier notice", PART_TEXT]
    unknown = lien_priority(bench, asset=PART_TEXT).ranking.places[0]
    assert unknown.reason == "neither registered nor notified to the debtor"

    acknowledge_assignment(bench, actor=HALDEN.key, lot=PART)
    known_at = newest(bench)
    acknowledge_assignment(bench, actor=HALDEN.key, lot=PART)

    assert title(bench, PART) == LotTitle(
        holder_id=party(bench, VALTENNA.key), acquired=True, notified_at=known_at
    )
    second = timedelta(seconds=1)
    assert order(
        bench,
        factor(bench, "later notice", notified_at=known_at + second),
        factor(bench, "earlier notice", notified_at=known_at - second),
        factor(bench, "registered", registered_at=known_at + second),
        factor(bench, "nothing"),
    ) == ["registered", "earlier notice", PART_TEXT, "later notice", "nothing"]
    holder = lien_priority(bench, asset=PART_TEXT).holders[PART_TEXT]
    assert holder == f"{VALTENNA.name} (party {party(bench, VALTENNA.key)}), who holds it"


def test_a_registered_pledge_goes_before_the_title_that_gave_it(bench: Workbench) -> None:
    cut(bench)
    acknowledge_assignment(bench, actor=HALDEN.key, lot=PART)
    pledge_lot(
        bench,
        actor=VALTENNA.key,
        lot=PART,
        pledgee=BANK.key,
        secured_minor=10_000,
        agreement="PL-1",
        registration="0613-1",
        registered_at=bench.now(),
    )
    ranking = lien_priority(bench, asset=PART_TEXT).ranking
    assert [claim.reference for place in ranking.places for claim in place.claims] == [
        f"{PART_TEXT}#1",
        PART_TEXT,
    ]
    assert {place.rule.rule_id for place in ranking.places} == {"GI-66"}


def test_notice_is_of_one_holder_and_stays_with_what_is_cut_from_its_lot(bench: Workbench) -> None:
    cut(bench)
    acknowledge_assignment(bench, actor=HALDEN.key, lot=PART)
    known_at = newest(bench)
    split_lot(
        bench,
        actor=VALTENNA.key,
        lot=PART,
        parts=[
            SplitPart(amount_minor=15_000, party=BANK.key, reference="PO-8"),
            SplitPart(amount_minor=None),
        ],
    )
    (theirs, rest) = bench.read_model.state.children[PART]

    assert title(bench, theirs).notified_at is None
    assert title(bench, rest).notified_at == known_at


def test_an_offered_lot_is_its_assignors_until_it_is_accepted(bench: Workbench) -> None:
    set_standing_acceptance(bench, actor=VALTENNA.key, given=False)
    first = assign_lot(bench, actor=LAHN.key, lot=WHOLE, to=VALTENNA.key, reference="PO-7").lot_id
    assert not title(bench, PART).acquired
    revoke_assignment(bench, actor=LAHN.key, lot=first)
    assert title(bench, PART) == LotTitle(holder_id=party(bench, LAHN.key))
    second = assign_lot(bench, actor=LAHN.key, lot=first, to=VALTENNA.key, reference="PO-7").lot_id
    acknowledge_assignment(bench, actor=HALDEN.key, lot=second)
    accept_assignment(bench, actor=VALTENNA.key, lot=second)
    assert title(bench, LotId(1, 2, 0)) == LotTitle(holder_id=party(bench, VALTENNA.key), acquired=True)


def test_a_purchase_is_factoring_until_the_lot_moves_on(bench: Workbench) -> None:
    offered = offer_purchase(
        bench,
        actor=BANK.key,
        lot=WHOLE,
        price_minor=90_000,
        expires_at=bench.now() + timedelta(days=1),
        agreement="HF-1",
    )
    accept_offer(bench, actor=LAHN.key, financing_id=offered.financing_id)
    assert title(bench, WHOLE) == LotTitle(holder_id=party(bench, BANK.key), acquired=True, purchased=True)
    (place,) = lien_priority(bench, asset="lot:1.0.0").ranking.places
    assert (place.rule.rule_id, place.claims[0].kind) == ("CC-768", ClaimKind.FACTORING)
    assign_lot(bench, actor=BANK.key, lot=WHOLE, to=VALTENNA.key, reference="sale")
    assert title(bench, WHOLE) == LotTitle(holder_id=party(bench, VALTENNA.key), acquired=True)
