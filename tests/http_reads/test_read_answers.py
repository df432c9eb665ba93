"""What the read routes answer to whom: their own, and of others nothing, not even that it is there."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from facility_ledger import TERMS, facility_life, with_pool_of
from goods_ledger import BUYER, FUNDER, KEEPER, OWNER, seal
from model_ledger import (
    CORE,
    FIRST,
    LENDER,
    MATURITY_S,
    SECOND,
    by,
    digest,
    lived,
    open_note,
    with_parties,
)
from reads_api import AUDITOR, WITHOUT_PARTY, Api, served
from reads_world import World

from counterfoil.domain import states
from counterfoil.domain.events.council_events import ActApproved, ActProposed, MemberAdmitted
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.ledger import LotRange
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.visibility import Sight, Viewer
from counterfoil.entrypoints.http.read import states as shown_states
from counterfoil.entrypoints.http.read.shapes import instant
from counterfoil.store.unit_of_work import Store

EVERYBODY = (CORE, FIRST, SECOND, LENDER)
LISTS = (
    "/notes",
    "/lots",
    "/assignments",
    "/receipts",
    "/stocks",
    "/bills",
    "/liens",
    "/financings",
    "/facilities",
    "/cash/balances",
    "/cash/redemptions",
    "/invoices",
)


def lived_notes(store: Store) -> AbstractContextManager[Api]:
    """model_ledger.lived: five notes between a debtor, two suppliers and a lender."""
    return served(World(store, lived()))


def pooled_goods(store: Store) -> AbstractContextManager[Api]:
    """Two receipts and a note of one owner; a facility offered over them."""
    return served(World(store, with_pool_of(600, 400)))


@pytest.fixture(scope="module")
def notes(shared_store: Callable[[], Store]) -> Iterator[Api]:
    """For tests that change nothing."""
    with lived_notes(shared_store()) as api:
        yield api


@pytest.fixture(scope="module")
def goods(shared_store: Callable[[], Store]) -> Iterator[Api]:
    """Everything that happens to facilities, liens and receipts. For tests that change nothing."""
    with served(World(shared_store(), facility_life())) as api:
        yield api


@pytest.fixture
def living_notes(store: Store) -> Iterator[Api]:
    """For a test that goes on with the ledger."""
    with lived_notes(store) as api:
        yield api


@pytest.fixture
def living_goods(store: Store) -> Iterator[Api]:
    """For a test that goes on with the ledger."""
    with pooled_goods(store) as api:
        yield api


def objects(api: Api) -> dict[str, set[int]]:
    """Every object by its path, with the parties that see it by the rules of the domain."""
    with api.side.reading() as reading:
        state, rules = reading.state, reading.visibility
        found: dict[str, set[int]] = {}
        for party_id in state.parties:
            viewer = Viewer(party_id)
            seen = {
                **{f"/notes/{n}": rules.sees_note(viewer, n) for n in state.notes},
                **{f"/notes/{n}/payments": rules.sees_note(viewer, n) for n in state.notes},
                **{
                    f"/lots/{lot.note_id}/{lot.segment}/{lot.index}": rules.of_lot(viewer, lot) > Sight.NONE
                    for lot in state.lots
                },
                **{
                    f"/assets/lot:{lot.note_id}.{lot.segment}.{lot.index}/liens": rules.of_lot(viewer, lot)
                    > Sight.OUTLINE
                    for lot in state.lots
                },
                **{f"/receipts/{n}": bool(rules.of_receipt(viewer, n)) for n in state.receipts},
                **{f"/assets/receipt:{n}/liens": bool(rules.of_receipt(viewer, n)) for n in state.receipts},
                **{f"/stocks/{n}": rules.sees_stock(viewer, n) for n in state.stocks},
                **{f"/bills/{n}": bool(rules.of_bill(viewer, n)) for n in state.bills},
                **{f"/financings/{n}": rules.sees_financing(viewer, n) for n in state.financings},
                **{f"/facilities/{n}": bool(rules.of_facility(viewer, n)) for n in state.facilities},
            }
            for path, is_seen in seen.items():
                found.setdefault(path, set())
                if is_seen:
                    found[path].add(party_id)
        return found


def missing(path: str) -> str:
    """The same path of an object that does not exist."""
    return {
        "notes": "/notes/987654321",
        "lots": "/lots/987654321/0/0",
        "assets": "/assets/receipt:987654321/liens"
        if "receipt:" in path
        else "/assets/lot:987654321.0.0/liens",
    }.get(path.split("/")[1], f"/{path.split('/')[1]}/987654321") + (
        "/payments" if path.endswith("/payments") else ""
    )


@pytest.mark.parametrize("world", ["notes", "goods"])
def test_somebody_elses_object_is_answered_like_one_that_is_not_there(
    world: str, request: pytest.FixtureRequest
) -> None:
    api: Api = request.getfixturevalue(world)
    refused = Counter()
    for path, seeing in objects(api).items():
        for party_id in [*api.world.state.parties, WITHOUT_PARTY]:
            answer = api.get(path, party_id)
            if party_id in seeing:
                assert answer.status_code == 200, (path, party_id, answer.text)
                continue
            assert answer.status_code == 404, (path, party_id)
            nowhere = api.get(missing(path), party_id)
            assert nowhere.status_code == 404, missing(path)
            assert answer.json()["code"] == nowhere.json()["code"]
            assert set(answer.json()) == set(nowhere.json())
            assert answer.headers.keys() == nowhere.headers.keys()
            named = path.removesuffix("/liens").removesuffix("/payments").rsplit("/", maxsplit=1)[-1]
            assert named.split(":")[-1].split(".")[0] in answer.json()["detail"]
            refused[path.split("/")[1]] += 1
        assert api.get(path, AUDITOR).status_code == 200, path
    assert refused.total() > 20


@pytest.mark.parametrize("world", ["notes", "goods"])
def test_lists_have_what_the_caller_sees_and_nothing_else(world: str, request: pytest.FixtureRequest) -> None:
    api: Api = request.getfixturevalue(world)
    seeing = objects(api)
    keys = {
        "/notes": "note_id",
        "/receipts": "receipt_id",
        "/stocks": "stock_id",
        "/bills": "bill_id",
        "/financings": "financing_id",
        "/facilities": "facility_id",
    }
    for party_id in api.world.state.parties:
        for path, key in keys.items():
            shown = [item[key] for item in api.items(path, party_id)]
            expected = [
                int(each.rsplit("/", maxsplit=1)[-1])
                for each, who in seeing.items()
                if each.rsplit("/", maxsplit=1)[0] == path and party_id in who
            ]
            assert shown == sorted(expected), (path, party_id)
    for path in LISTS:
        assert api.items(path, WITHOUT_PARTY) == []


def test_a_supplier_reads_no_name_of_those_it_does_not_deal_with(store: Store) -> None:
    """Halves of one note go to two suppliers; neither finds the other anywhere, but in the directory."""
    ledger = with_parties()
    for party_id in (SECOND, LENDER):
        ledger.parties.set_standing_acceptance(by(party_id), debtor_id=None, given=True)
    open_note(ledger)
    ledger.lots.split(
        by(FIRST),
        lot_id=LotId.root(1),
        children=[(400, SECOND), (600, LENDER)],
        background=digest("orders"),
    )
    with served(World(store, ledger)) as api:
        for one, other in ((SECOND, LENDER), (LENDER, SECOND)):
            paths = [
                "/notes/1",
                "/notes/1/payments",
                "/lots",
                "/events?limit=500",
                "/liens",
                "/holdings/statement",
            ]
            told = "".join(json.dumps(api.read(path, one)) for path in paths)
            told = told.replace(f"Party {one}", "")
            assert f"Party {other}" not in told
            lots = api.read("/notes/1", one)["lots"]
            assert [lot["sight"] for lot in lots] == ["outline", "whole"]
            assert lots[0]["holder_id"] is None
            assert lots[1]["received_from_id"] == FIRST
            splits = [
                each for each in api.read("/events?limit=500", one)["items"] if each["event"] == "LotSplit"
            ]
            (split,) = splits
            assert [child["party_id"] for child in split["fields"]["children"]] == [one]
        given = api.read("/notes/1", FIRST)["lots"]
        assert [lot["holder_id"] for lot in given[1:]] == [SECOND, LENDER]
        assert [lot["sight"] for lot in given] == ["past", "past", "past"]
        assert all(lot["state"] is None for lot in given)


def test_a_payment_tells_everybody_its_own_part_only(store: Store) -> None:
    ledger = with_parties()
    for party_id in (SECOND, LENDER):
        ledger.parties.set_standing_acceptance(by(party_id), debtor_id=None, given=True)
    open_note(ledger)
    parts = [(400, SECOND), (600, LENDER)]
    ledger.lots.split(by(FIRST), lot_id=LotId.root(1), children=parts, background=digest("orders"))
    ledger.settlement.settle(
        by(CORE, MATURITY_S),
        note_id=1,
        amount_minor=1000,
        ranges=[LotRange(segment=1, start=0, stop=1)],
    )
    with served(World(store, ledger)) as api:

        def told(party_id: int, name: str, part: str) -> list[list[int]]:
            events = api.read("/events?limit=500", party_id)["items"]
            return [
                [each["party_id"] for each in event["fields"][part]]
                for event in events
                if event["event"] == name
            ]

        for party_id in (SECOND, LENDER):
            assert told(party_id, "PaymentApplied", "payouts") == [[party_id]]
            assert told(party_id, "CashSettled", "payments") == [[party_id]]
        for party_id in (CORE, AUDITOR):
            assert told(party_id, "PaymentApplied", "payouts") == [[SECOND, LENDER]]
        assert told(FIRST, "PaymentApplied", "payouts") == [[]]
        paid = api.items("/notes/1/payments", SECOND)
        assert [each["amount"]["amount_minor"] for each in paid] == [400]
        assert len(api.items("/notes/1/payments", CORE)) == 2


def test_who_sees_everything_finds_every_event(notes: Api) -> None:
    shown = notes.read("/events?limit=500", AUDITOR)["items"]
    assert [event["event"] for event in shown] == [type(each.event).__name__ for each in notes.world.stored]


def test_an_object_is_answered_from_what_was_rendered_until_it_changes(living_notes: Api) -> None:
    first = living_notes.get("/notes/4", FIRST)
    again = living_notes.get("/notes/4", FIRST, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert int(first.headers["counterfoil-block"]) == living_notes.side.block_number
    living_notes.world.ledger.notes.confirm(by(CORE), note_id=4, face_minor=1000)
    living_notes.follow()
    changed = living_notes.get("/notes/4", FIRST, if_none_match=first.headers["etag"])
    assert changed.status_code == 200
    assert changed.json()["state"] == "live"
    assert changed.headers["etag"] != first.headers["etag"]
    assert int(changed.headers["counterfoil-block"]) == living_notes.side.block_number


def test_what_was_rendered_for_one_is_never_given_to_another(notes: Api) -> None:
    for _ in range(2):
        shown = {party_id: notes.read("/notes/1", party_id) for party_id in EVERYBODY}
        assert len({json.dumps(each) for each in shown.values()}) == len(EVERYBODY)
        assert notes.get("/notes/2", SECOND).status_code == 404
        assert notes.get("/notes/2", CORE).status_code == 200


def test_a_new_offer_opens_what_was_not_there_before(living_notes: Api) -> None:
    assert living_notes.get("/notes/2", SECOND).status_code == 404
    note_id = open_note(living_notes.world.ledger)
    living_notes.follow()
    assert living_notes.get(f"/notes/{note_id}", SECOND).status_code == 404
    living_notes.world.ledger.lots.assign(
        by(FIRST), lot_id=LotId.root(note_id), to_id=SECOND, background=digest("order")
    )
    living_notes.follow()
    assert living_notes.read(f"/notes/{note_id}", SECOND)["lots"][-1]["offered_to_id"] == SECOND
    (waiting,) = [
        each
        for each in living_notes.items("/assignments?direction=to_me", SECOND)
        if each["note_id"] == note_id
    ]
    assert waiting["assignor"]["party_id"] == FIRST
    assert waiting["lot"] in [
        each["lot"] for each in living_notes.items("/assignments?direction=by_me", FIRST)
    ]
    assert living_notes.items("/assignments?direction=to_me", FIRST) == []
    assert living_notes.items("/assignments", LENDER) == []


def test_pages_make_the_list(notes: Api) -> None:
    whole = notes.items("/notes", CORE)
    assert len(whole) == 5
    for limit in (1, 2, 3):
        assert notes.items("/notes", CORE, limit=limit) == whole
        assert notes.items("/liens", CORE, limit=limit) == notes.items("/liens", CORE)
        assert notes.items("/lots", FIRST, limit=limit) == notes.items("/lots", FIRST)


@pytest.mark.parametrize("broken", ["", "x", "00", "7b7d", "ff" * 20])
def test_a_cursor_that_was_not_given_out_is_refused(notes: Api, broken: str) -> None:
    answer = notes.get(f"/notes?cursor={broken or '-'}", CORE)
    assert (answer.status_code, answer.json()["code"]) == (400, "CursorInvalid")


def test_a_cursor_is_good_for_its_list_its_filters_and_its_organisation(notes: Api) -> None:
    cursor = notes.read("/notes?limit=1", CORE)["next_cursor"]
    assert notes.get(f"/notes?cursor={cursor}", CORE).status_code == 200
    for path, party_id in (
        (f"/notes?cursor={cursor}", FIRST),
        (f"/notes?state=live&cursor={cursor}", CORE),
        (f"/lots?cursor={cursor}", CORE),
        (f"/invoices?cursor={cursor}", CORE),
    ):
        answer = notes.get(path, party_id)
        assert (answer.status_code, answer.json()["code"]) == (400, "CursorInvalid"), path


def test_filters_choose(notes: Api) -> None:
    assert [each["note_id"] for each in notes.items("/notes?state=proposed", CORE)] == [4]
    assert [each["note_id"] for each in notes.items("/notes?as=holder", LENDER)] == [3]
    assert len(notes.items("/notes?as=debtor", CORE)) == 5
    assert notes.items("/notes?as=debtor", FIRST) == []
    assert notes.get("/notes?state=paid", CORE).status_code == 422


def test_balances_are_the_ledgers_and_the_callers(notes: Api) -> None:
    state = notes.world.state
    for party_id in EVERYBODY:
        shown = notes.items("/cash/balances", party_id)
        assert {each["party"]["party_id"] for each in shown} <= {party_id}
        assert sum(each["balance"]["amount_minor"] for each in shown) == state.balance_of(party_id, 156)
    assert len(notes.items("/cash/balances", AUDITOR)) == len(
        [each for each in state.balances.values() if each]
    )
    assert [each["redemption_id"] for each in notes.items("/cash/redemptions", FIRST)] == [1]
    assert notes.items("/cash/redemptions", LENDER) == []


@pytest.mark.parametrize("party_id", EVERYBODY)
def test_statements_end_with_what_the_ledger_says(notes: Api, party_id: int) -> None:
    period = "?from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"
    state = notes.world.state
    cash = notes.read(f"/cash/statement{period}", party_id)
    assert sum(each["amount_minor"] for each in cash["closing"]) == state.balance_of(party_id, 156)
    assert sum(each["amount"]["amount_minor"] for each in cash["movements"]) == state.balance_of(
        party_id, 156
    )
    held = sum(
        lot.length_minor
        for lot in state.lots.values()
        if lot.holder_id == party_id
        and lot.is_leaf
        and lot.state is not states.LotState.SETTLED
        and state.notes[lot.lot_id.note_id].state is not states.NoteState.CANCELLED
    )
    holdings = notes.read(f"/holdings/statement{period}", party_id)
    assert sum(each["amount_minor"] for each in holdings["closing"]) == held


def test_a_later_period_opens_with_what_the_earlier_closed(notes: Api) -> None:
    early, late = "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"
    middle = "2025-07-15T00:00:00Z"
    first = notes.read(f"/cash/statement?from={early}&to={middle}", FIRST)
    second = notes.read(f"/cash/statement?from={middle}&to={late}", FIRST)
    assert first["movements"]
    assert second["movements"]
    assert second["opening"] == first["closing"]
    whole = notes.read(f"/cash/statement?from={early}&to={late}", FIRST)
    assert whole["movements"] == first["movements"] + second["movements"]


def test_a_statement_comes_as_csv_where_that_is_asked_for(notes: Api) -> None:
    answer = notes.get("/cash/statement?from=2020-01-01T00:00:00Z", FIRST, accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = answer.text.strip().split("\r\n")
    assert rows[0].startswith("row,position,at,kind,currency,amount_minor")
    assert rows[-1].startswith("closing,")
    assert rows[-1].split(",")[6] == str(notes.world.state.balance_of(FIRST, 156))


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/cash/statement?party_id=1", "PartyNotFound", 404),
        ("/cash/statement?party_id=999", "PartyNotFound", 404),
        ("/cash/statement?from=2026-01-02T00:00:00", "PeriodInvalid", 422),
        ("/cash/statement?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "PeriodInvalid", 422),
    ],
)
def test_a_statement_of_others_or_of_no_period_is_refused(
    notes: Api, path: str, code: str, status: int
) -> None:
    answer = notes.get(path, FIRST)
    assert (answer.json()["code"], answer.status_code) == (code, status)


def test_who_sees_everything_names_the_party_of_a_statement(notes: Api) -> None:
    own = notes.read("/cash/statement?from=2020-01-01T00:00:00Z", FIRST)
    assert notes.read(f"/cash/statement?from=2020-01-01T00:00:00Z&party_id={FIRST}", AUDITOR) == own
    answer = notes.get("/cash/statement", AUDITOR)
    assert answer.json()["code"] == "StatementWithoutParty"


def test_the_directory_is_everybodys_but_not_what_a_party_keeps_to_itself(notes: Api) -> None:
    assert [each["party_id"] for each in notes.items("/parties", SECOND)] == list(EVERYBODY)
    assert notes.read(f"/parties/{FIRST}", FIRST)["own"]["tier"] == 1
    assert notes.read(f"/parties/{FIRST}", SECOND)["own"] is None
    assert notes.read(f"/parties/{FIRST}", AUDITOR)["own"] is not None
    found = notes.items("/parties?identifier=vat:DE000000003", CORE)
    assert [each["party_id"] for each in found] == [SECOND]
    assert notes.get("/parties/77", CORE).status_code == 404


def test_an_offered_facility_is_between_its_sides(living_goods: Api) -> None:
    terms = dataclasses.replace(TERMS, principal_minor=1_000)
    assert living_goods.items("/facilities", OWNER) == []
    facility_id = living_goods.world.ledger.facilities.offer(by(FUNDER), terms)
    living_goods.follow()
    path = f"/facilities/{facility_id}"
    for party_id in (OWNER, FUNDER, AUDITOR):
        sheet = living_goods.read(path, party_id)
        assert (sheet["sight"], sheet["state"]) == ("whole", "offered")
        assert [each["asset"] for each in sheet["now"]["pool"]] == ["receipt:1"]
    for party_id in (KEEPER, BUYER):
        assert living_goods.get(path, party_id).status_code == 404
    # The offer alone shows the funder no more of the receipt than that it is there.
    assert living_goods.read("/receipts/1", FUNDER)["sight"] == "past"
    assert living_goods.read("/receipts/1", FUNDER)["holder"] is None
    living_goods.world.ledger.facilities.accept(by(OWNER), facility_id=facility_id, terms=terms)
    living_goods.follow()
    assert living_goods.read("/receipts/1", FUNDER)["sight"] == "whole"
    drawn = living_goods.read(path, OWNER)["now"]
    assert drawn["debt"]["amount_minor"] == terms.principal_minor
    assert [each["asset"] for each in living_goods.items("/liens", FUNDER)] == ["receipt:1"]


def test_a_receipt_shows_former_holders_their_own_step_only(living_goods: Api) -> None:
    ledger = living_goods.world.ledger
    free = next(
        receipt.receipt_id
        for receipt in ledger.state.receipts.values()
        if not ledger.state.is_pledged(AssetId.of_receipt(receipt.receipt_id)) and receipt.holder_id == OWNER
    )
    ledger.receipts.transfer(by(OWNER), receipt_id=free, to_id=BUYER, background=digest("sale"), seal=seal())
    living_goods.follow()
    former, holder = (
        living_goods.read(f"/receipts/{free}", OWNER),
        living_goods.read(f"/receipts/{free}", BUYER),
    )
    assert (former["sight"], former["value"], former["holder"]["party_id"]) == ("past", None, BUYER)
    assert (holder["sight"], holder["state"]) == ("whole", "issued")
    assert living_goods.get(f"/receipts/{free}", FUNDER).status_code in (200, 404)
    ledger.receipts.transfer(by(BUYER), receipt_id=free, to_id=FUNDER, background=digest("sale"), seal=seal())
    living_goods.follow()
    assert living_goods.read(f"/receipts/{free}", OWNER)["holder"] is None


@pytest.mark.parametrize(
    "kind",
    [
        states.PartyState,
        states.NoteState,
        states.LotState,
        states.LienState,
        states.FinancingKind,
        states.FinancingState,
        states.ReceiptState,
        states.BillState,
        states.FacilityState,
        states.ProposalState,
    ],
)
def test_states_are_told_by_the_ledgers_names(kind: type[states.NoteState]) -> None:
    shown = getattr(shown_states, f"{kind.__name__}Name")
    assert [each.value for each in shown] == [each.name.lower() for each in kind if each.name != "NONE"]


def test_nothing_is_answered_to_nobody(notes: Api) -> None:
    for path in [*LISTS, "/notes/1", "/events", "/events/stream", "/parties"]:
        answer = notes.client.get(f"/v1{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "NotAuthenticated"), path


def test_priority_is_for_who_sees_the_asset_whole(notes: Api) -> None:
    for party_id in (CORE, LENDER, AUDITOR):
        (place,) = notes.read("/assets/lot:3.0.0/priority", party_id)["places"]
        (claim,) = place["claims"]
        assert (claim["kind"], claim["reference"]) == ("factoring", "lot:3.0.0")
        assert claim["holder"] == f"Party {LENDER} (party {LENDER}), who holds it"
    # FIRST sold it, and sees its own past in it only.
    for path, party_id in (
        ("/assets/lot:3.0.0/priority", FIRST),
        ("/assets/lot:3.0.0/priority", SECOND),
        ("/assets/lot:1.7.2/priority", LENDER),
    ):
        answer = notes.get(path, party_id)
        assert (answer.status_code, answer.json()["code"]) == (404, "LotNotFound"), path


def test_proposals_are_for_those_who_sit_in_the_council(store: Store) -> None:
    ledger = with_parties()
    proposed = ActProposed(
        proposal_id=1,
        proposer_id=CORE,
        target="0x" + "12" * 20,
        call=b"\x01\x02",
        reason_hash=digest("reason"),
        executable_at_s=MATURITY_S,
        expires_at_s=MATURITY_S + 1,
    )
    approved = ActApproved(proposal_id=1, member_id=CORE)
    admitted = [MemberAdmitted(member_id=CORE), MemberAdmitted(member_id=FIRST)]
    for event in (*admitted, proposed, approved):
        ledger.events.append(Recorded(event=event, at_s=MATURITY_S))
    with served(World(store, ledger)) as api:
        for party_id in (CORE, FIRST, AUDITOR):
            (shown,) = api.items("/council/proposals", party_id)
            assert (shown["state"], shown["quorum"], shown["call"]) == ("open", 2, "0102")
            assert [each["party_id"] for each in shown["approvers"]] == [CORE]
        assert api.items("/council/proposals", SECOND) == []
        assert api.items("/council/proposals?state=executed", CORE) == []
        assert [each["party_id"] for each in api.items("/council/members", SECOND)] == [CORE, FIRST]


def test_times_beyond_the_calendar_are_shown_as_its_end() -> None:
    assert instant(2**40 - 1).isoformat() == "9999-12-31T23:59:59+00:00"
