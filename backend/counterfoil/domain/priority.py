"""The order among competing claims on one asset, with the rule and the reason for each place.

    ranking = rank((Claim(...), Claim(...)))
    paid = distribute(ranking, proceeds_minor=500_000)

Receivables (factoring, assignment, pledge): registered before unregistered, earlier registration first, then
earlier notice to the debtor, then in proportion. Goods in store and the papers over them: by the time at
which each right became public. A time that two claims share gives no order, so they share in proportion.

A reason speaks of its own claim only and names no other creditor. Not ordered here, and before all places
where they exist: the keeper's right of retention for its fees, purchase-money security, seizure by a court,
and what insolvency law puts first. The rules have no predicate over a note's terms, so they stand here and
not in domain.rules; their shape is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import pairwise

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.rules import Certainty

CLAIM_INVALID = declare(
    "ClaimInvalid",
    "claim {reference}: {field}: {reason}",
    "Correct the claim; take its times and amount from the agreement and the register.",
)
CLAIMS_ON_UNLIKE_ASSETS = declare(
    "ClaimsOnUnlikeAssets",
    "a claim on a receivable ({receivable}) and a claim on goods ({goods}) do not compete",
    "Rank the claims on each asset by themselves.",
)


class ClaimKind(StrEnum):
    """By what agreement the claim reaches the asset."""

    FACTORING = "factoring"
    ASSIGNMENT = "assignment"
    RECEIVABLE_PLEDGE = "receivable-pledge"
    RECEIPT_PLEDGE = "receipt-pledge"
    BILL_PLEDGE = "bill-pledge"
    GOODS_PLEDGE = "goods-pledge"
    GOODS_MORTGAGE = "goods-mortgage"


_ON_RECEIVABLES = frozenset({ClaimKind.FACTORING, ClaimKind.ASSIGNMENT, ClaimKind.RECEIVABLE_PLEDGE})
_ON_PAPERS = frozenset({ClaimKind.RECEIPT_PLEDGE, ClaimKind.BILL_PLEDGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim on the asset. Times are aware; None: did not happen, or cannot be shown.

    reference: unique among the claims that compete. registered_at: in the public registry. notified_at: the
    receivable's debtor got notice. published_at: the receipt or bill was endorsed, sealed by the keeper and
    delivered to the pledgee; for a pledge of goods, when they were delivered to it. Raises ClaimInvalid.
    """

    reference: str
    kind: ClaimKind
    secured_minor: int
    registered_at: datetime | None = None
    notified_at: datetime | None = None
    published_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.secured_minor < 1:
            self._refuse("secured_minor", f"{self.secured_minor} secures nothing")
        for field in ("registered_at", "notified_at", "published_at"):
            moment: datetime | None = getattr(self, field)
            if moment is not None and moment.utcoffset() is None:
                self._refuse(field, f"{moment} has no time zone")

    @property
    def public_at(self) -> datetime | None:
        """When everybody could know of the right: a mortgage by registration, the others also by delivery."""
        if self.kind is ClaimKind.GOODS_MORTGAGE:
            return self.registered_at
        if self.kind is ClaimKind.GOODS_PLEDGE:
            return self.published_at
        return min((each for each in (self.published_at, self.registered_at) if each), default=None)

    def _refuse(self, field: str, reason: str) -> None:
        raise DomainError(CLAIM_INVALID, reference=self.reference, field=field, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityRule:
    """A rule of law that gives a place. certainty: as domain.rules has it."""

    rule_id: str
    title: str
    source: str
    certainty: Certainty
    in_force_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place in the order, from 1. Claims in one place share in proportion to what they secure."""

    number: int
    claims: tuple[Claim, ...]
    rule: PriorityRule
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutRight:
    """A claim that gave no right in the asset: it is an ordinary claim against its debtor."""

    claim: Claim
    rule: PriorityRule
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The order of all claims. Every claim stands in one place or in without_right."""

    places: tuple[Place, ...]
    without_right: tuple[WithoutRight, ...]

    def place_of(self, reference: str) -> Place | None:
        """The place of a claim; None where it gave no right."""
        return next(
            (place for place in self.places if any(each.reference == reference for each in place.claims)),
            None,
        )


def _rule(number: str, title: str, source: str, certainty: Certainty) -> PriorityRule:
    # Civil Code and interpretation came into force together.
    return PriorityRule(
        rule_id=number, title=title, source=source, certainty=certainty, in_force_from=date(2021, 1, 1)
    )


CC_414 = _rule(
    "CC-414",
    "Registered before unregistered, earlier registration first, unregistered in proportion",
    "Civil Code art. 414",
    Certainty.READ,
)
CC_415 = _rule(
    "CC-415",
    "Mortgage against pledge of the same goods: by the time of registration or delivery",
    "Civil Code art. 415",
    Certainty.READ,
)
CC_441 = _rule(
    "CC-441",
    "A pledge of a bill arises when the bill is delivered, without a paper when it is registered",
    "Civil Code art. 441",
    Certainty.SECOND_HAND,
)
CC_445 = _rule(
    "CC-445",
    "A pledge of a receivable arises when it is registered",
    "Civil Code art. 445",
    Certainty.SECOND_HAND,
)
CC_429 = _rule(
    "CC-429",
    "A pledge of goods arises when they are delivered",
    "Civil Code art. 429",
    Certainty.SECOND_HAND,
)
CC_768 = _rule(
    "CC-768",
    "Factors: registered first, then earlier registration, then earlier notice, then in proportion",
    "Civil Code art. 768",
    Certainty.READ,
)
GI_59 = _rule(
    "GI-59",
    "Pledges of receipts, and of the goods under them: by the time of publicity, else in proportion",
    "interpretation of the security rules 法释〔2020〕28号 art. 59",  # noqa: RUF001  # the document's own number
    Certainty.READ,
)
GI_66 = _rule(
    "GI-66",
    "Factoring, pledge and assignment of one receivable follow the order among factors",
    "interpretation of the security rules 法释〔2020〕28号 art. 66",  # noqa: RUF001  # the document's own number
    Certainty.READ,
)
PRIORITY_RULES = (CC_414, CC_415, CC_429, CC_441, CC_445, CC_768, GI_59, GI_66)


def rank(claims: Iterable[Claim]) -> Ranking:
    """The order of claims that compete for one asset; it does not depend on the order they are given in.

    Receipts over the same goods, and mortgages of those goods, are one asset here. Raises DomainError
    ClaimInvalid for a repeated reference and ClaimsOnUnlikeAssets.
    """
    known = sorted(claims, key=lambda claim: claim.reference)
    for claim, following in pairwise(known):
        if claim.reference == following.reference:
            raise DomainError(
                CLAIM_INVALID, reference=claim.reference, field="reference", reason="it stands there twice"
            )
    receivable = next((claim.kind for claim in known if claim.kind in _ON_RECEIVABLES), None)
    goods = next((claim.kind for claim in known if claim.kind not in _ON_RECEIVABLES), None)
    if receivable is not None and goods is not None:
        raise DomainError(CLAIMS_ON_UNLIKE_ASSETS, receivable=receivable.value, goods=goods.value)
    without = tuple(found for claim in known if (found := _without_right(claim)) is not None)
    lacking = {each.claim.reference for each in without}
    ranked = [claim for claim in known if claim.reference not in lacking]
    steps = _receivable_steps(ranked) if receivable is not None else _goods_steps(ranked)
    places = tuple(
        Place(number=number, claims=group, rule=rule, reason=_shared(reason, group))
        for number, (group, rule, reason) in enumerate(steps, start=1)
    )
    return Ranking(places=places, without_right=without)


def distribute(ranking: Ranking, *, proceeds_minor: int) -> dict[str, int]:
    """What each claim gets of the proceeds (0 or more), in minor units, by reference; none without right.

    A place is paid in full before the next gets anything; inside a place in proportion, to the minor unit.
    What is left over all claims belongs to whoever gave the security.
    """
    left = proceeds_minor
    paid = {each.claim.reference: 0 for each in ranking.without_right}
    for place in ranking.places:
        secured = [claim.secured_minor for claim in place.claims]
        shares = pro_rata(min(left, sum(secured)), secured)
        paid.update(zip((claim.reference for claim in place.claims), shares, strict=True))
        left -= sum(shares)
    return paid


def pro_rata(amount_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """The amount divided in proportion, exact to the minor unit; weights: above zero.

    Each share is rounded down; the units left go one each to the largest fractions, the earlier share first
    among equal ones.
    """
    total = sum(weights)
    shares = [amount_minor * weight // total for weight in weights]
    fractions = [amount_minor * weight % total for weight in weights]
    by_fraction = sorted(range(len(weights)), key=lambda place: (-fractions[place], place))
    for place in by_fraction[: amount_minor - sum(shares)]:
        shares[place] += 1
    return tuple(shares)


_Step = tuple[tuple[Claim, ...], PriorityRule, str]


def _receivable_steps(claims: Sequence[Claim]) -> list[_Step]:
    kinds = {claim.kind for claim in claims}
    rule = GI_66
    if kinds == {ClaimKind.FACTORING}:
        rule = CC_768
    elif kinds == {ClaimKind.RECEIVABLE_PLEDGE}:
        rule = CC_414
    registered = _by_time((claim.registered_at, claim) for claim in claims)
    unregistered = [claim for claim in claims if claim.registered_at is None]
    notified = _by_time((claim.notified_at, claim) for claim in unregistered)
    neither = tuple(claim for claim in unregistered if claim.notified_at is None)
    steps = [
        (group, rule, f"registered {_text(at)}; earlier registration goes first") for at, group in registered
    ]
    steps += [
        (group, rule, f"not registered; the debtor had notice {_text(at)}, and earlier notice goes first")
        for at, group in notified
    ]
    if neither:
        steps.append((neither, rule, "neither registered nor notified to the debtor"))
    return steps


def _goods_steps(claims: Sequence[Claim]) -> list[_Step]:
    kinds = {claim.kind for claim in claims}
    rule = CC_414
    if ClaimKind.RECEIPT_PLEDGE in kinds:
        rule = GI_59
    elif ClaimKind.GOODS_MORTGAGE in kinds and len(kinds) > 1:
        rule = CC_415
    steps = [
        (group, rule, f"public {_text(at)} {_how(group)}; the earlier publicity goes first")
        for at, group in _by_time((claim.public_at, claim) for claim in claims)
    ]
    # Only a mortgage exists without publicity.
    hidden = tuple(claim for claim in claims if claim.public_at is None)
    if hidden:
        steps.append((hidden, CC_414, "a mortgage that is not registered comes after all that is public"))
    return steps


def _without_right(claim: Claim) -> WithoutRight | None:
    found: tuple[PriorityRule, str] | None = None
    if claim.kind is ClaimKind.RECEIVABLE_PLEDGE and claim.registered_at is None:
        found = CC_445, "the pledge is not registered, so it has not arisen"
    elif claim.kind in _ON_PAPERS and claim.public_at is None:
        rule = GI_59 if claim.kind is ClaimKind.RECEIPT_PLEDGE else CC_441
        found = rule, "neither endorsed, sealed and delivered nor registered, so the pledge has not arisen"
    elif claim.kind is ClaimKind.GOODS_PLEDGE and claim.public_at is None:
        found = CC_429, "the goods were not delivered, so the pledge has not arisen"
    return None if found is None else WithoutRight(claim=claim, rule=found[0], reason=found[1])


def _by_time(claims: Iterable[tuple[datetime | None, Claim]]) -> list[tuple[datetime, tuple[Claim, ...]]]:
    """Claims that have a time, earliest first, those of one instant together."""
    groups: dict[datetime, list[Claim]] = defaultdict(list)
    for moment, claim in claims:
        if moment is not None:
            groups[moment.astimezone(UTC)].append(claim)
    return [(moment, tuple(groups[moment])) for moment in sorted(groups)]


def _shared(reason: str, group: Sequence[Claim]) -> str:
    return f"{reason}; {len(group)} claims share this place in proportion" if len(group) > 1 else reason


def _how(group: Sequence[Claim]) -> str:
    by_delivery = {claim.published_at == claim.public_at for claim in group}
    if by_delivery == {True}:
        return "by delivery"
    return "by registration" if by_delivery == {False} else "by delivery or registration"


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
