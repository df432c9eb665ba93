"""The states and roles of the ledger, numbered as the contracts number them.

contracts/types/States.sol declares the same members in the same order; a test compares the two.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class PartyState(IntEnum):
    """Suspended parties keep what they hold and do nothing with it."""

    NONE = 0
    ACTIVE = 1
    SUSPENDED = 2


class NoteState(IntEnum):
    """The life of a note; docs/states.md draws it."""

    NONE = 0
    PROPOSED = 1
    LIVE = 2
    REJECTED = 3
    WITHDRAWN = 4
    CANCELLED = 5
    DISPUTED = 6
    MATURED = 7
    OVERDUE = 8
    SETTLED = 9
    WRITTEN_OFF = 10


class LotState(IntEnum):
    """Split lots are history: their children hold the range. Only Free lots move, split or are pledged."""

    NONE = 0
    FREE = 1
    OFFERED = 2
    PLEDGED = 3
    SPLIT = 4
    SETTLED = 5


class LienState(IntEnum):
    """Released: given up by the pledgee. Discharged: its claim was paid, or its asset ended.

    Divided: the asset was divided and the lien goes on over one part. Enforced: the asset went to a buyer.
    """

    NONE = 0
    ACTIVE = 1
    RELEASED = 2
    DISCHARGED = 3
    DIVIDED = 4
    ENFORCED = 5


class FinancingKind(IntEnum):
    """Loan: the lot is pledged. Purchase: the lot is sold, without recourse."""

    LOAN = 0
    PURCHASE = 1


class FinancingState(IntEnum):
    """The life of an offer and of the loan that it becomes."""

    NONE = 0
    OFFERED = 1
    WITHDRAWN = 2
    DRAWN_DOWN = 3
    REPAID = 4
    PURCHASED = 5
    DEFAULTED = 6


class ReceiptState(IntEnum):
    """The life of a warehouse receipt. Released: for delivery, on the holder's order.

    PLEDGED is never kept: an issued receipt is shown as pledged while a lien on it is in force.
    """

    NONE = 0
    DRAFT = 1
    ISSUED = 2
    PLEDGED = 3
    RELEASED = 4
    DELIVERED = 5
    CANCELLED = 6
    DISPUTED = 7
    FROZEN = 8


class BillState(IntEnum):
    """The life of a bill of lading. PLEDGED is never kept, as with receipts."""

    NONE = 0
    ISSUED = 1
    PLEDGED = 2
    SURRENDERED = 3
    SWITCHED = 4
    DISCHARGED = 5
    FROZEN = 6


class FacilityState(IntEnum):
    """The life of a facility. Called: a margin call is open."""

    NONE = 0
    OFFERED = 1
    WITHDRAWN = 2
    OPEN = 3
    CALLED = 4
    DEFAULTED = 5
    CLOSED = 6


class ProposalState(IntEnum):
    """The life of a proposal to the council. One past its time is still Open, and does nothing."""

    NONE = 0
    OPEN = 1
    EXECUTED = 2


class PartyRole(IntFlag):
    """What a party may be on the ledger. Unknown bits are kept: the registrar may use more."""

    CORE_ENTERPRISE = 1 << 0
    SUPPLIER = 1 << 1
    FUNDER = 1 << 2
    BANK = 1 << 3
    KEEPER = 1 << 4
    INSPECTOR = 1 << 5
    AUDITOR = 1 << 6
    REGULATOR = 1 << 7
    CARRIER = 1 << 8
    PRICE_SOURCE = 1 << 9


class Office(IntEnum):
    """Who administers, by OpenZeppelin AccessManager role; another thing than a party's role."""

    GOVERNOR = 0
    REGISTRAR = 1
    BANK = 2
    ARBITER = 3
    EXAMINER = 4


class ContractRole(IntEnum):
    """AccessManager roles that no office has for itself.

    KEYS: may give parties keys and take them away; the key desk and the council hold it, and the registrar
    until the council administers. ANCHOR: may put the head of an audit log on chain. STANDING: may suspend
    parties, let them act again and change their roles; as KEYS, with the registrar's desk, which suspends.
    """

    KEYS = 5
    ANCHOR = 6
    STANDING = 7


REGISTRARS_UNTIL_FOUNDING = (ContractRole.KEYS, ContractRole.STANDING)
"""What the registrar holds for itself until the council administers."""
