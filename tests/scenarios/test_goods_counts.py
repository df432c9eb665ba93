"""What inspectors counted and keepers answer for: shortages, age, and the keeper's cap."""

from __future__ import annotations

from counterfoil.domain.lot import AssetId
from model import goods_commands
from model.contract_chain import START_S
from scenarios.goods_table import (
    AGE_S,
    CNY,
    DAY_S,
    EUR,
    IDS,
    REASON,
    GoodsScenario,
    Row,
    Wait,
    attest,
    count,
    deliver,
    draft,
    issue,
    issued,
    keys,
    order_delivery,
    pledge_receipt,
    release,
    transfer,
)

FIRST = AssetId.of_receipt(1)


def test_a_count_below_the_receipts_is_recorded_and_stops_what_stands_on_it(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("inspector", count(2000)),
            *issued(1, draft(a=600, b=400)),
            *issued(2, draft(c=500)),
            Row("buyer", count(1), refused="RoleMissing"),
            Row("owner", order_delivery(2)),
            Row("inspector", count(1499), stocks={1: "1499/1500"}),
            Row("keeper", deliver(2, "c"), refused="StockShort", facts={"attested": 1499, "receipted": 1500}),
            Row("owner", pledge_receipt(1), refused="StockShort"),
            Row("keeper", draft(d=1)),
            Row("inspector", attest(3)),
            Row("keeper", issue(3), refused="StockExceeded", facts={"attested": 1499, "receipted": 1501}),
            # Title may move, so that nobody is stuck with what is in doubt without knowing.
            Row("owner", transfer(1, "buyer")),
            Row("arbiter", goods_commands.cancel(1, keys("a b"), REASON), stocks={1: "1499/500"}),
            Row("keeper", deliver(2, "c"), stocks={1: "999/0"}, exposure=0),
            Row("keeper", issue(3), stocks={1: "999/1"}),
        ]
    )


def test_counts_and_attestations_grow_old(goods: GoodsScenario) -> None:
    day = START_S // DAY_S * DAY_S
    goods.play(
        [
            *issued(1, draft(a=500)),
            Row("keeper", draft(b=100)),
            Row("inspector", attest(2)),
            Wait(until_s=day + AGE_S),
            Row("owner", pledge_receipt(1)),
            Row("funder", release(FIRST)),
            Wait(until_s=day + AGE_S + 1),
            Row(
                "keeper",
                issue(2),
                refused="ReceiptAttestationStale",
                facts={"fresh_until": day + AGE_S, "now_at": day + AGE_S + 1},
            ),
            Row("inspector", attest(2)),
            Wait(until_s=START_S + AGE_S),
            Row("keeper", issue(2), stocks={1: "1000/600"}),
            Row("keeper", draft(c=100)),
            Row("inspector", attest(3)),
            Wait(until_s=START_S + AGE_S + 1),
            Row("keeper", issue(3), refused="AttestationStale", facts={"fresh_until": START_S + AGE_S}),
            Row("owner", pledge_receipt(1), refused="AttestationStale"),
            # What was agreed before goes on: transfer and delivery need no fresh count.
            Row("owner", transfer(1, "buyer")),
            Row("buyer", order_delivery(1)),
            Row("keeper", deliver(1, "a"), stocks={1: "500/100"}),
            Row("governor", goods_commands.set_attestation_age(DAY_S - 1), refused="AttestationAgeTooShort"),
            Row("governor", goods_commands.set_attestation_age(DAY_S)),
            Row("inspector", count(500)),
            Wait(until_s=START_S + AGE_S + 1 + DAY_S),
            Row("owner", pledge_receipt(2)),
            Wait(until_s=START_S + AGE_S + 2 + DAY_S),
            Row("owner", pledge_receipt(2, "buyer"), refused="AssetEncumbered"),
            Row("keeper", issue(3), refused="ReceiptAttestationStale"),
        ]
    )


def test_a_keeper_answers_for_no_more_than_its_cap(goods: GoodsScenario) -> None:
    goods.play(
        [
            *issued(1, draft(value=999_999, a=10)),
            Row("keeper", draft(value=2, b=10)),
            Row("inspector", attest(2)),
            Row(
                "keeper",
                issue(2),
                refused="ExposureAboveCap",
                facts={"cap_minor": 1_000_000, "exposure_minor": 1_000_001},
            ),
            Row("keeper", draft(value=1, c=10)),
            Row("inspector", attest(3)),
            Row("keeper", issue(3), exposure=1_000_000),
            Row("keeper", draft(value=1, currency=EUR, d=10)),
            Row("inspector", attest(4)),
            Row("keeper", issue(4), refused="ExposureAboveCap", facts={"cap_minor": 0, "currency": EUR}),
            Row("keeper", draft(value=0, e=10), refused="ValueMissing"),
            # A cap that is lowered takes nothing back, and stops what is to come.
            Row("governor", goods_commands.set_exposure_cap(IDS["keeper"], CNY, 5)),
            Row("owner", order_delivery(1)),
            Row("keeper", deliver(1, "a"), exposure=1),
            Row("keeper", issue(2), exposure=3),
        ]
    )
