"""Every command on receipts and bills in each state and by each wrong caller: allowed, or refused by name."""

from __future__ import annotations

import pytest

from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import PartyState
from model import bill_commands, commands, goods_commands
from model.commands import Command, digest
from scenarios.goods_table import (
    IDS,
    ISSUED,
    KEYS,
    REASON,
    ROLES,
    GoodsScenario,
    Row,
    attest,
    bill_terms,
    block,
    count,
    deliver,
    draft,
    endorse,
    enforce,
    force,
    issue,
    issue_bill,
    issued,
    keys,
    merge,
    order_delivery,
    pledge_bill,
    pledge_receipt,
    release_part,
    restack,
    split,
    surrender,
    transfer,
)

ORDER = digest("order")
FIRST, BILL = AssetId.of_receipt(1), AssetId.of_bill(1)
# Receipt 1 is the subject; receipt 9 does not exist; receipt 2 is another one of the same holder.
OTHER = issued(2, draft(c=100))
DRAFT = [Row("inspector", count(2000)), Row("keeper", draft(a=600, b=400)), *OTHER]
PLEDGE = Row("owner", pledge_receipt(1))
DISPUTE = Row("owner", goods_commands.dispute(1, digest("rust")))
FREEZE = Row("arbiter", goods_commands.freeze(1, ORDER))
LIVE = [Row("inspector", count(2000)), *ISSUED, *OTHER]

RECEIPT_PATHS = {
    "none": [Row("inspector", count(2000))],
    "draft": [*DRAFT],
    "attested": [*DRAFT, Row("inspector", attest(1))],
    "issued": [*LIVE],
    "pledged": [*LIVE, PLEDGE],
    "blocked": [*LIVE, Row("examiner", block(FIRST))],
    "released": [*LIVE, Row("owner", order_delivery(1))],
    "disputed": [*LIVE, DISPUTE],
    "pledged, disputed": [*LIVE, PLEDGE, DISPUTE],
    "frozen": [*LIVE, FREEZE],
    "pledged, frozen": [*LIVE, PLEDGE, FREEZE],
    "delivered": [*LIVE, Row("owner", order_delivery(1)), Row("keeper", deliver(1, "a b"))],
    "cancelled": [*LIVE, Row("arbiter", goods_commands.cancel(1, keys("a b"), ORDER))],
    "merged": [*LIVE, Row("owner", merge(2, (1, "a b")))],
}
STATE, UNKNOWN, PLEDGED, BLOCKED = (
    "UnexpectedReceiptState",
    "ReceiptUnknown",
    "ReceiptPledged",
    "ReceiptBlocked",
)
NO_LIEN, TAKEN = "LienUnknown", "AssetEncumbered"
OK = ""

# name: who, command, what each state answers where it is not STATE.
RECEIPT_COMMANDS: dict[str, tuple[str, Command, dict[str, str]]] = {
    "attest": ("inspector", attest(1), {"draft": OK, "attested": OK}),
    "issue": ("keeper", issue(1), {"draft": "NotAttested", "attested": OK}),
    "discard": ("keeper", goods_commands.discard_draft(1, keys("a b")), {"draft": OK, "attested": OK}),
    "transfer": ("owner", transfer(1, "buyer"), {"issued": OK, "blocked": OK, "pledged": PLEDGED}),
    "split": ("owner", split(1, "a"), {"issued": OK, "blocked": BLOCKED, "pledged": PLEDGED}),
    "merge": ("owner", merge(1, (2, "c")), {"issued": OK, "blocked": BLOCKED, "pledged": PLEDGED}),
    "merge away": ("owner", merge(2, (1, "a b")), {"issued": OK, "blocked": BLOCKED, "pledged": PLEDGED}),
    "restack": (
        "keeper",
        restack(1, "a", d=600),
        dict.fromkeys(
            (
                "issued",
                "pledged",
                "blocked",
                "released",
                "disputed",
                "pledged, disputed",
                "frozen",
                "pledged, frozen",
            ),
            OK,
        ),
    ),
    "amend": (
        "keeper",
        goods_commands.amend(1, digest("new"), REASON),
        dict.fromkeys(("issued", "pledged", "blocked", "released"), OK),
    ),
    "consent": (
        "keeper",
        goods_commands.set_pledge_consent(1, False),
        dict.fromkeys(("draft", "attested", "issued", "pledged", "blocked"), OK),
    ),
    "order delivery": ("owner", order_delivery(1), {"issued": OK, "blocked": BLOCKED, "pledged": PLEDGED}),
    "revoke delivery": ("owner", goods_commands.revoke_delivery(1), {"released": OK}),
    "deliver": ("keeper", deliver(1, "a b"), {"released": OK}),
    "dispute": (
        "owner",
        goods_commands.dispute(1, digest("rust")),
        dict.fromkeys(("issued", "pledged", "blocked"), OK),
    ),
    "withdraw dispute": (
        "owner",
        goods_commands.withdraw_dispute(1, REASON),
        {"disputed": OK, "pledged, disputed": OK},
    ),
    "close dispute": (
        "arbiter",
        goods_commands.close_dispute(1, REASON),
        {"disputed": OK, "pledged, disputed": OK},
    ),
    "freeze": (
        "arbiter",
        goods_commands.freeze(1, ORDER),
        dict.fromkeys(("issued", "pledged", "blocked", "released", "disputed", "pledged, disputed"), OK),
    ),
    "unfreeze": ("arbiter", goods_commands.unfreeze(1, ORDER), {"frozen": OK, "pledged, frozen": OK}),
    "force": (
        "arbiter",
        force(1, "buyer"),
        dict.fromkeys(
            (
                "issued",
                "pledged",
                "blocked",
                "released",
                "disputed",
                "pledged, disputed",
                "frozen",
                "pledged, frozen",
            ),
            OK,
        ),
    ),
    "cancel": (
        "arbiter",
        goods_commands.cancel(1, keys("a b"), ORDER),
        {
            **dict.fromkeys(("draft", "attested", "issued", "blocked", "disputed", "frozen"), OK),
            **dict.fromkeys(("pledged", "pledged, disputed", "pledged, frozen"), PLEDGED),
        },
    ),
    "pledge": (
        "owner",
        pledge_receipt(1, "buyer"),
        {
            "issued": OK,
            "blocked": "AssetBlocked",
            **dict.fromkeys(("pledged", "pledged, disputed", "pledged, frozen"), TAKEN),
        },
    ),
    "release part": (
        "funder",
        release_part(1, "a"),
        {
            "pledged": OK,
            "pledged, disputed": STATE,
            "pledged, frozen": STATE,
        },
    ),
    "enforce": (
        "arbiter",
        enforce(FIRST, "buyer"),
        {"pledged": OK, "pledged, disputed": OK, "pledged, frozen": STATE},
    ),
}
LIEN_COMMANDS = ("release part", "enforce")


@pytest.mark.parametrize("state", RECEIPT_PATHS)
def test_commands_on_a_receipt_in_each_state(goods: GoodsScenario, state: str) -> None:
    goods.play(RECEIPT_PATHS[state])
    expected = {}
    for name, (_, _, told) in RECEIPT_COMMANDS.items():
        other = NO_LIEN if name in LIEN_COMMANDS else UNKNOWN if state == "none" else STATE
        expected[name] = told.get(state, other)
    if state == "none":
        expected["merge away"] = UNKNOWN
    if state == "merged":
        # The seal over receipt 2 was used to merge them.
        expected["merge away"] = "SealNotKeepers"
    found = {name: goods.outcome(who, command) for name, (who, command, _) in RECEIPT_COMMANDS.items()}
    assert found == expected


BILL_PATHS = {
    "none": [],
    "issued": [Row("carrier", issue_bill())],
    "pledged": [Row("carrier", issue_bill()), Row("owner", pledge_bill(1))],
    "blocked": [Row("carrier", issue_bill()), Row("examiner", block(BILL))],
    "surrendered": [Row("carrier", issue_bill()), Row("owner", surrender(1))],
    "surrendered, blocked": [
        Row("carrier", issue_bill()),
        Row("owner", surrender(1)),
        Row("examiner", block(BILL)),
    ],
    "frozen": [Row("carrier", issue_bill()), Row("arbiter", bill_commands.freeze_bill(1, ORDER))],
    "pledged, frozen": [
        Row("carrier", issue_bill()),
        Row("owner", pledge_bill(1)),
        Row("arbiter", bill_commands.freeze_bill(1, ORDER)),
    ],
    "switched": [
        Row("carrier", issue_bill()),
        Row("owner", surrender(1)),
        Row("carrier", bill_commands.switch_bill(1, bill_terms("two"))),
    ],
    "discharged": [
        Row("carrier", issue_bill()),
        Row("owner", surrender(1)),
        Row("keeper", draft(z=1000)),
        Row("carrier", bill_commands.discharge_bill(1, 1)),
    ],
}
B_STATE, B_PLEDGED, B_BLOCKED = "UnexpectedBillState", "BillPledged", "BillBlocked"
BILL_COMMANDS: dict[str, tuple[str, Command, dict[str, str]]] = {
    "endorse": ("owner", endorse(1, "buyer"), {"issued": OK, "blocked": OK, "pledged": B_PLEDGED}),
    "surrender": ("owner", surrender(1), {"issued": OK, "blocked": B_BLOCKED, "pledged": B_PLEDGED}),
    "revoke": ("owner", bill_commands.revoke_surrender(1), {"surrendered": OK, "surrendered, blocked": OK}),
    "switch": (
        "carrier",
        bill_commands.switch_bill(1, bill_terms("three")),
        {"surrendered": OK, "surrendered, blocked": B_BLOCKED},
    ),
    "discharge": (
        "carrier",
        bill_commands.discharge_bill(1, 1),
        {"surrendered": UNKNOWN, "surrendered, blocked": B_BLOCKED},
    ),
    "reinstate": ("arbiter", bill_commands.reinstate_bill(1, ORDER), {"discharged": "ReceiptUnlike"}),
    "freeze": (
        "arbiter",
        bill_commands.freeze_bill(1, ORDER),
        dict.fromkeys(("issued", "pledged", "blocked", "surrendered", "surrendered, blocked"), OK),
    ),
    "unfreeze": ("arbiter", bill_commands.unfreeze_bill(1, ORDER), {"frozen": OK, "pledged, frozen": OK}),
    "force": (
        "arbiter",
        bill_commands.force_transfer_bill(1, IDS["buyer"], ORDER),
        dict.fromkeys(
            (
                "issued",
                "pledged",
                "blocked",
                "surrendered",
                "surrendered, blocked",
                "frozen",
                "pledged, frozen",
            ),
            OK,
        ),
    ),
    "pledge": (
        "owner",
        pledge_bill(1, "buyer"),
        {
            "none": "AssetUnknown",
            "issued": OK,
            "pledged": TAKEN,
            "blocked": "AssetBlocked",
            "surrendered, blocked": "AssetBlocked",
            "pledged, frozen": TAKEN,
        },
    ),
    "enforce": (
        "arbiter",
        enforce(BILL, "buyer"),
        dict.fromkeys(BILL_PATHS, NO_LIEN) | {"pledged": OK, "pledged, frozen": B_STATE},
    ),
}


@pytest.mark.parametrize("state", BILL_PATHS)
def test_commands_on_a_bill_in_each_state(goods: GoodsScenario, state: str) -> None:
    goods.play(BILL_PATHS[state])
    other = "BillUnknown" if state == "none" else B_STATE
    expected = {name: told.get(state, other) for name, (_, _, told) in BILL_COMMANDS.items()}
    found = {name: goods.outcome(who, command) for name, (who, command, _) in BILL_COMMANDS.items()}
    assert found == expected


# -- wrong callers --

OFFICERS = ("registrar", "arbiter", "examiner", "governor")
NOT_HOLDER, NOT_KEEPER, OFFICE, ROLE = (
    "NotReceiptHolder",
    "NotKeeper",
    "AccessManagedUnauthorized",
    "RoleMissing",
)
# name: the path, the command, who may, and what another party is told.
CALLERS: dict[str, tuple[str, Command, tuple[str, ...], str]] = {
    "transfer": ("issued", transfer(1, "buyer"), ("owner",), NOT_HOLDER),
    "split": ("issued", split(1, "a"), ("owner",), NOT_HOLDER),
    "merge": ("issued", merge(1, (2, "c")), ("owner",), NOT_HOLDER),
    "order delivery": ("issued", order_delivery(1), ("owner",), NOT_HOLDER),
    "revoke delivery": ("released", goods_commands.revoke_delivery(1), ("owner",), NOT_HOLDER),
    "dispute": ("issued", goods_commands.dispute(1, digest("rust")), ("owner", "keeper"), NOT_HOLDER),
    "withdraw dispute": ("disputed", goods_commands.withdraw_dispute(1, REASON), ("owner",), "NotDisputant"),
    "pledge": ("issued", pledge_receipt(1), ("owner",), NOT_HOLDER),
    "release part": ("pledged", release_part(1, "a"), ("funder",), "NotPledgee"),
    "discard": ("draft", goods_commands.discard_draft(1, keys("a b")), ("keeper",), NOT_KEEPER),
    "deliver": ("released", deliver(1, "a b"), ("keeper",), NOT_KEEPER),
    "restack": ("issued", restack(1, "a", d=600), ("keeper",), NOT_KEEPER),
    "amend": ("issued", goods_commands.amend(1, digest("new"), REASON), ("keeper",), NOT_KEEPER),
    "consent": ("issued", goods_commands.set_pledge_consent(1, False), ("keeper",), NOT_KEEPER),
    "close dispute": ("disputed", goods_commands.close_dispute(1, REASON), ("arbiter",), OFFICE),
    "freeze": ("issued", goods_commands.freeze(1, ORDER), ("arbiter",), OFFICE),
    "unfreeze": ("frozen", goods_commands.unfreeze(1, ORDER), ("arbiter",), OFFICE),
    "force": ("issued", force(1, "buyer"), ("arbiter",), OFFICE),
    "cancel": ("issued", goods_commands.cancel(1, keys("a b"), ORDER), ("arbiter",), OFFICE),
    "age": ("issued", goods_commands.set_attestation_age(86_400), ("governor",), OFFICE),
    "cap": ("issued", goods_commands.set_exposure_cap(1, 156, 5), ("governor",), OFFICE),
}


@pytest.mark.parametrize("name", CALLERS)
def test_each_command_on_a_receipt_by_each_wrong_caller(goods: GoodsScenario, name: str) -> None:
    path, command, allowed, told = CALLERS[name]
    goods.play(RECEIPT_PATHS[path])
    expected = {}
    for who in KEYS:
        party = who in ROLES
        expected[who] = OK if who in allowed else OFFICE if told == OFFICE else told if party else "NotAParty"
    if name == "pledge":
        expected["funder"] = "PledgeeIsPledgor"
    assert {who: goods.outcome(who, command) for who in KEYS} == expected


def test_keepers_and_inspectors_act_in_their_role_only(goods: GoodsScenario) -> None:
    """Whoever lacks the role is told so; whoever has it and is another is told that."""
    goods.play(RECEIPT_PATHS["attested"])
    no_role = dict.fromkeys(ROLES, ROLE) | dict.fromkeys((*OFFICERS, "stranger"), "NotAParty")
    expected = {
        "draft": no_role | {"keeper": OK, "keeper2": NOT_KEEPER, "outsider": NOT_KEEPER},
        "issue": no_role | {"keeper": OK, "keeper2": NOT_KEEPER, "outsider": NOT_KEEPER},
        "open stock": no_role | {"keeper": "StockExists", "keeper2": OK, "outsider": OK},
        "attest": no_role | {"inspector": OK, "keeper2": OK, "outsider": OK},
        "count": no_role | {"inspector": OK, "keeper2": OK, "outsider": OK},
        "issue bill": no_role | {"carrier": OK, "outsider": OK},
    }
    tried = {
        "draft": draft(z=1),
        "issue": issue(1),
        "open stock": goods_commands.open_stock(digest("site"), digest("coil"), 3),
        "attest": attest(1),
        "count": count(5),
        "issue bill": issue_bill(),
    }
    found = {name: {who: goods.outcome(who, each) for who in KEYS} for name, each in tried.items()}
    assert found == expected


@pytest.mark.parametrize("name", ["endorse", "surrender", "revoke", "switch", "discharge", "freeze", "force"])
def test_each_command_on_a_bill_by_each_wrong_caller(goods: GoodsScenario, name: str) -> None:
    who_may, command, _ = BILL_COMMANDS[name]
    goods.play(BILL_PATHS["surrendered" if name in ("revoke", "switch", "discharge") else "issued"])
    told = {
        "endorse": "NotBillHolder",
        "surrender": "NotBillHolder",
        "revoke": "NotBillHolder",
        "switch": ROLE,
        "discharge": "NotCarrier",
        "freeze": OFFICE,
        "force": OFFICE,
    }[name]
    expected = {who: OFFICE if told == OFFICE else told if who in ROLES else "NotAParty" for who in KEYS} | {
        who_may: UNKNOWN if name == "discharge" else OK
    }
    if name == "switch":
        expected["outsider"] = "NotCarrier"
    assert {who: goods.outcome(who, command) for who in KEYS} == expected


def test_a_suspended_party_does_nothing_with_its_goods(goods: GoodsScenario) -> None:
    goods.play(RECEIPT_PATHS["issued"])
    goods.play([Row("registrar", commands.set_party_state(IDS["owner"], PartyState.SUSPENDED))])
    held = ("transfer", "split", "merge", "order delivery", "dispute", "pledge")
    told = {name: goods.outcome("owner", CALLERS[name][1]) for name in held}
    assert told == dict.fromkeys(held, "PartySuspended")
