"""What the ledger refuses about prices and facilities, in plain words.

See ledger_refusals for how codes and facts are named.
"""

from __future__ import annotations

from counterfoil.domain.errors import declare
from counterfoil.domain.events.facility_events import LOTS_GOOD
from counterfoil.domain.refusals.ledger_refusals import asset_text, time_text
from counterfoil.domain.states import FacilityState

_ASSET = {"asset": asset_text}
_UNBOUNDED = 2**256 - 1


def facility_state_text(state: int) -> str:
    """Offered, Open, Called, ..."""
    return FacilityState(state).name.capitalize()


def good_text(good: str) -> str:
    """The key of a good as 0x text, or what stands for lots."""
    return "lots of notes" if good == "0x" + LOTS_GOOD.hex() else good


def ltv_text(ltv_bps: int) -> str:
    """Loan-to-value in per cent; without any value there is no such number."""
    return "without bound" if ltv_bps == _UNBOUNDED else f"{ltv_bps / 100:.2f} %"


def deadline_text(call_deadline: int) -> str:
    """Until when a margin call runs."""
    return (
        f"a margin call runs until {time_text(call_deadline)}" if call_deadline else "no margin call is open"
    )


_LTV = {"ltv_bps": ltv_text, "limit_bps": ltv_text}

# -- prices --

PRICE_ZERO = declare("PriceZero", "a price of zero is none", "State what one whole unit costs.")
GOOD_MISSING = declare("GoodMissing", "the good is not stated", "State the key of the good.")
PRICE_NOT_NEWER = declare(
    "PriceNotNewer",
    "the price was observed at {observed_at}, the last one at {last_observed_at}",
    "Post only prices that were observed after the last one.",
    show={"observed_at": time_text, "last_observed_at": time_text},
)
PRICE_IN_FUTURE = declare(
    "PriceInFuture",
    "the price is dated {observed_at}, now it is {now_at}",
    "State when the price was observed.",
    show={"observed_at": time_text, "now_at": time_text},
)
PRICE_MISSING = declare(
    "PriceMissing",
    "the source that was agreed has no price of {good}",
    "Have the price source post one in the currency of the facility.",
    show={"good": good_text},
)
PRICE_STALE = declare(
    "PriceStale",
    "a price that counts was observed at {priced_at}, now it is {now_at}, and that is too old",
    "Have the price source post newer prices of all goods in the pool.",
    show={"priced_at": time_text, "now_at": time_text},
)

# -- facilities --

FACILITY_UNKNOWN = declare(
    "FacilityUnknown", "there is no facility {facility}", "Check the number of the facility."
)
UNEXPECTED_FACILITY_STATE = declare(
    "UnexpectedFacilityState",
    "facility {facility} is {current}, this needs it to be {expected}",
    "Look at the facility: another step came first, or this one is no longer possible.",
    show={"current": facility_state_text, "expected": facility_state_text},
)
NOT_FACILITY_FUNDER = declare(
    "NotFacilityFunder",
    "party {actor} is not the funder of facility {facility}",
    "Have the funder sign itself.",
)
NOT_FACILITY_BORROWER = declare(
    "NotFacilityBorrower",
    "party {actor} is not the borrower of facility {facility}",
    "Have the borrower sign itself.",
)
FACILITY_TERM_INVALID = declare(
    "FacilityTermInvalid",
    "the term {field} of the facility makes no sense",
    "Look the term up in the description of facilities: it names what each must be.",
)
TERMS_UNLIKE = declare(
    "TermsUnlike",
    "the terms stated are not those of the offer {facility}",
    "Read the offer again and state just its terms, or do not take it.",
)
FACILITY_OFFER_EXPIRED = declare(
    "FacilityOfferExpired",
    "the offer {facility} expired on {expires_at}",
    "Ask the funder for a new offer.",
    show={"expires_at": time_text},
)
GOOD_NOT_AGREED = declare(
    "GoodNotAgreed",
    "the agreement of facility {facility} does not admit {good}",
    "Bring goods that the agreement names.",
    show={"good": good_text},
)
CURRENCY_UNLIKE = declare(
    "CurrencyUnlike",
    "{asset} is not in currency {currency}, which is the facility's",
    "Bring lots in the facility's own currency.",
    show=_ASSET,
)
LTV_ABOVE_LIMIT = declare(
    "LtvAboveLimit",
    "the loan-to-value of facility {facility} would be {ltv_bps}, at most {limit_bps} is agreed",
    "Bring more assets, or repay first.",
    show=_LTV,
)
VALUE_BELOW_MINIMUM = declare(
    "ValueBelowMinimum",
    "the pool of facility {facility} would be worth {value_minor} after haircuts, {minimum_minor} must stay "
    "(minor units)",
    "Take out less, or bring more in its place.",
)
SUBSTITUTE_WORTH_LESS = declare(
    "SubstituteWorthLess",
    "{replacement} is worth {value_minor} after haircuts, what it replaces {former_minor} (minor units)",
    "Offer something that is worth at least as much.",
    show={"replacement": asset_text},
)
ASSET_NOT_IN_POOL = declare(
    "AssetNotInPool",
    "{asset} is not in the pool of facility {facility}",
    "Look the pool up and name one of its assets.",
    show=_ASSET,
)
POOL_FULL = declare(
    "PoolFull",
    "the pool of facility {facility} has {maximum} assets, which is the limit",
    "Merge receipts, or take an asset out first.",
)
LTV_WITHIN_LIMIT = declare(
    "LtvWithinLimit",
    "the loan-to-value of facility {facility} is {ltv_bps}, within the limit of {limit_bps}",
    "Nothing is to be called while it is.",
    show=_LTV,
)
NOT_ENFORCEABLE = declare(
    "NotEnforceable",
    "nothing of facility {facility} may be enforced now ({call_deadline})",
    "Enforce in default, or when a margin call has run out and the loan-to-value is still above the limit.",
    show={"call_deadline": deadline_text},
)
PRICE_BELOW_FLOOR = declare(
    "PriceBelowFloor",
    "{price_minor} for {asset} is below the floor that was agreed, {floor_minor} (minor units)",
    "Enforce at no less than the agreed share of its value.",
    show=_ASSET,
)
SALE_UNKNOWN = declare(
    "SaleUnknown",
    "{asset} of facility {facility} is not offered to you",
    "Have the funder offer it to you first.",
    show=_ASSET,
)
SALE_EXPIRED = declare(
    "SaleExpired",
    "the sale of {asset} of facility {facility} expired on {expires_at}",
    "Ask the funder for a new offer.",
    show=_ASSET | {"expires_at": time_text},
)
SALE_OPEN = declare(
    "SaleOpen",
    "{asset} of facility {facility} is offered to a buyer until {expires_at}",
    "Wait until then: what a buyer was offered is not changed under its hand.",
    show=_ASSET | {"expires_at": time_text},
)
CLAIM_OPEN = declare(
    "ClaimOpen",
    "the claim of facility {facility} is offered to a funder until {expires_at}",
    "Wait until then: what a buyer was offered is not changed under its hand.",
    show={"expires_at": time_text},
)
CLAIM_NOT_OFFERED = declare(
    "ClaimNotOffered",
    "the claim of facility {facility} is not offered to you now",
    "Have the funder offer it to you.",
)
FACILITY_NOT_DUE = declare(
    "FacilityNotDue",
    "facility {facility} is due on {due_at}, now it is {now_at}",
    "Wait until the due date has passed.",
    show={"due_at": time_text, "now_at": time_text},
)
FACILITY_REPAYMENT_TOO_LARGE = declare(
    "FacilityRepaymentTooLarge",
    "{amount_minor} is more than the debt of facility {facility}, {debt_minor} (minor units)",
    "Pay at most the debt with its interest of today.",
)
