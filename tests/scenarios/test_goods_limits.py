"""The edges of goods: the most lots, the largest quantity and value, the last second of a seal."""

from __future__ import annotations

import pytest

from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.ledger import DraftTerms
from counterfoil.domain.ledger.receipt_book import MAX_RECEIPT_LOTS, MAX_SEQUENCE, handed_over
from counterfoil.domain.ledger.receipt_shape import MAX_VALUE_MINOR
from counterfoil.domain.lot import AssetId
from model import goods_commands, lien_commands
from model.commands import Command, digest
from scenarios.goods_table import (
    CNY,
    COIL,
    IDS,
    ISSUED,
    PLATE,
    REASON,
    ROOT,
    SITE,
    GoodsScenario,
    Row,
    count,
    deliver,
    draft,
    issue_bill,
    issued,
    merge,
    order_delivery,
    pledge,
    split,
)

MAX_64 = 2**64 - 1


def draft_of(names: list[str], *, quantity: int = 1) -> Command:
    lots = tuple(BackingLot(key=digest(name), quantity=quantity) for name in names)
    terms = DraftTerms(
        stock_id=1,
        depositor_id=IDS["owner"],
        currency=CNY,
        value_minor=100,
        pledge_consent=True,
        detail_root=ROOT,
        lots=lots,
    )
    return goods_commands.draft(terms)


def test_a_draft_takes_so_many_lots_and_a_merge_more(goods: GoodsScenario) -> None:
    first = [f"a{place}" for place in range(MAX_RECEIPT_LOTS)]
    second = [f"b{place}" for place in range(MAX_RECEIPT_LOTS)]
    every = " ".join([*first, *second])
    over = {"count": MAX_RECEIPT_LOTS + 1, "maximum": MAX_RECEIPT_LOTS}
    goods.play(
        [
            Row("keeper", draft_of([*first, "one more"]), refused="TooManyLots", facts=over),
            *issued(1, draft_of(first)),
            *issued(2, draft_of(second)),
            Row("owner", merge(1, (2, " ".join(second))), receipts={1: "ISSUED owner 512"}),
            Row("owner", split(1, *first[:8], sequence=1), receipts={1: "ISSUED owner 504"}),
            Row("owner", merge(1, *((3 + place, first[place]) for place in range(8)), sequence=9)),
            Row("owner", order_delivery(1)),
            Row("keeper", deliver(1, every), receipts={1: "DELIVERED owner 512"}, stocks={1: "488/0"}),
        ]
    )
    assert goods.twin.state.receipts[1].sequence == 17
    assert goods.twin.state.physical_lots == {}


def test_the_largest_stock_is_receipted_to_the_last_unit(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("inspector", count(MAX_64)),
            *issued(1, draft(a=MAX_64 - 2, b=1)),
            Row("keeper", draft(c=2)),
            Row("inspector", goods_commands.attest_receipt(2, REASON)),
            Row(
                "keeper",
                goods_commands.issue(2),
                refused="StockExceeded",
                facts={"attested": MAX_64, "receipted": MAX_64 + 1},
            ),
            *issued(3, draft(d=1)),
            Row("owner", merge(1, (3, "d")), stocks={1: f"{MAX_64}/{MAX_64}"}),
            Row("owner", split(1, "a", sequence=1), receipts={4: f"ISSUED owner {MAX_64 - 2}"}),
        ]
    )


def test_the_largest_value_and_one_more(goods: GoodsScenario) -> None:
    cap = goods_commands.set_exposure_cap(IDS["keeper"], CNY, 2**96 - 1)
    goods.play(
        [
            Row("governor", cap),
            *issued(1, draft(value=MAX_VALUE_MINOR, a=333, b=667)),
            *issued_one(2, "c"),
            Row("owner", merge(1, (2, "c")), refused="ValueTooLarge", facts={"value_minor": 2**48}),
            # The largest product of a value and a quantity is divided without a loss.
            Row("owner", split(1, "a")),
            Row("owner", merge(1, (2, "c"), sequence=1), exposure=2**48),
        ]
    )
    values = [goods.twin.state.receipts[number].value_minor for number in (1, 3)]
    assert values == [MAX_VALUE_MINOR - MAX_VALUE_MINOR * 333 // 1000 + 1, MAX_VALUE_MINOR * 333 // 1000]


def issued_one(receipt_id: int, name: str) -> list[Row]:
    """A receipt of the value 1; the stock has no room left, so it is counted up first."""
    return [
        Row("inspector", count(2000)),
        Row("keeper", draft(value=1, **{name: 1})),
        Row("inspector", goods_commands.attest_receipt(receipt_id, REASON)),
        Row("keeper", goods_commands.issue(receipt_id)),
    ]


def test_stocks_have_eighteen_decimals_at_most_and_one_good_at_one_site(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("keeper", goods_commands.open_stock(SITE, PLATE, 19), refused="DecimalsInvalid"),
            Row("keeper", goods_commands.open_stock(SITE, PLATE, 18)),
            Row(
                "keeper", goods_commands.open_stock(SITE, PLATE, 0), refused="StockExists", facts={"stock": 2}
            ),
            Row("keeper", goods_commands.open_stock(bytes(32), PLATE, 0), refused="StockKeyMissing"),
            Row("keeper", goods_commands.open_stock(SITE, bytes(32), 0), refused="StockKeyMissing"),
            Row("keeper2", goods_commands.open_stock(SITE, COIL, 0)),
            Row("inspector", count(5, 4), refused="StockUnknown"),
            Row("inspector", count(5, 0), refused="StockUnknown"),
            Row("inspector", goods_commands.attest_stock(1, 5, bytes(32)), refused="EvidenceMissing"),
            Row("governor", goods_commands.set_exposure_cap(99, CNY, 5), refused="PartyUnknown"),
        ]
    )


@pytest.mark.parametrize("spelling", [1 << 64, 1 << 200, 1 << 247])
def test_an_asset_has_one_spelling(goods: GoodsScenario, spelling: int) -> None:
    """Bits that no receipt or bill uses name nothing, so that a second lien finds no second name."""
    receipt = AssetId(2, 1 | spelling)
    bill = AssetId(3, 1 | spelling)
    goods.play(
        [
            *ISSUED,
            Row("carrier", issue_bill()),
            Row("owner", pledge(AssetId.of_receipt(1))),
            Row("owner", pledge(receipt, "buyer"), refused="AssetUnknown"),
            Row("owner", pledge(bill, "buyer"), refused="AssetUnknown"),
            Row("owner", pledge(AssetId(4, 1)), refused="AssetKindUnknown"),
            Row("owner", pledge(AssetId.of_receipt(0)), refused="ReceiptUnknown"),
            Row("owner", pledge(AssetId.of_bill(0)), refused="AssetUnknown"),
            Row(
                "arbiter",
                lien_commands.enforce_by_order(receipt, IDS["buyer"], REASON),
                refused="LienUnknown",
            ),
        ]
    )


def test_a_sequence_at_its_limit_does_not_stop_an_order(goods: GoodsScenario) -> None:
    goods.play(ISSUED)
    receipt = goods.twin.state.receipts[1]
    moved = handed_over(handed_over(receipt, IDS["buyer"]), IDS["owner"])
    assert (moved.holder_id, moved.sequence) == (IDS["owner"], 2)
    assert MAX_SEQUENCE == 65_535
    for _ in range(MAX_SEQUENCE):
        moved = handed_over(moved, IDS["buyer"])
    assert (moved.holder_id, moved.sequence) == (IDS["buyer"], MAX_SEQUENCE)
