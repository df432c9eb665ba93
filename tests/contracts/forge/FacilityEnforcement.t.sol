// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {AssetId, FacilityId, PartyId, billOfAsset, lotOfAsset, receiptOfAsset} from "../../../contracts/types/Ids.sol";
import {FacilityState, LienState, ReceiptState} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Margin calls, default, and assets that the funder takes over. Branches: FacilityEnforcement.tree. Sales to others:
/// FacilitySales.t.sol.
contract FacilityEnforcementTest is FacilityFixture {
    // ---------------------------------------------------------------------------------------------------- margin calls

    function test_callMargin_aboveTheLimitByTheSmallestStep() public {
        // 72,000 on 90,000 is 80.00 %.
        (FacilityId facility, AssetId asset) = _facility(63_000);
        vm.warp(START + 1);
        _postPrice(STEEL, 8750);
        vm.assertEq(facilities.valuationOf(facility).ltvBps, 8000, "at the limit");
        _notCalled(facility, abi.encodeWithSelector(IFacilities.LtvWithinLimit.selector, facility, 8000, 8000));
        vm.warp(START + 2);
        _postPrice(STEEL, 8749);
        vm.assertEq(facilities.valuationOf(facility).ltvBps, 8001, "one basis point above");
        vm.expectEmit(address(facilities));
        emit IFacilities.MarginCalled(facility, 78_741, 63_000, START + 2 + CALL_PERIOD);
        vm.prank(keyOf[funder]);
        facilities.callMargin(facility);
        _isIn(facility, FacilityState.Called);
        vm.assertEq(facilities.facilityOf(facility).callDeadline, START + 2 + CALL_PERIOD, "deadline");
        vm.assertTrue(_isPledged(asset), "nothing leaves");
    }

    function test_callMargin_interestAloneMayPassTheLimit() public {
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 63_000);
        terms.callLtvBps = 7000;
        FacilityId facility = _openWith(terms);
        _notCalled(facility, abi.encodeWithSelector(IFacilities.LtvWithinLimit.selector, facility, 7000, 7000));
        vm.warp(START + 1 days);
        vm.prank(keyOf[funder]);
        facilities.callMargin(facility);
        _isIn(facility, FacilityState.Called);
    }

    function test_callMargin_atFreshPrices() public {
        (FacilityId facility,) = _facility(63_000);
        vm.warp(START + 1);
        _postPrice(STEEL, 8500);
        vm.warp(START + 2 + PRICE_AGE);
        bytes memory stale = abi.encodeWithSelector(IFacilities.PriceStale.selector, START + 1, START + 2 + PRICE_AGE);
        _notCalled(facility, stale);
        vm.warp(START + 1 + PRICE_AGE);
        vm.prank(keyOf[funder]);
        facilities.callMargin(facility);
    }

    function test_callMargin_whenNothingIsLeftInThePool() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _release(asset);
        vm.prank(keyOf[funder]);
        facilities.callMargin(facility);
        _isIn(facility, FacilityState.Called);
    }

    function test_liftMarginCall_whenMarginWasGiven() public {
        (FacilityId facility,) = _facility(63_000);
        _call(facility);
        bytes memory above = abi.encodeWithSelector(IFacilities.LtvAboveLimit.selector, facility, 8236, 8000);
        _onFacilities(supplier, abi.encodeCall(facilities.liftMarginCall, (facility)), above);
        _onFacilities(funder, abi.encodeCall(facilities.liftMarginCall, (facility)), above);
        uint256 snapshot = vm.snapshotState();
        _repay(facility, 1800);
        _lift(facility, supplier);
        vm.revertToState(snapshot);
        _addAsset(facility, _lot(3000));
        _lift(facility, funder);
        // A second call runs its own period.
        vm.warp(block.timestamp + 1);
        _postPrice(STEEL, 8000);
        vm.prank(keyOf[funder]);
        facilities.callMargin(facility);
        vm.assertEq(facilities.facilityOf(facility).callDeadline, block.timestamp + CALL_PERIOD, "its own deadline");
    }

    function test_liftMarginCall_atFreshPrices() public {
        (FacilityId facility,) = _facility(63_000);
        _call(facility);
        _repay(facility, 30_000);
        vm.warp(START + 2 + PRICE_AGE);
        bytes memory stale = abi.encodeWithSelector(IFacilities.PriceStale.selector, START + 1, START + 2 + PRICE_AGE);
        _onFacilities(supplier, abi.encodeCall(facilities.liftMarginCall, (facility)), stale);
    }

    // --------------------------------------------------------------------------------------------------------- default

    function test_markFacilityDefaulted_aSecondAfterItIsDue() public {
        (FacilityId facility,) = _facility(63_000);
        vm.warp(DUE);
        _onFacilities(
            funder,
            abi.encodeCall(facilities.markFacilityDefaulted, (facility)),
            abi.encodeWithSelector(IFacilities.FacilityNotDue.selector, facility, DUE, DUE)
        );
        vm.warp(DUE + 1);
        vm.expectEmit(address(facilities));
        // 60 days at 600 bps on 360: 630.
        emit IFacilities.FacilityDefaulted(facility, 63_630);
        vm.prank(keyOf[funder]);
        facilities.markFacilityDefaulted(facility);
        _isIn(facility, FacilityState.Defaulted);
        vm.assertEq(facilities.facilityOf(facility).interestMinor, 0, "nothing booked without a payment");
    }

    function test_markFacilityDefaulted_endsAnOpenCall() public {
        (FacilityId facility,) = _facility(63_000);
        _call(facility);
        _default(facility);
        vm.assertEq(facilities.facilityOf(facility).callDeadline, 0, "no call is open");
    }

    // ------------------------------------------------------------------------------------------------------ when it may

    function test_takeAsset_afterTheDeadlineWhileAboveTheLimit() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _call(facility);
        uint40 deadline = facilities.facilityOf(facility).callDeadline;
        bytes memory early = abi.encodeWithSelector(IFacilities.NotEnforceable.selector, facility, deadline);
        _notTaken(facility, asset, 85_000, early);
        vm.warp(deadline);
        _notTaken(facility, asset, 85_000, early);
        vm.warp(deadline + 1);
        uint256 snapshot = vm.snapshotState();
        _take(facility, asset, 85_000);
        vm.revertToState(snapshot);
        // Margin that came late still ends the right, lifted or not.
        _repay(facility, 2000);
        _notTaken(facility, asset, 85_000, early);
        // And so does a price that rose, for as long as it does.
        vm.revertToState(snapshot);
        _postPrice(STEEL, STEEL_PRICE);
        _notTaken(facility, asset, 100_000, early);
        vm.warp(deadline + 2);
        _postPrice(STEEL, 8500);
        _take(facility, asset, 85_000);
    }

    /// @dev Partial enforcement: it stops where the limit is kept again.
    function test_takeAsset_onlyAsMuchAsBringsTheLtvBack() public {
        AssetId[] memory assets = _steels(4);
        FacilityId facility = _open(assets, 252_000);
        _call(facility);
        vm.warp(facilities.facilityOf(facility).callDeadline + 1);
        _take(facility, assets[0], 85_000);
        // 252,126 of debt less 85,000 on 229,500: 72.82 %.
        vm.assertEq(facilities.valuationOf(facility).ltvBps, 7283, "back within it");
        _notTaken(
            facility,
            assets[1],
            85_000,
            abi.encodeWithSelector(
                IFacilities.NotEnforceable.selector, facility, facilities.facilityOf(facility).callDeadline
            )
        );
    }

    function test_takeAsset_atThePricesThatThereAre() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _call(facility);
        // The source has been silent for weeks.
        vm.warp(START + 50 days);
        _take(facility, asset, 85_000);
        vm.assertTrue(_holderOf(receiptOfAsset(asset)) == funder, "taken");
    }

    // ------------------------------------------------------------------------------------------------------- how it is

    function test_takeAsset_debtFirstAndTheSurplusToTheBorrower() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 63_000);
        _default(facility);
        uint256 before = _balance(funder);
        vm.expectEmit(address(facilities));
        emit IFacilities.AssetEnforced(facility, assets[1], funder, 100_000, 36_370);
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityRepaid(facility, 630, 63_000, 0, 0, IFacilities.RepaidBy.Enforcement);
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityClosed(facility);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(funder, supplier, CNY, 36_370, _referenceOf(facility));
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienEnforced(assets[1], 1, funder, _referenceOf(facility));
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptTransferEnforced(receiptOfAsset(assets[1]), funder);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(assets[0], 1);
        _take(facility, assets[1], 100_000);
        vm.assertEq(before - _balance(funder), 36_370, "the funder pays the surplus alone");
        vm.assertTrue(_holderOf(receiptOfAsset(assets[1])) == funder, "taken over");
        vm.assertTrue(_holderOf(receiptOfAsset(assets[0])) == supplier, "the other is the borrower's");
        vm.assertFalse(_isPledged(assets[0]), "and free");
        vm.assertEq(facilities.assetsOf(facility).length, 0, "empty pool");
    }

    function test_takeAsset_ofLessThanTheDebtMovesNoCash() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 126_000);
        _default(facility);
        uint256 before = _balance(funder);
        _take(facility, assets[0], 90_000);
        vm.assertEq(_balance(funder), before, "no cash");
        vm.assertEq(_debtOf(facility), 126_000 + 1260 - 90_000, "what is left");
        _isIn(facility, FacilityState.Defaulted);
        vm.assertTrue(_isPledged(assets[1]), "still in pledge");
        vm.assertEq(uint256(liens.lienOf(assets[0]).state), uint256(LienState.Enforced), "the lien that was enforced");
    }

    /// @dev 89,109 and 891 of interest.
    function test_takeAsset_aroundTheDebtExactly() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 89_109);
        _default(facility);
        vm.assertEq(_debtOf(facility), 90_000, "the debt");
        uint256 snapshot = vm.snapshotState();
        _take(facility, assets[0], 90_000);
        _isIn(facility, FacilityState.Closed);
        vm.assertEq(_balance(supplier), 89_109, "no surplus");
        vm.revertToState(snapshot);
        _take(facility, assets[0], 90_001);
        _isIn(facility, FacilityState.Closed);
        vm.assertEq(_balance(supplier), 89_110, "a surplus of one");
    }

    function test_takeAsset_atTheFloorAndNotOneMinorUnitBelow() public {
        IFacilities.Terms memory terms = _facilityTerms(_one(_steel(9999)), 62_000);
        terms.saleFloorBps = 9001;
        FacilityId facility = _openWith(terms);
        _default(facility);
        // 90.01 % of 99,990 is 89,999.199...: rounded up.
        AssetId asset = terms.assets[0];
        _notTaken(
            facility, asset, 90_000, abi.encodeWithSelector(IFacilities.PriceBelowFloor.selector, asset, 90_000, 90_001)
        );
        _take(facility, asset, 90_001);
    }

    function test_takeAsset_neverForNothing() public {
        AssetId[] memory assets = _steels(1);
        FacilityId facility = _open(assets, 1000);
        AssetId crumb = _steel(1);
        _addAsset(facility, crumb);
        vm.warp(START + 1);
        _postPrice(STEEL, 1);
        _default(facility);
        vm.assertEq(facilities.valuationOf(facility).grossMinor, 10, "the crumb counts for nothing");
        _notTaken(facility, crumb, 0, abi.encodeWithSelector(IFacilities.PriceBelowFloor.selector, crumb, 0, 1));
        _take(facility, crumb, 1);
    }

    function test_takeAsset_outOfThePoolAlone() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _default(facility);
        AssetId other = _steel(TEN_UNITS);
        _pledgeAsset(supplier, other, funder, 1);
        _notTaken(
            facility, other, 100_000, abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, other)
        );
        _release(asset);
        _notTaken(
            facility, asset, 100_000, abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, asset)
        );
    }

    function test_takeAsset_twiceFindsNothing() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 126_000);
        _default(facility);
        _take(facility, assets[0], 90_000);
        bytes memory outside = abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, assets[0]);
        _notTaken(facility, assets[0], 90_000, outside);
    }

    function test_takeAsset_billsAndLotsToo() public {
        AssetId lot = _lot(100_000);
        AssetId bill = _steelAtSea();
        IFacilities.Terms memory terms = _facilityTerms(_both(lot, bill), 90_000);
        FacilityId facility = _openWith(terms);
        _default(facility);
        _take(facility, bill, 45_000);
        vm.assertTrue(_holderOfBill(billOfAsset(bill)) == funder, "bill");
        _take(facility, lot, 90_000);
        vm.assertTrue(ledger.lotOf(lotOfAsset(lot)).holder == funder, "lot");
        _isIn(facility, FacilityState.Closed);
    }

    /// @dev What a lot brings from its maturity on, its debtor pays: there is nothing left to sell.
    function test_takeAsset_notALotOfAMaturedNote() public {
        AssetId lot = _lot(100_000);
        FacilityId facility = _open(_one(lot), 60_000);
        _default(facility);
        vm.warp(MATURITY);
        _notTaken(
            facility, lot, 100_000, abi.encodeWithSelector(ILots.NoteNotTransferable.selector, lotOfAsset(lot).noteOf())
        );
    }

    function test_takeAsset_notAFrozenOne() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        _default(facility);
        _freeze(receiptOfAsset(asset));
        _notTaken(
            facility,
            asset,
            100_000,
            abi.encodeWithSelector(
                IReceipts.UnexpectedReceiptState.selector,
                receiptOfAsset(asset),
                ReceiptState.Frozen,
                ReceiptState.Issued
            )
        );
        _unfreeze(receiptOfAsset(asset));
        _take(facility, asset, 100_000);
    }

    function test_enforceByOrder_takesAnAssetOutOfThePool() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 63_000);
        vm.prank(ARBITER);
        liens.enforceByOrder(assets[0], second, WHY);
        vm.assertEq(facilities.assetsOf(facility).length, 1, "one left");
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE, "value of the one");
        _repay(facility, 63_000);
        vm.assertTrue(_holderOf(receiptOfAsset(assets[0])) == second, "the court's receiver keeps it");
        vm.assertFalse(_isPledged(assets[1]), "free");
    }

    function test_enforcement_theBorrowerMayStillPayAndKeepTheRest() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 126_000);
        _default(facility);
        _take(facility, assets[0], 90_000);
        _fund(supplier, 1260);
        vm.assertEq(_repay(facility, MAX_MINOR), 37_260, "what was left");
        _isIn(facility, FacilityState.Closed);
        vm.assertFalse(_isPledged(assets[1]), "free");
        vm.assertTrue(_holderOf(receiptOfAsset(assets[1])) == supplier, "its own");
    }

    // ---------------------------------------------------------------------------------------------------------- helpers

    function _take(FacilityId facility, AssetId asset, uint48 priceMinor) private {
        vm.prank(keyOf[funder]);
        facilities.takeAsset(facility, asset, priceMinor);
    }

    function _lift(FacilityId facility, PartyId actor) private {
        vm.expectEmit(address(facilities));
        emit IFacilities.MarginCallLifted(facility);
        vm.prank(keyOf[actor]);
        facilities.liftMarginCall(facility);
        _isIn(facility, FacilityState.Open);
        vm.assertEq(facilities.facilityOf(facility).callDeadline, 0, "no deadline");
    }

    function _notCalled(FacilityId facility, bytes memory expected) private {
        _onFacilities(funder, abi.encodeCall(facilities.callMargin, (facility)), expected);
    }

    function _notTaken(FacilityId facility, AssetId asset, uint48 priceMinor, bytes memory expected) private {
        _onFacilities(funder, abi.encodeCall(facilities.takeAsset, (facility, asset, priceMinor)), expected);
    }
}
