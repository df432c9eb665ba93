"""The states of the ledger in words, as answers and filters write them; a test compares the two."""

from __future__ import annotations

from enum import StrEnum


class PartyStateName(StrEnum):
    """Of a party."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class NoteStateName(StrEnum):
    """Of a note."""

    PROPOSED = "proposed"
    LIVE = "live"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"
    MATURED = "matured"
    OVERDUE = "overdue"
    SETTLED = "settled"
    WRITTEN_OFF = "written_off"


class LotStateName(StrEnum):
    """Of a lot."""

    FREE = "free"
    OFFERED = "offered"
    PLEDGED = "pledged"
    SPLIT = "split"
    SETTLED = "settled"


class LienStateName(StrEnum):
    """Of a lien."""

    ACTIVE = "active"
    RELEASED = "released"
    DISCHARGED = "discharged"
    DIVIDED = "divided"
    ENFORCED = "enforced"


class FinancingKindName(StrEnum):
    """Of a financing."""

    LOAN = "loan"
    PURCHASE = "purchase"


class FinancingStateName(StrEnum):
    """Of an offer and of the loan that it becomes."""

    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    DRAWN_DOWN = "drawn_down"
    REPAID = "repaid"
    PURCHASED = "purchased"
    DEFAULTED = "defaulted"


class ReceiptStateName(StrEnum):
    """Of a warehouse receipt; pledged: issued, with a lien in force."""

    DRAFT = "draft"
    ISSUED = "issued"
    PLEDGED = "pledged"
    RELEASED = "released"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"
    FROZEN = "frozen"


class BillStateName(StrEnum):
    """Of a bill of lading; pledged: issued, with a lien in force."""

    ISSUED = "issued"
    PLEDGED = "pledged"
    SURRENDERED = "surrendered"
    SWITCHED = "switched"
    DISCHARGED = "discharged"
    FROZEN = "frozen"


class FacilityStateName(StrEnum):
    """Of a facility."""

    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    OPEN = "open"
    CALLED = "called"
    DEFAULTED = "defaulted"
    CLOSED = "closed"


class ProposalStateName(StrEnum):
    """Of a proposal to the council. One past its time is still open, and does nothing."""

    OPEN = "open"
    EXECUTED = "executed"
