"""The split plan by itself: every fault names its line and field, and what is right becomes cuts."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil.domain.errors import DomainError
from counterfoil.domain.tiering import Claim, Cut
from counterfoil.entrypoints.demo.plan_file import MAX_PLAN_BYTES, read_plan
from counterfoil.entrypoints.demo.plan_splits import PlannedNote, PlanReader
from counterfoil.usecases.refusals import PARTY_NOT_FOUND

CORE, FIRST, SECOND, THIRD = 1, 2, 3, 4
PARTIES = {"core": CORE, "first": FIRST, "second": SECOND, "third": THIRD}
HEAD = "splits:\n  - invoice: A-1\n    by: first\n    to:\n"


def found(name: str) -> int:
    """A party by name."""
    if name not in PARTIES:
        raise DomainError(PARTY_NOT_FOUND, reference=name)
    return PARTIES[name]


def cuts_of(path: Path, content: str | bytes) -> tuple[Cut, ...]:
    """The cuts of a plan over two notes of 1,000.00 EUR that `first` holds; A-1 and 0042."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    notes = [
        PlannedNote(
            claim=Claim(note=note, holder=FIRST, currency="EUR", face_minor=100_000),
            invoice_number=number,
            debtor=CORE,
        )
        for note, number in ((1, "A-1"), (2, "0042"))
    ]
    trade = {(SECOND, FIRST, "EUR"): "invoice B-1"}
    return PlanReader(read_plan(path), notes, find_party=found, trade=trade).cuts().cuts


def parts(cut: Cut) -> list[tuple[int, int, str | None]]:
    """Holder, amount and reference of each part."""
    return [(part.holder, part.amount_minor, part.reference) for part in cut.parts]


def test_amounts_shares_and_references_become_one_cut(tmp_path: Path) -> None:
    (cut,) = cuts_of(
        tmp_path / "plan.yaml",
        HEAD
        + "      - {party: second, amount: 250.5}\n"
        + "      - {party: third, share: 33.333%, reference: PO 7}\n",
    )
    assert parts(cut) == [(SECOND, 25_050, "invoice B-1"), (THIRD, 33_333, "PO 7"), (FIRST, 41_617, None)]


def test_a_share_is_of_what_the_holder_has_when_its_entry_begins(tmp_path: Path) -> None:
    cuts = cuts_of(
        tmp_path / "plan.yaml",
        HEAD
        + "      - {party: second, amount: '500'}\n"
        + "  - invoice: A-1\n    by: second\n    to: [{party: third, share: 50%, reference: r}]\n"
        + "  - invoice: A-1\n    by: first\n    to: [{party: third, share: 100 %, reference: r}]\n",
    )
    assert [parts(cut)[0][1] for cut in cuts] == [50_000, 25_000, 50_000]
    assert len(cuts[2].parts) == 1


def test_an_unquoted_number_keeps_its_zeros_and_an_amount_its_cents(tmp_path: Path) -> None:
    (cut,) = cuts_of(
        tmp_path / "plan.yaml",
        "splits:\n  - invoice: 0042\n    by: first\n    to: [{party: second, amount: 0.07}]\n",
    )
    assert cut.note == 2
    assert parts(cut)[0][1] == 7


def test_several_lots_of_one_note_are_used_in_order_of_position(tmp_path: Path) -> None:
    cuts = cuts_of(
        tmp_path / "plan.yaml",
        HEAD
        + "      - {party: second, amount: 10}\n      - {party: third, amount: 1, reference: r}\n"
        + "      - {party: second, amount: 20}\n"
        + "  - invoice: A-1\n    by: second\n    to: [{party: third, amount: 25, reference: all of it}]\n",
    )
    assert [(cut.positions.first, cut.positions.last, parts(cut)) for cut in cuts[1:]] == [
        (1, 1000, [(THIRD, 1000, "all of it")]),
        (1101, 3100, [(THIRD, 1500, "all of it"), (SECOND, 500, None)]),
    ]


@pytest.mark.parametrize(
    ("entry", "place", "reason"),
    [
        ("{party: nobody, amount: 1}", "line 5, splits[0].to[0].party", "no party is known by 'nobody'"),
        ("{party: core, amount: 1}", "line 5, splits[0].to[0].party", "core is the debtor of this note"),
        ("{party: first, amount: 1}", "line 5, splits[0].to[0].party", "cannot pass a part to itself"),
        ("{party: third, amount: 1}", "line 5, splits[0].to[0].reference", "state the trade background"),
        ("{party: second, amount: 0.001}", "line 5, splits[0].to[0].amount", "more decimals"),
        ("{party: second, amount: 0}", "line 5, splits[0].to[0].amount", "less than one minor unit"),
        ("{party: second, amount: 1000.01}", "line 5, splits[0].to", "first holds 1,000.00 EUR by then"),
        ("{party: second, amount: -1}", "line 5, splits[0].to[0].amount", "positive decimal number"),
        ('{party: second, amount: "1,000.00"}', "line 5, splits[0].to[0].amount", "without separators"),
        ("{party: second, amount: 1e3}", "line 5, splits[0].to[0].amount", "positive decimal number"),
        ("{party: second, amount: [1]}", "line 5, splits[0].to[0].amount", "it must be one text"),
        ("{party: second, share: 0.000001%}", "line 5, splits[0].to[0].share", "less than one minor unit"),
        ("{party: second, share: 0.5}", "line 5, splits[0].to[0].share", "write a percentage"),
        ("{party: second, share: 0%}", "line 5, splits[0].to[0]", "above 0% and at most 100%"),
        ("{party: second, share: 100.1%}", "line 5, splits[0].to[0]", "at most 100%"),
        ("{party: second, share: 1%, amount: 1}", "line 5, splits[0].to[0]", "and not both"),
        ("{party: second}", "line 5, splits[0].to[0]", "either amount or share"),
        ("{party: second, amont: 1}", "line 5, splits[0].to[0].amont", "this field is unknown"),
        ("{party: '', amount: 1}", "line 5, splits[0].to[0].party", "empty"),
        ("{amount: 1}", "line 5, splits[0].to[0].party", "this field is missing"),
        ("just text", "line 5, splits[0].to[0]", "mapping of fields"),
    ],
)
def test_a_fault_in_a_part_names_line_and_field(tmp_path: Path, entry: str, place: str, reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        cuts_of(tmp_path / "plan.yaml", HEAD + f"      - {entry}\n")
    assert refused.value.code == "PlanUnusable"
    assert f"{place}: " in refused.value.message
    assert reason in refused.value.message


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        ("", "line 1", "it is empty"),
        ("# only a comment\n", "line 1", "it is empty"),
        ("splits: [", "line 1", "expected"),
        ("splits:\n  - a: 1\n  b: 2\n", "line 3", "expected"),
        ("splits: 3", "line 1, splits", "it must be a list"),
        ("splits: []", "line 1, splits", "at least one"),
        ("parts: []", "line 1, splits", "missing"),
        ("- a", "line 1", "mapping"),
        ("splits: &a\n - *a", "line 2", "aliases"),
        (b"splits:\n  - by: \xff\n", "line 2", "UTF-8"),
        ("splits:\n  - by: a\n    by: b\n", "line 3", "'by' stands here twice"),
        ("splits:\n  - ? [a]\n    : b\n", "line 2", "a key must be a word"),
        ("[" * 50_000, "line 1", "nested too deeply"),
        (
            HEAD.replace("A-1", "A-9") + "      - {party: second, amount: 1}",
            "line 2, splits[0].invoice",
            "A-9",
        ),
        (
            HEAD.replace("first", "third") + "      - {party: second, amount: 1}",
            "line 3, splits[0].by",
            "nothing",
        ),
        ("splits:\n  - invoice: A-1\n    by: first\n    to: []\n", "line 4, splits[0].to", "at least one"),
    ],
)
def test_a_fault_in_the_file_names_its_line(
    tmp_path: Path, content: str | bytes, place: str, reason: str
) -> None:
    with pytest.raises(DomainError) as refused:
        cuts_of(tmp_path / "plan.yaml", content)
    assert refused.value.code == "PlanUnusable"
    assert place in refused.value.message
    assert reason in refused.value.message


def test_a_huge_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (MAX_PLAN_BYTES + 1))
    for path, reason in ((huge, "larger than"), (tmp_path / "none.yaml", "No such file")):
        with pytest.raises(DomainError, match=reason):
            read_plan(path)


def test_an_earlier_entry_leaves_less_for_a_later_one(tmp_path: Path) -> None:
    entry = "  - invoice: A-1\n    by: first\n    to: [{party: second, amount: 600}]\n"
    with pytest.raises(DomainError, match=r"line 7, splits\[1\].to: .* 600.00 EUR, .* 400.00 EUR"):
        cuts_of(tmp_path / "plan.yaml", "splits:\n" + entry + entry)
