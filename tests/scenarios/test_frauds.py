"""Known frauds, replayed: what stops each of them on the ledger."""

from __future__ import annotations

import pytest

from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import NoteState, PartyState
from model import commands, money_commands
from model.commands import digest
from model.keyring import address
from scenarios.scenario_table import (
    CNY,
    IDS,
    KEYS,
    MATURITY_S,
    Row,
    Scenario,
    assign,
    confirm,
    live,
    offer_loan,
    offer_purchase,
    pledge,
    propose,
    root,
    share,
    split,
)

PROPOSED = Row("s1", propose("core", "s1", share("A-1", 1000)), note=NoteState.PROPOSED)


@pytest.mark.parametrize("impostor", ["s1", "s2", "core2", "lender"])
def test_camsing_nobody_confirms_for_the_debtor(scenario: Scenario, impostor: str) -> None:
    scenario.play(
        [
            PROPOSED,
            Row(
                impostor,
                confirm(1, 1000),
                refused="NotThisParty",
                facts={"actor": IDS[impostor], "expected": IDS["core"]},
                note=NoteState.PROPOSED,
            ),
            Row("core", confirm(1, 1000), note=NoteState.LIVE, lots="1-1000 s1 FREE"),
        ]
    )


@pytest.mark.parametrize("office", ["registrar", "bank", "arbiter", "stranger"])
def test_camsing_no_office_confirms_either(scenario: Scenario, office: str) -> None:
    scenario.play([PROPOSED, Row(office, confirm(1, 1000), refused="NotAParty", note=NoteState.PROPOSED)])


def test_camsing_a_forged_seal_is_a_key_that_the_debtor_gave_up(scenario: Scenario) -> None:
    KEYS["old seal"], KEYS["new seal"] = address(0x7001), address(0x7002)
    core = IDS["core"]
    scenario.play(
        [
            PROPOSED,
            Row("registrar", commands.add_key(core, KEYS["old seal"])),
            Row("registrar", commands.remove_key(core, KEYS["old seal"])),
            Row("old seal", confirm(1, 1000), refused="NotAParty"),
            # The key stays the debtor's for ever: nobody else can be given it and speak with its past.
            Row("registrar", commands.add_key(IDS["s1"], KEYS["old seal"]), refused="KeyInUse"),
            Row("registrar", commands.set_party_state(core, PartyState.SUSPENDED)),
            Row("core", confirm(1, 1000), refused="PartySuspended"),
            Row("registrar", commands.set_party_state(core, PartyState.ACTIVE)),
            Row("registrar", commands.add_key(core, KEYS["new seal"])),
            Row("new seal", confirm(1, 1000), note=NoteState.LIVE),
        ]
    )


def test_camsing_an_intercepted_confirmation_shows_the_face_it_was_shown(scenario: Scenario) -> None:
    scenario.play(
        [
            PROPOSED,
            Row(
                "core",
                confirm(1, 999),
                refused="FaceUnlike",
                facts={"face_minor": 1000, "stated_minor": 999},
                note=NoteState.PROPOSED,
            ),
        ]
    )


def test_camsing_a_stolen_proposal_has_no_taker(scenario: Scenario) -> None:
    scenario.play(
        [
            Row("s2", propose("core", "s1", share("A-1", 1000)), refused="NotThisParty"),
            Row("stranger", propose("core", "s1", share("A-1", 1000)), refused="NotAParty"),
            PROPOSED,
            # Neither the thief nor a rival can answer or withdraw it, nor take its invoice for itself.
            Row("s2", commands.withdraw_note(1, [share("A-1", 1000)]), refused="NotThisParty"),
            Row("s2", commands.reject_note(1, [share("A-1", 1000)], digest("no")), refused="NotThisParty"),
            Row("s2", propose("core", "s2", share("A-1", 1000)), refused="InvoiceOfOtherParties"),
        ]
    )


def test_camsing_the_debtor_opening_a_note_needs_the_creditor(scenario: Scenario) -> None:
    scenario.play(
        [
            Row("core", propose("core", "s1", share("A-1", 1000)), note=NoteState.PROPOSED),
            Row("core", confirm(1, 1000), refused="NotThisParty", facts={"expected": IDS["s1"]}),
            Row("s1", confirm(1, 1000), note=NoteState.LIVE, lots="1-1000 s1 FREE"),
        ]
    )


def test_a_supplier_cannot_stand_as_debtor_and_nobody_on_both_sides(scenario: Scenario) -> None:
    scenario.play(
        [
            Row("s1", propose("s2", "s1", share("A-1", 1000)), refused="RoleMissing"),
            Row("core", propose("core", "core", share("A-1", 1000)), refused="SameParty"),
        ]
    )


def test_greensill_nothing_is_financeable_before_the_debtor_has_confirmed(scenario: Scenario) -> None:
    scenario.play(
        [
            Row("lender", offer_loan(root(1), 500), refused="UnexpectedNoteState"),
            PROPOSED,
            Row(
                "lender",
                offer_loan(root(1), 500),
                refused="UnexpectedNoteState",
                facts={"current": NoteState.PROPOSED, "expected": NoteState.LIVE},
            ),
            Row("lender", offer_purchase(root(1), 500), refused="UnexpectedNoteState"),
            Row("s1", pledge(root(1), "lender", 500), refused="NoteNotTransferable"),
            Row("s1", assign(root(1), "lender"), refused="NoteNotTransferable"),
            Row("core", commands.reject_note(1, [share("A-1", 1000)], digest("no such trade"))),
            Row("lender", offer_loan(root(1), 500), refused="UnexpectedNoteState"),
            Row("core", confirm(1, 1000), refused="UnexpectedNoteState", note=NoteState.REJECTED),
        ]
    )


def test_greensill_a_note_without_an_invoice_is_none(scenario: Scenario) -> None:
    scenario.play([Row("s1", propose("core", "s1"), refused="InvoicesMissing")])


def test_tricolor_one_lot_secures_one_lender(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 800)),
            Row("lender2", offer_loan(root(1), 900)),
            Row("s1", money_commands.accept_offer(1), cash={"s1": 800}, lots="1-1000 s1 PLEDGED"),
            Row("s1", money_commands.accept_offer(2), refused="AssetEncumbered", cash={"s1": 800}),
            Row("s1", pledge(root(1), "lender2", 100), refused="AssetEncumbered"),
            # Nor does what is pledged move, by whatever name.
            Row("s1", assign(root(1), "s2"), refused="UnexpectedLotState"),
            Row("s1", split(root(1), ("s1", 1), ("s2", 999)), refused="UnexpectedLotState"),
            Row("lender2", offer_purchase(root(1), 900)),
            Row("s1", money_commands.accept_offer(3), refused="UnexpectedLotState", cash={"s1": 800}),
            Row(
                "s1",
                commands.cancel(1, [share("invoice of note 1", 1000)], digest("changed my mind")),
                refused="UnexpectedLotState",
            ),
        ]
    )


def test_tricolor_the_same_asset_in_another_spelling_is_refused(scenario: Scenario) -> None:
    odd = AssetId(kind=1, reference=root(1).number | 1 << 200)
    rows = [*live(1000), Row("s1", pledge(root(1), "lender", 100))]
    spelled = pledge(root(1), "lender2", 100)
    other = money_commands.pledge(
        money_commands.Pledge(
            asset_id=odd,
            pledgee_id=IDS["lender2"],
            secured_minor=100,
            registered_at_s=0,
            agreement_hash=digest("agreement"),
            registration_hash=digest("registration"),
        )
    )
    scenario.play(
        [
            *rows,
            Row("s1", spelled, refused="AssetEncumbered"),
            Row("s1", other, refused="AssetUnknown", lots="1-1000 s1 PLEDGED"),
        ]
    )


def test_first_brands_an_invoice_is_financed_once(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000, invoice="FB-1"),
            Row("s1", propose("core", "s1", share("FB-1", 1000)), refused="InvoiceCapacityExceeded"),
            Row("s1", propose("core", "s1", share("FB-1", 1, 1000)), refused="InvoiceCapacityExceeded"),
            # An altered amount, another currency, another debtor: the first record stands.
            Row("s1", propose("core", "s1", share("FB-1", 500, 1500)), refused="InvoiceMismatch"),
            Row("s1", propose("core2", "s1", share("FB-1", 500, 1000)), refused="InvoiceOfOtherParties"),
            Row(
                "s1",
                propose("core", "s1", share("FB-1", 500, 1000), currency=978),
                refused="InvoiceInOtherCurrency",
                facts={"recorded": CNY},
            ),
            # Within one proposal too.
            Row(
                "s1",
                propose("core", "s1", share("FB-2", 600, 1000), share("FB-2", 401, 1000)),
                refused="InvoiceCapacityExceeded",
                facts={"available_minor": 400, "requested_minor": 401},
            ),
        ]
    )


def test_a_credit_note_takes_what_is_left_and_no_more(scenario: Scenario) -> None:
    def credited(number: str, amount: int) -> commands.Command:
        return commands.credit_invoice(digest("CN-1"), digest(number), IDS["core"], CNY, 1000, amount)

    scenario.play(
        [
            Row("s1", credited("credit 1", 300)),
            Row("s1", credited("credit 1", 300), refused="CreditNoteUsed"),
            Row("s2", credited("credit 2", 1), refused="InvoiceOfOtherParties"),
            Row("s1", propose("core", "s1", share("CN-1", 701, 1000)), refused="InvoiceCapacityExceeded"),
            Row("s1", propose("core", "s1", share("CN-1", 700, 1000))),
            Row("s1", credited("credit 3", 1), refused="InvoiceCapacityExceeded"),
            Row("s1", commands.withdraw_note(1, [share("CN-1", 700, 1000)])),
            Row("s1", credited("credit 3", 700)),
            Row(
                "s1",
                propose("core", "s1", share("CN-1", 1, 1000)),
                refused="InvoiceCapacityExceeded",
                facts={"available_minor": 0},
            ),
        ]
    )


def test_an_offered_lot_does_not_move_before_the_offeree_answers(scenario: Scenario) -> None:
    child = LotId(1, 1, 0)
    scenario.play(
        [
            *live(1000),
            Row("s1", assign(root(1), "s2"), lots="1-1000 s1 OFFERED"),
            Row("s1", assign(root(1), "s3"), refused="UnexpectedLotState"),
            Row("s1", assign(child, "s3"), refused="UnexpectedLotState"),
            Row("s2", assign(child, "s3"), refused="UnexpectedLotState"),
            Row("s1", pledge(child, "lender", 10), refused="UnexpectedLotState"),
            Row("s3", commands.accept_lot(child), refused="NotHolder"),
            Row("s3", commands.reject_lot(child), refused="NotHolder"),
            Row("s2", commands.revoke(child), refused="NotHolder"),
            Row("s1", commands.revoke(child), lots="1-1000 s1 FREE"),
            Row("s2", commands.accept_lot(child), refused="UnexpectedLotState"),
            Row("s1", assign(child, "s2"), lots="1-1000 s1 OFFERED"),
            Row("s2", commands.accept_lot(LotId(1, 2, 0)), lots="1-1000 s2 FREE"),
            Row("s1", assign(LotId(1, 2, 0), "s3"), refused="NotHolder"),
        ]
    )


def test_maturity_in_the_past_and_missing_terms(scenario: Scenario) -> None:
    now_s = scenario.twin.now_s
    no_terms = commands.propose(IDS["core"], IDS["s1"], CNY, MATURITY_S, bytes(32), [share("T-1", 10)])
    scenario.play(
        [
            Row("s1", propose("core", "s1", share("T-1", 10), maturity_at_s=now_s), refused="MaturityInPast"),
            Row("s1", no_terms, refused="TermsHashMissing"),
        ]
    )
