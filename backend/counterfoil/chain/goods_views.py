"""The contracts' own answers about goods, liens and facilities, each at one block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterfoil.chain.contract_calls import (
    BILLS,
    FACILITIES,
    LIENS,
    PRICES,
    WAREHOUSE,
    ContractCalls,
)
from counterfoil.domain.lot import ASSET_KIND_BILL, AssetId


class GoodsAnswers(ContractCalls):
    """counterfoil.ports.goods.GoodsViews on the contracts."""

    def stock_view(self, stock_id: int, *, block: int) -> Mapping[str, Any]:
        """IStocks.StockView."""
        return self._mapping(WAREHOUSE, "stockOf", stock_id, block=block)

    def attestation_age_view(self, *, block: int) -> int:
        """How long counts are fresh, in seconds; 0 where the governor never said."""
        return int(self._gateway.call(WAREHOUSE, "attestationAge", block=block))

    def exposure_view(self, keeper_id: int, currency: int, *, block: int) -> tuple[int, int]:
        """Declared values of the keeper's live receipts, and their cap."""
        exposure, cap = self._gateway.call(WAREHOUSE, "exposureOf", [keeper_id, currency], block=block)
        return int(exposure), int(cap)

    def receipt_view(self, receipt_id: int, *, block: int) -> Mapping[str, Any]:
        """IReceipts.ReceiptView."""
        return self._mapping(WAREHOUSE, "receiptOf", receipt_id, block=block)

    def lot_behind_view(self, key: bytes, *, block: int) -> tuple[int, int]:
        """The receipt that a physical lot backs, 0 for none, and the lot's quantity."""
        receipt_id, quantity = self._gateway.call(WAREHOUSE, "lotBehind", [key], block=block)
        return int(receipt_id), int(quantity)

    def bill_view(self, bill_id: int, *, block: int) -> Mapping[str, Any]:
        """IBillsOfLading.BillView."""
        return self._mapping(BILLS, "billOf", bill_id, block=block)

    def bill_numbered_view(self, number: bytes, *, block: int) -> int:
        """The bill of that number, 0 for none."""
        return int(self._gateway.call(BILLS, "billNumbered", [number], block=block))

    def price_view(self, source_id: int, good: bytes, currency: int, *, block: int) -> tuple[int, int]:
        """Price of one whole unit, 0 where none was posted, and when it was observed."""
        price, at_s = self._gateway.call(PRICES, "priceOf", [source_id, good, currency], block=block)
        return int(price), int(at_s)

    def goods_of_view(self, asset_id: AssetId, *, block: int) -> tuple[bytes, int, int, bool]:
        """Good, quantity and decimals of a receipt or bill, and whether it is sound collateral now."""
        contract = BILLS if asset_id.kind == ASSET_KIND_BILL else WAREHOUSE
        good, quantity, decimals, sound = self._gateway.call(
            contract, "goodsOf", [asset_id.number], block=block
        )
        return bytes(good), int(quantity), int(decimals), bool(sound)


class FacilityAnswers(ContractCalls):
    """counterfoil.ports.facility.FacilityViews on the contracts."""

    def lien_view(self, asset_id: AssetId, *, block: int) -> Mapping[str, Any]:
        """ILienRegistry.Lien."""
        return self._mapping(LIENS, "lienOf", asset_id.number, block=block)

    def encumbrance_view(self, asset_id: AssetId, *, block: int) -> tuple[bool, bool]:
        """Whether a lien is active on the asset, and whether a block is open."""
        pledged, blocked = self._gateway.call(LIENS, "encumbranceOf", [asset_id.number], block=block)
        return bool(pledged), bool(blocked)

    def block_view(self, asset_id: AssetId, match_hash: bytes, *, block: int) -> bool:
        """Whether the match blocks the asset."""
        return bool(self._gateway.call(LIENS, "blockOf", [asset_id.number, match_hash], block=block))

    def facility_view(self, facility_id: int, *, block: int) -> Mapping[str, Any]:
        """IFacilities.FacilityView."""
        return self._mapping(FACILITIES, "facilityOf", facility_id, block=block)

    def facility_assets_view(self, facility_id: int, *, block: int) -> tuple[AssetId, ...]:
        """The assets under an active lien of the facility, in the contract's order."""
        found = self._gateway.call(FACILITIES, "assetsOf", [facility_id], block=block)
        return tuple(AssetId.from_number(number) for number in found)

    def valuation_view(self, facility_id: int, *, block: int) -> Mapping[str, Any]:
        """IFacilities.Valuation, at the newest prices whatever their age."""
        return self._mapping(FACILITIES, "valuationOf", facility_id, block=block)
