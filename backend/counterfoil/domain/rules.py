"""Regulation as data: each rule with its source, how sure we are of it, its dates, parameters and predicate.

    outcomes = evaluate(NoteFacts(...), on=date(2026, 1, 5))
    require(outcomes)

A decision keeps the outcomes of all rules that were looked at, passed or failed: they are its trace. Rules
whose text nobody of this project has seen are switched off until somebody switches them on, and their
outcomes say so. The Chinese rules look only at notes in CNY with a Chinese debtor.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.invoices.invoice import Severity

RULE_BROKEN = declare(
    "RuleBroken",
    "{rule}: {detail}",
    "Change the terms, or record what the rule asks for; the source is {source}.",
)

Parameters = Mapping[str, int]


class Certainty(StrEnum):
    """READ: the text or a lawyer's summary. SECOND_HAND: a paraphrase. NOT_VERIFIED: nothing to rely on."""

    READ = "read"
    SECOND_HAND = "second-hand"
    NOT_VERIFIED = "not verified"


class DebtorKind(StrEnum):
    """Whom the payment terms of small and medium enterprises bind, and how."""

    LARGE_ENTERPRISE = "large-enterprise"
    GOVERNMENT = "government"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFacts:
    """What the rules ask about a note that is to be opened. None: not known.

    term_agreed: whether the parties agreed a longer time of payment in writing. review_reference: the bank's
    recorded review of a long tenor. debtor_overdue_notes: how many of the debtor's notes are overdue now.
    """

    currency: str
    debtor_country: str
    issued_on: date
    maturity_on: date
    face_minor: int
    delivered_on: date | None = None
    debtor_kind: DebtorKind = DebtorKind.OTHER
    creditor_is_sme: bool = False
    term_agreed: bool = False
    review_reference: str | None = None
    debtor_overdue_notes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingFacts:
    """What the rules ask about a drawdown. annual_cost_bps: cost a year over all fees, in basis points."""

    currency: str
    debtor_country: str
    drawdown_on: date
    registered_on: date | None = None
    registration_reference: str | None = None
    annual_cost_bps: int | None = None


Facts = NoteFacts | FinancingFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. predicate: None where the rule does not look at these facts, else (fulfilled, why).

    in_force_to: last day, None without end. on_by_default: False for what is not verified.
    """

    rule_id: str
    title: str
    source: str
    certainty: Certainty
    in_force_from: date
    severity: Severity
    parameters: Parameters
    predicate: Callable[[Facts, Parameters], tuple[bool, str] | None]
    in_force_to: date | None = None
    on_by_default: bool = True

    def in_force(self, on: date) -> bool:
        """Whether the rule is in force that day."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """What one rule said: part of the trace of a decision."""

    rule_id: str
    ok: bool
    severity: Severity
    detail: str
    source: str
    certainty: Certainty


def months_after(day: date, months: int) -> date:
    """The same day so many months on, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def evaluate(
    facts: Facts,
    *,
    on: date,
    rules: Iterable[Rule] | None = None,
    switched: Mapping[str, bool] | None = None,
    parameters: Mapping[str, Parameters] | None = None,
) -> list[RuleOutcome]:
    """The outcome of each rule in force `on` that day that looks at these facts, in the order of the rules.

    switched: rules on or off by id, against their default. parameters: other values than the rule's, by id.
    """
    outcomes = []
    for rule in RULES if rules is None else rules:
        switched_on = (switched or {}).get(rule.rule_id, rule.on_by_default)
        if not switched_on or not rule.in_force(on):
            continue
        said = rule.predicate(facts, {**rule.parameters, **(parameters or {}).get(rule.rule_id, {})})
        if said is None:
            continue
        outcomes.append(
            RuleOutcome(
                rule_id=rule.rule_id,
                ok=said[0],
                severity=rule.severity,
                detail=said[1],
                source=rule.source,
                certainty=rule.certainty,
            )
        )
    return outcomes


def require(outcomes: Iterable[RuleOutcome]) -> None:
    """Raise DomainError RuleBroken for the first outcome that forbids; warnings pass."""
    for outcome in outcomes:
        if not outcome.ok and outcome.severity is Severity.ERROR:
            raise DomainError(RULE_BROKEN, rule=outcome.rule_id, detail=outcome.detail, source=outcome.source)


def _chinese(facts: Facts) -> bool:
    return facts.currency == "CNY" and facts.debtor_country == "CN"


def _tenor(facts: Facts, parameters: Parameters) -> tuple[bool, str] | None:
    if not isinstance(facts, NoteFacts) or not _chinese(facts):
        return None
    cap = months_after(facts.issued_on, parameters["cap_months"])
    if facts.maturity_on > cap:
        return False, f"maturity {facts.maturity_on} is after {cap}, {parameters['cap_months']} months on"
    usual = months_after(facts.issued_on, parameters["usual_months"])
    if facts.maturity_on <= usual:
        return True, f"maturity {facts.maturity_on} is not after {usual}"
    if facts.review_reference:
        return True, f"maturity {facts.maturity_on} is after {usual}, reviewed in {facts.review_reference}"
    return False, f"maturity {facts.maturity_on} is after {usual} and no bank review is recorded"


def _pack(facts: Facts, parameters: Parameters) -> tuple[bool, str] | None:
    if not isinstance(facts, NoteFacts) or not _chinese(facts):
        return None
    most = parameters["most_minor"]
    return facts.face_minor <= most, f"face {facts.face_minor} fen, at most {most} in one pack"


def _payment_term(facts: Facts, parameters: Parameters) -> tuple[bool, str] | None:
    if not isinstance(facts, NoteFacts) or not _chinese(facts) or not facts.creditor_is_sme:
        return None
    if facts.debtor_kind is DebtorKind.OTHER or facts.delivered_on is None:
        return None
    if facts.debtor_kind is DebtorKind.GOVERNMENT:
        days = parameters["government_agreed_days" if facts.term_agreed else "government_days"]
    elif facts.term_agreed:
        return True, "a longer term was agreed; whether it is reasonable is for people to judge"
    else:
        days = parameters["enterprise_days"]
    latest = facts.delivered_on + timedelta(days=days)
    return facts.maturity_on <= latest, f"payable {facts.maturity_on}, due by {latest}, {days} days on"


def _registered(facts: Facts, _: Parameters) -> tuple[bool, str] | None:
    if not isinstance(facts, FinancingFacts) or not _chinese(facts):
        return None
    if not facts.registration_reference or facts.registered_on is None:
        return False, "no registration is stated"
    if facts.registered_on > facts.drawdown_on:
        return False, f"registered {facts.registered_on}, after the drawdown {facts.drawdown_on}"
    return True, f"registered {facts.registered_on} as {facts.registration_reference}"


def _nothing_overdue(facts: Facts, parameters: Parameters) -> tuple[bool, str] | None:
    if not isinstance(facts, NoteFacts) or not _chinese(facts):
        return None
    count = facts.debtor_overdue_notes
    return count <= parameters["most_overdue"], f"{count} notes of the debtor are overdue"


def _annual_cost(facts: Facts, parameters: Parameters) -> tuple[bool, str] | None:
    if not isinstance(facts, FinancingFacts) or not _chinese(facts):
        return None
    if facts.annual_cost_bps is None:
        return False, "the all-in annual cost is not stated"
    most = parameters["most_bps"]
    return facts.annual_cost_bps <= most, f"{facts.annual_cost_bps} bps a year, at most {most}"


_CN77 = "银发〔2025〕77号"  # noqa: RUF001  # the brackets are part of the document's number
_CN77_FROM = date(2025, 6, 15)

RULES: tuple[Rule, ...] = (
    Rule(
        rule_id="CN77-11",
        title="Tenor: six months, up to a year with a recorded bank review",
        source=f"{_CN77} art. 11",
        certainty=Certainty.SECOND_HAND,
        in_force_from=_CN77_FROM,
        severity=Severity.ERROR,
        parameters={"usual_months": 6, "cap_months": 12},
        predicate=_tenor,
    ),
    Rule(
        # Announced in September 2026; neither its text nor its day of entry into force was seen.
        rule_id="CN77-11-CUT",
        title="Tenor: six months at most",
        source=f"announced cut of {_CN77} art. 11",
        certainty=Certainty.NOT_VERIFIED,
        in_force_from=date(2026, 9, 1),
        severity=Severity.ERROR,
        parameters={"usual_months": 6, "cap_months": 6},
        predicate=_tenor,
        on_by_default=False,
    ),
    Rule(
        rule_id="CN77-13",
        title="Financing is registered before or at drawdown",
        source=f"{_CN77} art. 13",
        certainty=Certainty.SECOND_HAND,
        in_force_from=_CN77_FROM,
        severity=Severity.ERROR,
        parameters={},
        predicate=_registered,
    ),
    Rule(
        rule_id="CN77-15",
        title="No new note of a debtor that is overdue",
        source=f"{_CN77} art. 15",
        certainty=Certainty.SECOND_HAND,
        in_force_from=_CN77_FROM,
        severity=Severity.ERROR,
        parameters={"most_overdue": 0},
        predicate=_nothing_overdue,
    ),
    Rule(
        rule_id="BILL-sr",
        title="A pack holds at most one billion yuan",
        source="sub-range rules of the bill exchange",
        certainty=Certainty.SECOND_HAND,
        # The start of the new-generation bill system; the day was not among what was read.
        in_force_from=date(2022, 6, 3),
        severity=Severity.ERROR,
        parameters={"most_minor": 100_000_000_000},
        predicate=_pack,
    ),
    Rule(
        rule_id="SME-60",
        title="Small and medium enterprises are paid in time",
        source="保障中小企业款项支付条例 art. 9",
        certainty=Certainty.READ,
        # Of the revised regulation; the day was not among what was read.
        in_force_from=date(2025, 6, 1),
        severity=Severity.WARNING,
        parameters={"enterprise_days": 60, "government_days": 30, "government_agreed_days": 60},
        predicate=_payment_term,
    ),
    Rule(
        rule_id="RATE-24",
        title="All-in annual cost is capped",
        source="local rules, where they set a cap",
        certainty=Certainty.NOT_VERIFIED,
        # No day is known: before any note of this ledger.
        in_force_from=date(2020, 1, 1),
        severity=Severity.ERROR,
        parameters={"most_bps": 2_400},
        predicate=_annual_cost,
        on_by_default=False,
    ),
)
