"""Every function with an effect, called by everybody who may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counterfoil.chain.artifact import ARTIFACT_DIRECTORY
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.lot import AssetId, LotId
from model import commands, lien_commands, money_commands
from model.commands import digest
from model.contract_chain import GOVERNOR
from model.keyring import address
from model.twin import Twin
from scenarios.scenario_table import (
    CNY,
    IDS,
    KEYS,
    MATURITY_S,
    Row,
    Scenario,
    Wait,
    live,
    offer_loan,
    pledge,
    propose,
    root,
    share,
    split,
)

CONTRACTS = ("Ledger", "Cash", "LienRegistry", "Financing", "Settlement", "Authority")
# OpenZeppelin's ways of passing a call on: what is passed on is checked as a call of its own.
PASSED_ON = {"execute", "schedule", "cancel", "consumeScheduledOp", "multicall"}
SHARES = [(digest("W-1"), 1000, 1000)]
OPEN = LotId(3, 1, 1)
PLEDGED = AssetId.of_lot(root(2)).number
FREE = AssetId.of_lot(root(4)).number
OWN = AssetId.of_lot(root(6)).number
AGREED = (FREE, IDS["lender"], 10, 0, digest("agreement"), digest("registration"))
PROPOSAL = (IDS["core"], IDS["s1"], CNY, MATURITY_S, digest("terms"), [(digest("W-9"), 5, 5)])
LOAN = (root(4).number, 10, 1, 360, MATURITY_S, MATURITY_S - 1, 0, digest("agreement"), digest("r"))
PURCHASE = (root(4).number, 10, MATURITY_S - 1, digest("agreement"))
SOMEBODY = address(0x5555)

PARTIES = ("core", "core2", "s1", "s2", "s3", "lender", "lender2")
OFFICES = ("registrar", "bank", "arbiter", "examiner", "governor")
OUTSIDERS = (*OFFICES, "stranger")
NOBODY: tuple[str, ...] = ()
WITH_CASH = ("core", "core2", "s1", "lender", "lender2")
UNAUTHORIZED = "AccessManagedUnauthorized"
NO_ADMIN = "AccessManagerUnauthorizedAccount"
REJECT_NOTE = "reject(uint64,(bytes32,uint48,uint48)[],bytes32)"
FOURTH = [(digest("invoice of note 4"), 1000, 1000)]
HALVES = [(500, IDS["s1"]), (500, IDS["s1"])]
CREDIT = (digest("W-1"), digest("c"), 1, CNY, 1000, 1)

# Note 1 is proposed by s1, 2 is pledged by a loan of lender, 3 has an offered lot, 4 is free, 5 is disputed,
# 6 is pledged to lender2 for a claim outside, to be substituted by 4.
# (contract, function, arguments, who may, what others are told). Where that is about parties, those that are
# none are told NotAParty.
Case = tuple[str, str, tuple[Any, ...], tuple[str, ...], str]
CASES: tuple[Case, ...] = (
    ("Ledger", "registerParty", (1, digest("on"), []), ("registrar",), UNAUTHORIZED),
    ("Ledger", "setPartyRoles", (1, 1), ("registrar",), UNAUTHORIZED),
    ("Ledger", "setPartyState", (1, 2), ("registrar",), UNAUTHORIZED),
    ("Ledger", "addKey", (1, SOMEBODY), ("registrar",), UNAUTHORIZED),
    ("Ledger", "removeKey", (1, KEYS["core"]), ("registrar",), UNAUTHORIZED),
    ("Ledger", "setModule", (SOMEBODY, True), ("governor",), UNAUTHORIZED),
    ("Ledger", "setAuthority", (SOMEBODY,), NOBODY, UNAUTHORIZED),
    ("Ledger", "setStandingAcceptance", (0, True), PARTIES, ""),
    ("Ledger", "creditInvoice", CREDIT, NOBODY, "InvoiceOfOtherParties"),
    ("Ledger", "propose", (PROPOSAL,), ("core", "s1"), "NotThisParty"),
    ("Ledger", "confirm", (1, 1000), ("core",), "NotThisParty"),
    ("Ledger", REJECT_NOTE, (1, SHARES, digest("no")), ("core",), "NotThisParty"),
    ("Ledger", "withdraw", (1, SHARES), ("s1",), "NotThisParty"),
    ("Ledger", "cancel", (4, FOURTH, digest("x")), ("s1",), "NotThisParty"),
    ("Ledger", "dispute", (4, 1, digest("evidence")), ("core",), "NotThisParty"),
    ("Ledger", "withdrawDispute", (5,), ("core",), "NotThisParty"),
    ("Ledger", "resolveDispute", (5, 1, digest("award")), ("arbiter",), UNAUTHORIZED),
    ("Ledger", "writeOff", (4, digest("lost")), NOBODY, UNAUTHORIZED),
    ("Ledger", "markMatured", (4,), NOBODY, "NotMatured"),
    ("Ledger", "markOverdue", (4,), NOBODY, "NotMatured"),
    ("Ledger", "split", (root(4).number, HALVES, digest("o")), ("s1",), "NotHolder"),
    ("Ledger", "assign", (root(4).number, IDS["s3"], digest("o")), ("s1",), "NotHolder"),
    ("Ledger", "accept", (OPEN.number,), ("s2",), "NotHolder"),
    ("Ledger", "reject(uint128)", (OPEN.number,), ("s2",), "NotHolder"),
    ("Ledger", "revoke", (OPEN.number,), ("s1",), "NotHolder"),
    ("Ledger", "acknowledge", (root(4).number,), ("core",), "NotThisParty"),
    ("Ledger", "encumber", (FREE, IDS["s1"]), NOBODY, "NotAModule"),
    ("Ledger", "unencumber", (PLEDGED,), NOBODY, "NotAModule"),
    ("Ledger", "divide", (PLEDGED, 5), NOBODY, "NotAModule"),
    ("Ledger", "transferSold", (root(4).number, IDS["s1"], IDS["s2"]), NOBODY, "NotAModule"),
    ("Ledger", "applyPayment", (4, IDS["core"], 1000, [(0, 0, 0)]), NOBODY, "NotAModule"),
    ("Cash", "issue", (1, CNY, 5, digest("another deposit")), ("bank",), UNAUTHORIZED),
    ("Cash", "attestPayout", (1, digest("paid")), ("bank",), UNAUTHORIZED),
    ("Cash", "redeem", (CNY, 1, digest("account")), WITH_CASH, "CashInsufficient"),
    ("Cash", "transfer", (IDS["s3"], CNY, 1, digest("r")), WITH_CASH, "CashInsufficient"),
    ("Cash", "move", (IDS["core"], IDS["s1"], CNY, 1, digest("r")), NOBODY, "NotAModule"),
    ("Cash", "settle", (IDS["core"], CNY, [], digest("r")), NOBODY, "NotAModule"),
    ("Cash", "setModule", (SOMEBODY, True), ("governor",), UNAUTHORIZED),
    ("Cash", "setAuthority", (SOMEBODY,), NOBODY, UNAUTHORIZED),
    ("LienRegistry", "pledge", (AGREED,), ("s1",), "NotHolder"),
    ("LienRegistry", "release", (PLEDGED, digest("r")), ("lender",), "NotPledgee"),
    ("LienRegistry", "place", (AGREED, IDS["s1"], 9), NOBODY, "NotAModule"),
    ("LienRegistry", "collect", (PLEDGED, 1), NOBODY, "NotAModule"),
    ("LienRegistry", "discharge", (PLEDGED,), NOBODY, "NotAModule"),
    ("LienRegistry", "reassign", (PLEDGED, IDS["lender2"], digest("a")), NOBODY, "NotAModule"),
    ("LienRegistry", "enforce", (PLEDGED, IDS["s3"], digest("r")), NOBODY, "NotAModule"),
    ("LienRegistry", "releasePart", (OWN, (7).to_bytes(32, "big"), digest("r")), ("lender2",), "NotPledgee"),
    ("LienRegistry", "proposeSubstitute", (OWN, FREE), ("s1",), "NotPledgor"),
    ("LienRegistry", "acceptSubstitute", (OWN, AGREED), ("lender2",), "NotPledgee"),
    ("LienRegistry", "transferPledge", ((OWN, *AGREED[1:]),), ("lender2",), "NotPledgee"),
    ("LienRegistry", "enforceByOrder", (OWN, IDS["s3"], digest("order")), ("arbiter",), UNAUTHORIZED),
    ("LienRegistry", "blockAsset", (FREE, digest("match")), ("examiner",), UNAUTHORIZED),
    ("LienRegistry", "resolveBlock", (OWN, digest("m"), True, digest("r")), ("arbiter",), UNAUTHORIZED),
    ("LienRegistry", "setAssetKind", (4, SOMEBODY), ("governor",), UNAUTHORIZED),
    ("LienRegistry", "setModule", (SOMEBODY, True), ("governor",), UNAUTHORIZED),
    ("LienRegistry", "setAuthority", (SOMEBODY,), NOBODY, UNAUTHORIZED),
    ("Financing", "offerLoan", (LOAN,), ("core2", "lender", "lender2"), "RoleMissing"),
    ("Financing", "offerPurchase", (PURCHASE,), ("core2", "lender", "lender2"), "RoleMissing"),
    ("Financing", "withdrawOffer", (2,), ("lender2",), "NotFunder"),
    ("Financing", "accept", (2,), ("s1",), "NotHolder"),
    ("Financing", "repay", (1, 1), ("s1",), "NotBorrower"),
    ("Financing", "markDefaulted", (1,), NOBODY, "NotFunder"),
    ("Financing", "collect", (1, 1), NOBODY, "NotAModule"),
    ("Financing", "setModule", (SOMEBODY, True), ("governor",), UNAUTHORIZED),
    ("Financing", "setAuthority", (SOMEBODY,), NOBODY, UNAUTHORIZED),
    ("Settlement", "settle", (4, 1000, [(0, 0, 0)]), NOBODY, "NotDebtor"),
    ("Authority", "grantRole", (1, SOMEBODY, 0), ("governor",), NO_ADMIN),
    ("Authority", "revokeRole", (1, KEYS["registrar"]), ("governor",), NO_ADMIN),
    ("Authority", "labelRole", (1, "chief"), ("governor",), NO_ADMIN),
    ("Authority", "setRoleAdmin", (1, 2), ("governor",), NO_ADMIN),
    ("Authority", "setRoleGuardian", (1, 2), ("governor",), NO_ADMIN),
    ("Authority", "setGrantDelay", (1, 2), ("governor",), NO_ADMIN),
    ("Authority", "setTargetClosed", (SOMEBODY, True), ("governor",), NO_ADMIN),
    ("Authority", "setTargetAdminDelay", (SOMEBODY, 5), ("governor",), NO_ADMIN),
    ("Authority", "setTargetFunctionRole", (SOMEBODY, [b"\1\2\3\4"], 2), ("governor",), NO_ADMIN),
    ("Authority", "renounceRole", (1, SOMEBODY), NOBODY, "AccessManagerBadConfirmation"),
    ("Authority", "updateAuthority", (SOMEBODY, SOMEBODY), NOBODY, NO_ADMIN),
)  # fmt: skip
# What a rule says to some parties before it comes to the one that the table names.
OTHERWISE = {
    ("Ledger", "creditInvoice", "s1"): "InvoiceCapacityExceeded",
    ("Ledger", "creditInvoice", "core"): "InvoiceOfOtherParties",
    ("Financing", "markDefaulted", "lender"): "LoanNotDue",
    ("Settlement", "settle", "core"): "NotMatured",
    ("LienRegistry", "pledge", "lender"): "PledgeeIsPledgor",
    ("Cash", "transfer", "s3"): "CashToSelf",
    ("Financing", "accept", "lender2"): "PledgeeIsPledgor",
    ("Ledger", "writeOff", "arbiter"): "UnexpectedNoteState",
    # There is no contract at that address.
    ("Authority", "updateAuthority", "governor"): "CallReverted",
}


@pytest.fixture(scope="module")
def prepared(opened_twin: tuple[Twin, bytes]) -> Twin:
    """The notes above. What is tried on them does not stay."""
    opened, mark = opened_twin
    opened.chain.rewind(mark)
    scenario = Scenario(opened.fork())
    second = [Row("s1", propose("core", "s1", share("invoice of note 2", 1000)))]
    scenario.play(
        [
            Row("s1", propose("core", "s1", share("W-1", 1000))),
            *second,
            Row("core", commands.confirm(2, 1000)),
            *live(1000, note_id=3),
            *live(1000, note_id=4),
            *live(1000, note_id=5),
            *live(1000, note_id=6),
            Row("s1", pledge(root(6), "lender2", 100)),
            Row(
                "s1", lien_commands.propose_substitute(AssetId(1, root(6).number), AssetId(1, root(4).number))
            ),
            Row("examiner", lien_commands.block_asset(AssetId(1, root(6).number), digest("m"))),
            Row("lender", offer_loan(root(2), 500)),
            Row("s1", money_commands.accept_offer(1)),
            Row("lender2", offer_loan(root(4), 500)),
            Row("s1", split(root(3), ("s1", 1), ("s2", 999))),
            Row("core", commands.dispute(5, 10, digest("evidence"))),
            Row("core", money_commands.redeem(CNY, 5, digest("account"))),
            Wait(until_s=scenario.twin.now_s + 60),
        ]
    )
    return scenario.twin


def _case_id(case: Case) -> str:
    return f"{case[0]}.{case[1].split('(')[0]}"


@pytest.mark.parametrize("case", CASES, ids=_case_id)
def test_only_who_may_can(prepared: Twin, case: Case) -> None:
    contract, function, args, may, told = case
    keys = {**KEYS, "governor": GOVERNOR.address}
    for who in (*PARTIES, *OUTSIDERS):
        try:
            prepared.chain.ask(contract, function, args, prepared.now_s, sender=keys[who])
            outcome = ""
        except CounterfoilError as refused:
            outcome = refused.code
        assert outcome == _expected(case, who), f"{who}: {outcome}"
    assert told or set(may) == set(PARTIES)


def _expected(case: Case, who: str) -> str:
    contract, function, _, may, told = case
    special = OTHERWISE.get((contract, function.split("(")[0], who))
    if special is not None:
        return special
    if who in may:
        return ""
    if (
        who in OUTSIDERS
        and contract != "Authority"
        and told not in (UNAUTHORIZED, "NotAModule", "NotMatured")
    ):
        return "NotAParty"
    return told


def test_every_function_with_an_effect_is_in_the_table() -> None:
    effects = set()
    for contract in CONTRACTS:
        text = (ARTIFACT_DIRECTORY / f"{contract}.json").read_text(encoding="utf-8")
        for entry in json.loads(text)["abi"]:
            if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure"):
                effects.add((contract, entry["name"], len(entry["inputs"])))
    tabled = {(contract, function.split("(")[0], len(args)) for contract, function, args, *_ in CASES}
    assert {each for each in effects - tabled if each[1] not in PASSED_ON} == set()
    assert tabled - effects == set()
