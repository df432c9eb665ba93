"""Liens over every kind of asset, and facilities over pools of them, as contract calls."""

from __future__ import annotations

from typing import Any

from counterfoil.chain.contract_calls import FACILITIES, LIENS, WHOLE_DEBT, ContractCalls
from counterfoil.chain.seals import lot_division, receipt_division
from counterfoil.domain.events.facility_events import FacilityTerms
from counterfoil.domain.goods.receipt_terms import Part, SignedSeal
from counterfoil.domain.lot import AssetId
from counterfoil.ports.engine import Receipt, Signer

# The registry keeps these of the lien that goes on, and reads neither.
_PLEDGEE_AS_BEFORE = 0
_SECURED_AS_BEFORE = 0


class LienCalls(ContractCalls):
    """counterfoil.ports.facility.LienCommands on the contracts."""

    def pledge_asset(
        self,
        *,
        by: Signer,
        asset_id: AssetId,
        pledgee_id: int,
        secured_minor: int,
        registered_at_s: int,
        agreement_hash: bytes,
        registration_hash: bytes,
    ) -> Receipt:
        """Pledge an asset for a claim outside the ledger."""
        agreed = (
            asset_id.number,
            pledgee_id,
            secured_minor,
            registered_at_s,
            agreement_hash,
            registration_hash,
        )
        return self._send(by, LIENS, "pledge", agreed)

    def release_lien(self, *, by: Signer, asset_id: AssetId, reason_hash: bytes) -> Receipt:
        """Give a lien up."""
        return self._send(by, LIENS, "release", asset_id.number, reason_hash)

    def release_part_of_lot(
        self, *, by: Signer, asset_id: AssetId, kept_minor: int, reason_hash: bytes
    ) -> Receipt:
        """Give free what comes after the first `kept_minor` of a lot."""
        return self._send(by, LIENS, "releasePart", asset_id.number, lot_division(kept_minor), reason_hash)

    def release_part_of_receipt(
        self,
        *,
        by: Signer,
        asset_id: AssetId,
        part: Part,
        remainder_root: bytes,
        seal: SignedSeal,
        reason_hash: bytes,
    ) -> Receipt:
        """Give some physical lots of a receipt free, under a number of their own."""
        how = receipt_division(part, remainder_root, seal)
        return self._send(by, LIENS, "releasePart", asset_id.number, how, reason_hash)

    def propose_substitute(self, *, by: Signer, asset_id: AssetId, replacement_id: AssetId) -> Receipt:
        """Offer another asset in place of a pledged one."""
        return self._send(by, LIENS, "proposeSubstitute", asset_id.number, replacement_id.number)

    def accept_substitute(
        self,
        *,
        by: Signer,
        asset_id: AssetId,
        replacement_id: AssetId,
        registered_at_s: int,
        agreement_hash: bytes,
        registration_hash: bytes,
    ) -> Receipt:
        """Take the replacement, under the substitution's own agreement, and release the asset."""
        agreed = (
            replacement_id.number,
            _PLEDGEE_AS_BEFORE,
            _SECURED_AS_BEFORE,
            registered_at_s,
            agreement_hash,
            registration_hash,
        )
        return self._send(by, LIENS, "acceptSubstitute", asset_id.number, agreed)

    def transfer_pledge(
        self,
        *,
        by: Signer,
        asset_id: AssetId,
        pledgee_id: int,
        registered_at_s: int,
        agreement_hash: bytes,
        registration_hash: bytes,
    ) -> Receipt:
        """Hand the secured claim, with its lien, to another funder."""
        agreed = (
            asset_id.number,
            pledgee_id,
            _SECURED_AS_BEFORE,
            registered_at_s,
            agreement_hash,
            registration_hash,
        )
        return self._send(by, LIENS, "transferPledge", agreed)

    def enforce_by_order(self, *, by: Signer, asset_id: AssetId, to_id: int, order_hash: bytes) -> Receipt:
        """Execute an order over a pledged asset, as the arbiter."""
        return self._send(by, LIENS, "enforceByOrder", asset_id.number, to_id, order_hash)

    def block_asset(self, *, by: Signer, asset_id: AssetId, match_hash: bytes) -> Receipt:
        """Record, as the examiner, that a lien registered elsewhere seems to cover the asset."""
        return self._send(by, LIENS, "blockAsset", asset_id.number, match_hash)

    def resolve_block(
        self, *, by: Signer, asset_id: AssetId, match_hash: bytes, upheld: bool, reason_hash: bytes
    ) -> Receipt:
        """Lift a block or uphold it, as the arbiter."""
        return self._send(by, LIENS, "resolveBlock", asset_id.number, match_hash, upheld, reason_hash)


class FacilityCalls(ContractCalls):
    """counterfoil.ports.facility.FacilityCommands on the contracts."""

    def offer_facility(self, *, by: Signer, terms: FacilityTerms) -> Receipt:
        """Offer a loan over a pool of assets."""
        return self._send(by, FACILITIES, "offerFacility", _terms(terms))

    def withdraw_facility(self, *, by: Signer, facility_id: int) -> Receipt:
        """Take the offer back."""
        return self._send(by, FACILITIES, "withdrawFacility", facility_id)

    def accept_facility(self, *, by: Signer, facility_id: int, terms: FacilityTerms) -> Receipt:
        """Take the offer: the assets are pledged and the money is paid."""
        return self._send(by, FACILITIES, "acceptFacility", facility_id, _terms(terms))

    def add_asset(self, *, by: Signer, facility_id: int, asset_id: AssetId) -> Receipt:
        """Put a further asset into the pool."""
        return self._send(by, FACILITIES, "addAsset", facility_id, asset_id.number)

    def substitute_asset(
        self, *, by: Signer, facility_id: int, asset_id: AssetId, replacement_id: AssetId
    ) -> Receipt:
        """Put an asset of at least the same value in the place of another."""
        return self._send(
            by, FACILITIES, "substituteAsset", facility_id, asset_id.number, replacement_id.number
        )

    def withdraw_asset(self, *, by: Signer, facility_id: int, asset_id: AssetId) -> Receipt:
        """Take an asset out that the agreement does not need in the pool."""
        return self._send(by, FACILITIES, "withdrawAsset", facility_id, asset_id.number)

    def repay_facility(self, *, by: Signer, facility_id: int, amount_minor: int | None) -> Receipt:
        """Pay back; None pays the whole debt."""
        paid = WHOLE_DEBT if amount_minor is None else amount_minor
        return self._send(by, FACILITIES, "repayFacility", facility_id, paid)

    def call_margin(self, *, by: Signer, facility_id: int) -> Receipt:
        """Call for margin while the loan-to-value is above its limit."""
        return self._send(by, FACILITIES, "callMargin", facility_id)

    def lift_margin_call(self, *, by: Signer, facility_id: int) -> Receipt:
        """End a margin call that was answered."""
        return self._send(by, FACILITIES, "liftMarginCall", facility_id)

    def mark_facility_defaulted(self, *, by: Signer, facility_id: int) -> Receipt:
        """Record that the debt was not paid when due."""
        return self._send(by, FACILITIES, "markFacilityDefaulted", facility_id)

    def take_asset(self, *, by: Signer, facility_id: int, asset_id: AssetId, price_minor: int) -> Receipt:
        """Take an asset over in enforcement, at a price that counts against the debt."""
        return self._send(by, FACILITIES, "takeAsset", facility_id, asset_id.number, price_minor)

    def offer_sale(
        self,
        *,
        by: Signer,
        facility_id: int,
        asset_id: AssetId,
        buyer_id: int,
        price_minor: int,
        expires_at_s: int,
    ) -> Receipt:
        """Offer an asset to a buyer in enforcement."""
        return self._send(
            by,
            FACILITIES,
            "offerSale",
            facility_id,
            asset_id.number,
            buyer_id,
            price_minor,
            expires_at_s,
        )

    def buy_asset(self, *, by: Signer, facility_id: int, asset_id: AssetId) -> Receipt:
        """Buy the asset that is offered in enforcement."""
        return self._send(by, FACILITIES, "buyAsset", facility_id, asset_id.number)

    def offer_claim(
        self,
        *,
        by: Signer,
        facility_id: int,
        to_id: int,
        price_minor: int,
        expires_at_s: int,
        agreement_hash: bytes,
    ) -> Receipt:
        """Offer the claim, liens included, to another funder."""
        return self._send(
            by, FACILITIES, "offerClaim", facility_id, to_id, price_minor, expires_at_s, agreement_hash
        )

    def take_claim(self, *, by: Signer, facility_id: int) -> Receipt:
        """Buy the claim that is offered."""
        return self._send(by, FACILITIES, "takeClaim", facility_id)


def _terms(terms: FacilityTerms) -> dict[str, Any]:
    """The contracts' struct, by its own names."""
    return {
        "borrower": terms.borrower_id,
        "currency": terms.currency,
        "principal_minor": terms.principal_minor,
        "rate_bps": terms.rate_bps,
        "day_basis": terms.day_basis,
        "due_at": terms.due_at_s,
        "expires_at": terms.expires_at_s,
        "price_source": terms.price_source_id,
        "price_max_age_s": terms.price_max_age_s,
        "draw_ltv_bps": terms.draw_ltv_bps,
        "call_ltv_bps": terms.call_ltv_bps,
        "call_period_s": terms.call_period_s,
        "sale_floor_bps": terms.sale_floor_bps,
        "minimum_value_minor": terms.minimum_value_minor,
        "registered_at": terms.registered_at_s,
        "agreement_hash": terms.agreement_hash,
        "registration_hash": terms.registration_hash,
        "goods": [(each.good, each.haircut_bps) for each in terms.goods],
        "assets": [asset_id.number for asset_id in terms.assets],
    }
