// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {
    AssetId,
    FacilityId,
    NoteId,
    ReceiptId,
    asFinancing,
    billOfAsset,
    assetOfReceipt,
    lotOfAsset,
    receiptOfAsset
} from "../../../contracts/types/Ids.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev What a pool is worth. Branches: FacilityValues.tree.
contract FacilityValuesTest is FacilityFixture {
    // ------------------------------------------------------------------------------------------------------------ values

    function test_valuationOf_anUnknownFacility() public {
        FacilityId facility = FacilityId.wrap(9);
        vm.expectRevert(abi.encodeWithSelector(IFacilities.FacilityUnknown.selector, facility));
        facilities.valuationOf(facility);
        vm.expectRevert(abi.encodeWithSelector(IFacilities.FacilityUnknown.selector, facility));
        facilities.facilityOf(facility);
        vm.assertEq(facilities.assetsOf(facility).length, 0, "no assets");
    }

    function test_valuationOf_atTheNewestPricesWhateverTheirAge() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _addAsset(facility, assetOfReceipt(_copper(TEN_UNITS)));
        vm.warp(START + 400 days);
        _postPrice(COPPER, 2 * COPPER_PRICE);
        IFacilities.Valuation memory valuation = facilities.valuationOf(facility);
        vm.assertEq(valuation.grossMinor, GROSS + 1_200_000, "gross");
        vm.assertEq(valuation.valueMinor, VALUE + 960_000, "value");
        vm.assertEq(valuation.pricedAt, START, "the oldest");
        // 400 days at 600 bps on 360: 4,200.
        vm.assertEq(valuation.debtMinor, 67_200, "debt with interest");
        _release(asset);
        vm.assertEq(facilities.valuationOf(facility).pricedAt, START + 400 days, "steel has left");
    }

    function test_valuationOf_withoutAnyAsset() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _release(asset);
        IFacilities.Valuation memory valuation = facilities.valuationOf(facility);
        vm.assertEq(valuation.valueMinor, 0, "value");
        vm.assertEq(valuation.ltvBps, type(uint256).max, "without bound");
        vm.assertEq(valuation.pricedAt, type(uint40).max, "no price");
        _repay(facility, 63_000);
        vm.assertEq(facilities.valuationOf(facility).ltvBps, 0, "no debt");
    }

    /// @dev 1 unit of debt on 90,000 of value is 0.111 bps, which counts as 1.
    function test_valuationOf_roundsTheLtvUpAndValuesDown() public {
        (FacilityId facility, AssetId asset) = _facility(1);
        vm.assertEq(facilities.valuationOf(facility).ltvBps, 1, "up");
        // 0.001 units at 100.00: 0.10, and 0.09 after the haircut; at 99.99: 9 and 8.
        _addAsset(facility, _steel(1));
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE + 9, "exact");
        vm.warp(START + 1);
        _postPrice(STEEL, STEEL_PRICE - 1);
        IFacilities.Valuation memory valuation = facilities.valuationOf(facility);
        vm.assertEq(valuation.grossMinor, 99_990 + 9, "each asset down");
        vm.assertEq(valuation.valueMinor, 89_991 + 8, "each haircut in the lender's favour");
        asset = _lot(1);
        _addAsset(facility, asset);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, 89_991 + 8, "nothing is left of a cent");
    }

    function test_valuationOf_aPartReleasedByThePledgee() public {
        ReceiptId receipt = _issued(4, TEN_UNITS / 4);
        FacilityId facility = _open(_one(assetOfReceipt(receipt)), 1000);
        bytes memory how = _divideTerms(receipt, 1);
        vm.prank(keyOf[funder]);
        liens.releasePart(assetOfReceipt(receipt), how, WHY);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE / 4 * 3, "three quarters");
        _holds(facility, _one(assetOfReceipt(receipt)));
    }

    /// @dev A lot's own claim names it, so no part of it is given up; the funder releases it, or the borrower substitutes.
    function test_releasePart_notOfAFacilitysLot() public {
        AssetId lot = _lot(100_000);
        FacilityId facility = _open(_one(lot), 1000);
        _onLiens(
            funder,
            abi.encodeCall(liens.releasePart, (lot, abi.encode(uint48(1)), WHY)),
            abi.encodeWithSelector(ILienRegistry.LienOfLoan.selector, lot, asFinancing(facility))
        );
    }

    function test_valuationOf_aLotCountsWithWhatItsDebtorWillPay() public {
        AssetId lot = _lot(100_000);
        NoteId note = lotOfAsset(lot).noteOf();
        FacilityId facility = _open(_one(lot), 1000);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 100_000, "all of it");
        _dispute(note, 30_000);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 70_000, "less what is disputed");
        _resolve(note, 10_000);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 90_000, "less what was taken off");
        vm.warp(MATURITY);
        _fund(debtor, 100_000);
        _settleWhole(note, 100);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 89_900, "less what was paid");
        vm.warp(MATURITY + 1 days);
        ledger.markOverdue(note);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 89_900, "overdue");
        vm.prank(ARBITER);
        ledger.writeOff(note, WHY);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 0, "given up");
    }

    function test_valuationOf_aDisputeWeighsOnEveryLotOfItsNote() public {
        AssetId root = _lot(100_000);
        _split(supplier, lotOfAsset(root), _two(supplier, 33_333, supplier, 66_667));
        AssetId part = AssetId.wrap(AssetId.unwrap(root) | (1 << 16));
        FacilityId facility = _open(_one(part), 1000);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 33_333, "all of it");
        _dispute(lotOfAsset(root).noteOf(), 50_000);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 16_666, "its half, rounded down");
    }

    // --------------------------------------------------------------------------------------------------------- soundness

    function test_valuationOf_whatIsFrozenOrDisputedBearsNoDebt() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 63_000);
        _freeze(receiptOfAsset(assets[0]));
        _bears(facility, 1);
        // The sound one is not let go for it.
        _notWithdrawn(facility, assets[1]);
        _withdraw(facility, assets[0]);
        vm.assertFalse(_isPledged(assets[0]), "the frozen one is no loss");
        _disputeReceipt(keeper, receiptOfAsset(assets[1]));
        vm.assertEq(facilities.valuationOf(facility).valueMinor, 0, "disputed");
        vm.prank(keyOf[funder]);
        facilities.callMargin(facility);
        bytes32 reason = _hash();
        vm.prank(keyOf[keeper]);
        warehouse.withdrawDispute(receiptOfAsset(assets[1]), reason);
        vm.prank(keyOf[supplier]);
        facilities.liftMarginCall(facility);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE, "as before");
    }

    function test_valuationOf_goodsThatAreMissingBearNoDebt() public {
        AssetId receipt = _steel(TEN_UNITS);
        AssetId bill = _steelAtSea();
        FacilityId facility = _open(_both(receipt, bill), 30_000);
        _attest(stock, TEN_UNITS - 1);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE / 2, "the bill's alone");
        vm.assertEq(facilities.valuationOf(facility).grossMinor, GROSS + GROSS / 2, "before all that");
        _attest(stock, TEN_UNITS);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE + VALUE / 2, "found again");
        _freezeBill(billOfAsset(bill));
        _bears(facility, 1);
    }

    /// @dev Otherwise whoever disputes its goods would make them cheap.
    function test_takeAsset_theFloorOfUnsoundGoodsStays() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _default(facility);
        _disputeReceipt(supplier, receiptOfAsset(asset));
        bytes memory callData = abi.encodeCall(facilities.takeAsset, (facility, asset, 89_999));
        _onFacilities(
            funder, callData, abi.encodeWithSelector(IFacilities.PriceBelowFloor.selector, asset, 89_999, 90_000)
        );
        vm.prank(keyOf[funder]);
        facilities.takeAsset(facility, asset, 90_000);
        vm.assertTrue(_holderOf(receiptOfAsset(asset)) == funder, "taken with its dispute");
    }

    // ----------------------------------------------------------------------------------------------------------- helpers

    function _copper(uint64 quantity) private returns (ReceiptId receipt) {
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, quantity), 1);
        terms.stock = _openStock(keeper, SITE, COPPER);
        _attest(terms.stock, ATTESTED);
        receipt = _draftAs(keeper, terms);
        _issue(receipt);
    }

    function _holds(FacilityId facility, AssetId[] memory expected) private view {
        vm.assertEq(abi.encode(facilities.assetsOf(facility)), abi.encode(expected), "the pool");
    }

    function _bears(FacilityId facility, uint256 receipts) private view {
        vm.assertEq(facilities.valuationOf(facility).valueMinor, receipts * VALUE, "what bears the debt");
    }

    function _notWithdrawn(FacilityId facility, AssetId asset) private {
        _onFacilities(
            supplier,
            abi.encodeCall(facilities.withdrawAsset, (facility, asset)),
            abi.encodeWithSelector(IFacilities.LtvAboveLimit.selector, facility, type(uint256).max, 7000)
        );
    }
}
