"""Blocks by liens registered elsewhere: what they stop, for whom, and until when."""

from __future__ import annotations

from counterfoil.domain.lot import AssetId, LotId
from model import lien_commands, money_commands
from model.commands import digest
from scenarios.facility_table import (
    REASON,
    agreed,
    lot,
    priced,
    receipt,
    stocked,
)
from scenarios.scenario_table import (
    NO_HASH,
    Row,
    Scenario,
    live,
    offer_loan,
    offer_purchase,
    pledge,
    release,
    root,
    split,
)

MATCH = digest("entry of the registry")
KEPT, FREED = LotId(1, 1, 0), LotId(1, 1, 1)
block, resolve = lien_commands.block_asset, lien_commands.resolve_block
release_part, propose = lien_commands.release_part_of_lot, lien_commands.propose_substitute
PLEDGED = [*live(1000), Row("s1", pledge(root(1), "lender", 500))]
EVERYBODY_ELSE = ["core", "s1", "s2", "lender2"]
OFFICES = ["registrar", "bank", "arbiter", "examiner", "stranger"]


def test_a_block_on_one_lot_stops_pledges_of_the_whole_note_until_it_is_lifted(scenario: Scenario) -> None:
    first, second = LotId(1, 1, 0), LotId(1, 1, 1)
    scenario.play(
        [
            *live(1000),
            Row("s1", split(root(1), ("s1", 600), ("s1", 400))),
            Row("examiner", block(AssetId.of_lot(second), MATCH)),
            Row("s1", pledge(first, "lender", 5), refused="AssetBlocked", facts={"blocks": 1}),
            Row("s1", pledge(second, "lender", 5), refused="AssetBlocked"),
            Row("lender", offer_loan(first, 100)),
            Row("s1", money_commands.accept_offer(1), refused="AssetBlocked", cash={"s1": 0}),
            # What is sold is not pledged: who buys is told by others.
            Row("lender", offer_purchase(second, 100)),
            Row("s1", money_commands.accept_offer(2), lots="1-600 s1 FREE | 601-1000 lender FREE"),
            Row("arbiter", resolve(AssetId.of_lot(first), MATCH, False, REASON)),
            Row("s1", money_commands.accept_offer(1), lots="1-600 s1 PLEDGED | 601-1000 lender FREE"),
        ]
    )


def test_a_block_that_is_upheld_stays(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("examiner", block(lot(), MATCH)),
            Row("arbiter", resolve(lot(), MATCH, True, REASON)),
            Row("s1", pledge(root(1), "lender", 5), refused="AssetBlocked"),
            Row("examiner", block(lot(), MATCH), refused="BlockExists"),
            # New evidence: it may be decided again.
            Row("arbiter", resolve(lot(), MATCH, False, digest("discharged elsewhere"))),
            Row("s1", pledge(root(1), "lender", 5)),
        ]
    )
    (found,) = scenario.twin.state.blocks[lot()]
    assert (found.open, found.upheld, found.reason_hash) == (False, False, digest("discharged elsewhere"))


def test_every_match_is_resolved_by_itself(scenario: Scenario) -> None:
    other = digest("another entry")
    scenario.play(
        [
            *live(1000),
            Row("examiner", block(lot(), MATCH)),
            Row("examiner", block(lot(), other)),
            Row("s1", pledge(root(1), "lender", 5), refused="AssetBlocked", facts={"blocks": 2}),
            Row("arbiter", resolve(lot(), MATCH, False, REASON)),
            Row("s1", pledge(root(1), "lender", 5), refused="AssetBlocked", facts={"blocks": 1}),
            Row("arbiter", resolve(lot(), MATCH, False, REASON), refused="BlockUnknown"),
            Row("arbiter", resolve(lot(), other, False, REASON)),
            # A match that was lifted may come again, and is a block of its own.
            Row("examiner", block(lot(), MATCH)),
            Row("s1", pledge(root(1), "lender", 5), refused="AssetBlocked", facts={"blocks": 1}),
        ]
    )
    assert [each.open for each in scenario.twin.state.blocks[lot()]] == [False, False, True]


def test_who_blocks_and_who_resolves(scenario: Scenario) -> None:
    asked, decided = block(lot(), MATCH), resolve(lot(), MATCH, False, REASON)
    others = ["core", "s1", "lender", "registrar", "bank", "governor", "stranger"]
    scenario.play(
        [
            *live(1000),
            *(Row(who, asked, refused="AccessManagedUnauthorized") for who in (*others, "arbiter")),
            Row("examiner", block(lot(), NO_HASH), refused="ReasonHashMissing"),
            Row("examiner", block(lot(7), MATCH), refused="LotUnknown"),
            Row("examiner", block(receipt(1), MATCH), refused="ReceiptUnknown"),
            Row("examiner", block(AssetId(4, 1), MATCH), refused="AssetKindUnknown"),
            Row("examiner", block(AssetId(1, lot().reference | 1 << 200), MATCH), refused="AssetUnknown"),
            Row("examiner", asked),
            *(Row(who, decided, refused="AccessManagedUnauthorized") for who in (*others, "examiner")),
            Row("arbiter", resolve(lot(), digest("other"), False, REASON), refused="BlockUnknown"),
            Row("arbiter", resolve(lot(), MATCH, False, NO_HASH), refused="ReasonHashMissing"),
            Row("arbiter", decided),
        ]
    )


def test_a_lien_in_force_is_not_touched_by_a_block(scenario: Scenario) -> None:
    scenario.play(
        [
            *PLEDGED,
            Row("examiner", block(lot(), MATCH)),
            # Neither side is kept from ending it, and a part of a claim has its block on the note.
            Row("lender", release_part(lot(), 400, REASON), lots="1-400 s1 PLEDGED | 401-1000 s1 FREE"),
            Row("s1", pledge(FREED, "lender2", 5), refused="AssetBlocked"),
            Row("lender", release(KEPT), lots="1-400 s1 FREE | 401-1000 s1 FREE"),
            Row("s1", pledge(KEPT, "lender", 5), refused="AssetBlocked"),
        ]
    )


def test_a_block_on_goods_is_that_receipts_alone(scenario: Scenario) -> None:
    scenario.play(
        [
            *stocked(100, 100),
            priced(),
            Row("examiner", block(receipt(1), MATCH)),
            Row("s1", money_commands.pledge(agreed(receipt(1))), refused="AssetBlocked"),
            Row("s1", money_commands.pledge(agreed(receipt(2)))),
            Row("arbiter", resolve(receipt(1), MATCH, True, REASON)),
            Row("s1", money_commands.pledge(agreed(receipt(1))), refused="AssetBlocked"),
        ]
    )
