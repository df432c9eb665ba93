// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../../contracts/interfaces/IFacilities.sol";
import {
    ASSET_KIND_LOT,
    AssetId,
    FacilityId,
    FinancingId,
    PartyId,
    assetOfBill,
    assetOfLot,
    assetOfReceipt
} from "../../../../contracts/types/Ids.sol";
import {FacilityState, LienState} from "../../../../contracts/types/States.sol";
import {BillFixture} from "./BillFixture.sol";
import {vm} from "./Vm.sol";

/// @title Facilities over receipts, bills and lots, in whatever state a test wants to start from
/// @notice Steel costs 100.00 a unit and copper 600.00, posted at START. Haircuts: steel 10 %, copper 20 %, lots 5 %. Limits: 70 % to
/// draw, 80 % before a call of three days, prices of two days. A receipt of 10.000 units of steel counts with 1,000.00 before and
/// 900.00 after its haircut.
abstract contract FacilityFixture is BillFixture {
    bytes32 internal constant LOTS = bytes32(uint256(ASSET_KIND_LOT));
    uint64 internal constant STEEL_PRICE = 10_000;
    uint64 internal constant COPPER_PRICE = 60_000;
    uint64 internal constant TEN_UNITS = 10_000;
    uint48 internal constant GROSS = 100_000;
    uint48 internal constant VALUE = 90_000;
    uint40 internal constant DUE = START + 60 days;
    uint32 internal constant PRICE_AGE = 2 days;
    uint32 internal constant CALL_PERIOD = 3 days;
    bytes32 internal constant WHY = keccak256("why");

    function setUp() public virtual override {
        super.setUp();
        _postPrice(STEEL, STEEL_PRICE);
        _postPrice(COPPER, COPPER_PRICE);
        _fund(funder, 1_000_000_000);
    }

    function _postPrice(bytes32 good, uint64 price) internal {
        vm.prank(keyOf[priceSource]);
        prices.postPrice(good, CNY, price, uint40(block.timestamp));
    }

    // ------------------------------------------------------------------------------------------------------- assets

    /// @dev Counted anew, so that it can be issued and pledged however much time has passed.
    function _steel(uint64 quantity) internal returns (AssetId) {
        _attest(stock, ATTESTED);
        return assetOfReceipt(_issued(1, quantity));
    }

    /// @dev Ten units of steel each.
    function _steels(uint256 count) internal returns (AssetId[] memory assets) {
        assets = new AssetId[](count);
        for (uint256 i = 0; i < count; ++i) {
            assets[i] = _steel(TEN_UNITS);
        }
    }

    function _lot(uint48 faceMinor) internal returns (AssetId) {
        return assetOfLot(_root(_live(faceMinor)));
    }

    function _steelAtSea() internal returns (AssetId) {
        return assetOfBill(_bill());
    }

    function _one(AssetId asset) internal pure returns (AssetId[] memory assets) {
        assets = new AssetId[](1);
        assets[0] = asset;
    }

    function _both(AssetId a, AssetId b) internal pure returns (AssetId[] memory assets) {
        assets = new AssetId[](2);
        (assets[0], assets[1]) = (a, b);
    }

    function _isPledged(AssetId asset) internal view returns (bool) {
        return liens.lienOf(asset).state == LienState.Active;
    }

    // --------------------------------------------------------------------------------------------------- facilities

    function _goods() internal pure returns (IFacilities.GoodTerms[] memory goods) {
        goods = new IFacilities.GoodTerms[](3);
        goods[0] = IFacilities.GoodTerms(STEEL, 1000);
        goods[1] = IFacilities.GoodTerms(COPPER, 2000);
        goods[2] = IFacilities.GoodTerms(LOTS, 500);
    }

    function _facilityTerms(AssetId[] memory assets, uint48 principalMinor)
        internal
        view
        returns (IFacilities.Terms memory)
    {
        return IFacilities.Terms({
            borrower: supplier,
            currency: CNY,
            principalMinor: principalMinor,
            rateBps: 600,
            dayBasis: 360,
            dueAt: DUE,
            expiresAt: START + 10 days,
            priceSource: priceSource,
            priceMaxAgeS: PRICE_AGE,
            drawLtvBps: 7000,
            callLtvBps: 8000,
            callPeriodS: CALL_PERIOD,
            saleFloorBps: 9000,
            minimumValueMinor: 0,
            registeredAt: START,
            agreementHash: keccak256("facility agreement"),
            registrationHash: keccak256("facility registration"),
            goods: _goods(),
            assets: assets
        });
    }

    function _offerFacility(IFacilities.Terms memory terms) internal returns (FacilityId) {
        vm.prank(keyOf[funder]);
        return facilities.offerFacility(terms);
    }

    function _accept(FacilityId facility, IFacilities.Terms memory terms) internal {
        vm.prank(keyOf[terms.borrower]);
        facilities.acceptFacility(facility, terms);
    }

    function _openWith(IFacilities.Terms memory terms) internal returns (FacilityId facility) {
        facility = _offerFacility(terms);
        _accept(facility, terms);
    }

    function _open(AssetId[] memory assets, uint48 principalMinor) internal returns (FacilityId) {
        return _openWith(_facilityTerms(assets, principalMinor));
    }

    /// @dev Over one receipt of ten units of steel: at most 63,000 minor units.
    function _facility(uint48 principalMinor) internal returns (FacilityId facility, AssetId asset) {
        asset = _steel(TEN_UNITS);
        facility = _open(_one(asset), principalMinor);
    }

    /// @dev A facility of 63,000 over one receipt in the state. Leaves the clock and steel's price where that state needs it.
    function _facilityIn(FacilityState state) internal returns (FacilityId facility, IFacilities.Terms memory terms) {
        AssetId asset = _steel(TEN_UNITS);
        terms = _facilityTerms(_one(asset), 63_000);
        if (state == FacilityState.None) return (FacilityId.wrap(facilities.facilityCount() + 1), terms);
        facility = _offerFacility(terms);
        if (state == FacilityState.Offered) return (facility, terms);
        if (state == FacilityState.Withdrawn) {
            vm.prank(keyOf[funder]);
            facilities.withdrawFacility(facility);
            return (facility, terms);
        }
        _accept(facility, terms);
        if (state == FacilityState.Called) _call(facility);
        if (state == FacilityState.Defaulted) _default(facility);
        if (state == FacilityState.Closed) _repay(facility, 63_000);
        vm.assertEq(uint256(_stateOfFacility(facility)), uint256(state), "state asked for");
    }

    /// @dev Steel falls to 85 %, which lifts the LTV of a full drawdown from 70 to 82.36 %.
    function _call(FacilityId facility) internal {
        vm.warp(block.timestamp + 1);
        _postPrice(STEEL, 8500);
        vm.prank(keyOf[funder]);
        facilities.callMargin(facility);
    }

    function _default(FacilityId facility) internal {
        vm.warp(DUE + 1);
        vm.prank(keyOf[funder]);
        facilities.markFacilityDefaulted(facility);
    }

    function _repay(FacilityId facility, uint48 amountMinor) internal returns (uint48) {
        vm.prank(keyOf[supplier]);
        return facilities.repayFacility(facility, amountMinor);
    }

    function _addAsset(FacilityId facility, AssetId asset) internal {
        vm.prank(keyOf[supplier]);
        facilities.addAsset(facility, asset);
    }

    function _substitute(FacilityId facility, AssetId asset, AssetId replacement) internal {
        vm.prank(keyOf[supplier]);
        facilities.substituteAsset(facility, asset, replacement);
    }

    function _withdraw(FacilityId facility, AssetId asset) internal {
        vm.prank(keyOf[supplier]);
        facilities.withdrawAsset(facility, asset);
    }

    function _release(AssetId asset) internal {
        vm.prank(keyOf[funder]);
        liens.release(asset, WHY);
    }

    function _stateOfFacility(FacilityId facility) internal view returns (FacilityState) {
        return facilities.facilityOf(facility).state;
    }

    function _debtOf(FacilityId facility) internal view returns (uint256) {
        return facilities.valuationOf(facility).debtMinor;
    }

    function _isIn(FacilityId facility, FacilityState state) internal view {
        vm.assertEq(uint256(_stateOfFacility(facility)), uint256(state), "state of the facility");
    }

    function _onFacilities(PartyId from, bytes memory callData, bytes memory expected) internal {
        _refused(keyOf[from], address(facilities), callData, expected);
    }

    function _referenceOf(FacilityId facility) internal pure returns (bytes32) {
        return bytes32((uint256(1) << 63) | FacilityId.unwrap(facility));
    }

    /// @dev The facility's lien lies on the asset, for the funder, on the terms that were agreed.
    function _secures(FacilityId facility, AssetId asset, PartyId pledgee) internal view {
        vm.assertTrue(_isPledged(asset), "pledged");
        vm.assertTrue(liens.lienOf(asset).pledgee == pledgee, "pledgee");
        FinancingId secured = liens.lienOf(asset).financing;
        vm.assertEq(bytes32(uint256(FinancingId.unwrap(secured))), _referenceOf(facility), "what it secures");
    }
}
