"""Events of the lien registry, of prices and of facilities as the domain's events."""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil.chain.event_fields import Args, Build, converting, named, plain
from counterfoil.domain.events import facility_events as facilities
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.lot import AssetId

_PLAIN: tuple[type[LedgerEvent], ...] = (
    liens.LienReleased,
    liens.LienCollected,
    liens.LienDischarged,
    liens.LienDivided,
    liens.LienTransferred,
    liens.LienEnforced,
    liens.BlockPlaced,
    liens.BlockResolved,
    facilities.PricePosted,
    facilities.FacilityWithdrawn,
    facilities.FacilityDrawnDown,
    facilities.AssetAdded,
    facilities.AssetWithdrawn,
    facilities.FacilityClosed,
    facilities.MarginCalled,
    facilities.MarginCallLifted,
    facilities.FacilityDefaulted,
    facilities.SaleOffered,
    facilities.AssetEnforced,
    facilities.ClaimOffered,
    facilities.ClaimTransferred,
)


def _lien_placed(args: Args) -> LedgerEvent:
    return liens.LienPlaced(**{**named(args), "financing_id": args["financing"] or None})


def _facility_offered(args: Args) -> LedgerEvent:
    # The borrower stands in the terms too; the event repeats it only to be found by it.
    terms = named(args["terms"])
    terms["goods"] = tuple(facilities.GoodTerms(**each) for each in terms["goods"])
    terms["assets"] = tuple(AssetId.from_number(number) for number in terms["assets"])
    return facilities.FacilityOffered(
        facility_id=args["facility"],
        funder_id=args["funder"],
        terms=facilities.FacilityTerms(**terms),
    )


FACILITY_BUILDERS: Mapping[str, Build] = {
    **{kind.__name__: plain(kind) for kind in _PLAIN},
    "LienPlaced": _lien_placed,
    "SubstituteProposed": converting(liens.SubstituteProposed, replacement_id=AssetId.from_number),
    "SubstituteAccepted": converting(liens.SubstituteAccepted, replacement_id=AssetId.from_number),
    "FacilityOffered": _facility_offered,
    "FacilityRepaid": converting(facilities.FacilityRepaid, by=facilities.RepaidBy),
    "AssetSubstituted": converting(facilities.AssetSubstituted, replacement_id=AssetId.from_number),
}
