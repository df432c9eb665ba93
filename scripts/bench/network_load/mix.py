"""What becomes of one note: how many operations of each kind, and why so many."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Operations by name, in the order of a note's life."""

    PROPOSE = "propose a note"
    CONFIRM = "confirm a note"
    BATCH_SPLIT = "batch split: a lot at its new holder"
    SPLIT = "split in two"
    ASSIGN = "assign a lot"
    PLEDGE = "pledge a lot"
    OFFER_LOAN = "offer a loan"
    DRAW_DOWN = "draw a loan down"
    REPAY = "repay a loan"
    OFFER_PURCHASE = "offer a purchase"
    SELL = "sell a lot to a funder"
    SETTLE = "settle: a lot paid to its holder"
    TRANSFER = "transfer of a plain ERC-20 token"


# What one transaction of these kinds does to many records.
MANY_RECORDS = frozenset({Kind.BATCH_SPLIT, Kind.SETTLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """One note's story in numbers.

    tier_2: lots that the creditor cuts the note into, one a supplier. splitters: how many of those suppliers
    pass theirs on in one call to tier_3 of their own suppliers. two_way: pay with a part and keep the rest.
    loans, sold: lots that are financed; repaid: loans that are repaid before maturity, the others are taken
    from the settlement. assigned, pledged: of the lots that are still free then. settles: whether the debtor
    pays at maturity while we look.
    """

    name: str
    why: str
    face_minor: int
    tier_2: int
    splitters: int = 0
    tier_3: int = 0
    two_way: int = 0
    assigned: int = 0
    pledged: int = 0
    loans: int = 0
    repaid: int = 0
    sold: int = 0
    settles: bool = True

    def __post_init__(self) -> None:
        untouched = self.tier_2 - self.splitters - self.two_way - self.loans - self.sold
        if untouched < 0 or self.assigned + self.pledged > untouched + 2 * self.two_way:
            raise ValueError(f"{self.name}: a note has fewer lots than are to have a fate")
        if self.repaid > self.loans:
            raise ValueError(f"{self.name}: {self.repaid} of {self.loans} loans are repaid")

    @property
    def lots(self) -> int:
        """Live lots of the note when everything has happened but its settlement."""
        return self.tier_2 - self.splitters + self.splitters * self.tier_3 + self.two_way

    @property
    def records(self) -> dict[Kind, int]:
        """Business records that one note's story changes, by kind; none is zero.

        A batch split counts the lots that reach a holder, a settlement the lots that are paid; a split in
        two is one record, the part that reaches another holder, although the rest is a new lot as well.
        """
        counts = {
            Kind.PROPOSE: 1,
            Kind.CONFIRM: 1,
            Kind.BATCH_SPLIT: (self.tier_2 if self.tier_2 > 2 else 0) + self.splitters * self.tier_3,
            Kind.SPLIT: self.two_way + (1 if self.tier_2 == 2 else 0),
            Kind.ASSIGN: self.assigned,
            Kind.PLEDGE: self.pledged,
            Kind.OFFER_LOAN: self.loans,
            Kind.DRAW_DOWN: self.loans,
            Kind.REPAY: self.repaid,
            Kind.OFFER_PURCHASE: self.sold,
            Kind.SELL: self.sold,
            Kind.SETTLE: self.lots if self.settles else 0,
        }
        return {kind: count for kind, count in counts.items() if count}

    @property
    def transactions(self) -> int:
        """Calls of one story, each a transaction where its party sends it itself."""
        many = sum(1 for kind in (Kind.BATCH_SPLIT, Kind.SETTLE) if kind in self.records)
        return (
            sum(count for kind, count in self.records.items() if kind not in MANY_RECORDS)
            + many
            + self.splitters
        )


MIXED = Mix(
    name="mixed",
    why=(
        "A core enterprise's supplier gets a note of 500,000 EUR and pays 50 of its own suppliers with it "
        "(10,000 EUR each, tens of suppliers in one call). Of these 50, 6 pay 20 suppliers each in the next "
        "tier, 6 pay with a part and keep the rest, 6 pass theirs on whole; 9 go for money before maturity, "
        "about one in five: 2 pledge to a funder outside the ledger, 3 take a loan (2 repay it early, 1 lets "
        "the settlement repay it), 4 sell. 23 wait. At maturity the debtor pays every holder of record in "
        "one call, pledgees first."
    ),
    face_minor=50_000_000,
    tier_2=50,
    splitters=6,
    tier_3=20,
    two_way=6,
    assigned=6,
    pledged=2,
    loans=3,
    repaid=2,
    sold=4,
)

LARGER_NOTES = Mix(
    name="larger notes",
    why=(
        "As the mix, with larger batches beside the same number of other operations: the note goes to 100 "
        "suppliers, of whom 10 pay 30 suppliers each."
    ),
    face_minor=50_000_000,
    tier_2=100,
    splitters=10,
    tier_3=30,
    two_way=6,
    assigned=6,
    pledged=2,
    loans=3,
    repaid=2,
    sold=4,
)

SINGLE_RECORDS = Mix(
    name="single records",
    why=(
        "No call touches more than one business record: a note is opened, confirmed and split in two; one "
        "half secures a loan that is repaid, the other is split in two again, one part of it assigned and "
        "the rest pledged."
    ),
    face_minor=50_000_000,
    tier_2=2,
    two_way=1,
    assigned=1,
    pledged=1,
    loans=1,
    repaid=1,
    settles=False,
)

FILLING = Mix(
    name="filling",
    why="Notes that only fill the ledger with live lots: 500 holders in one call, due in a year.",
    face_minor=50_000_000,
    tier_2=500,
    settles=False,
)
