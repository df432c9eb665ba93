// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {
    AssetId,
    FacilityId,
    PartyId,
    ReceiptId,
    asFinancing,
    assetOfReceipt,
    receiptOfAsset,
    lotOfAsset
} from "../../../contracts/types/Ids.sol";
import {LienState} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev What is in a pool, and how it floats. Branches: FacilityPools.tree.
contract FacilityPoolsTest is FacilityFixture {
    // --------------------------------------------------------------------------------------------------------- addAsset

    function test_addAsset_pledgesOneMore() public {
        (FacilityId facility, AssetId first) = _facility(63_000);
        vm.warp(START + 10);
        _repay(facility, 3000);
        AssetId more = _steelAtSea();
        vm.expectEmit(address(facilities));
        emit IFacilities.AssetAdded(facility, more);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienPlaced(
            more,
            1,
            funder,
            supplier,
            60_000,
            asFinancing(facility),
            START,
            keccak256("facility agreement"),
            keccak256("facility registration")
        );
        _addAsset(facility, more);
        _holds(facility, _both(first, more));
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE + VALUE / 2, "value");
    }

    function test_addAsset_byTheBorrowerWhatItMayPledge() public {
        (FacilityId facility, AssetId first) = _facility(63_000);
        bytes memory callData = abi.encodeCall(facilities.addAsset, (facility, _steel(1)));
        PartyId[3] memory others = [funder, rival, second];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IFacilities.NotFacilityBorrower.selector, facility, others[i]);
            _onFacilities(others[i], callData, refusal);
        }
        _notAdded(facility, first, abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, first));
        ReceiptId moved = _issued(1, 1);
        _transfer(moved, second);
        _notAdded(
            facility,
            assetOfReceipt(moved),
            abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, moved, supplier)
        );
        AssetId lot = _lot(100);
        _block(lot, WHY);
        _notAdded(facility, lot, abi.encodeWithSelector(ILienRegistry.AssetBlocked.selector, lot, 1));
    }

    function test_addAsset_ofAnAgreedGoodAtAFreshPrice() public {
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 63_000);
        bytes32 zinc = keccak256("zinc");
        terms.goods[1].good = zinc;
        FacilityId facility = _openWith(terms);
        AssetId copper = assetOfReceipt(_copper(TEN_UNITS));
        _notAdded(facility, copper, abi.encodeWithSelector(IFacilities.GoodNotAgreed.selector, facility, COPPER));
        terms = _facilityTerms(_steels(1), 63_000);
        facility = _openWith(terms);
        vm.warp(START + PRICE_AGE + 1);
        _postPrice(STEEL, STEEL_PRICE);
        bytes memory stale = abi.encodeWithSelector(IFacilities.PriceStale.selector, START, START + PRICE_AGE + 1);
        _notAdded(facility, copper, stale);
        _postPrice(COPPER, COPPER_PRICE);
        _addAsset(facility, copper);
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE + 480_000, "copper with a haircut of 20 %");
    }

    function test_addAsset_notALotThatWasPaid() public {
        (FacilityId facility, AssetId first) = _facility(1);
        AssetId lot = _lot(100_000);
        vm.warp(MATURITY);
        _postPrice(STEEL, STEEL_PRICE);
        _fund(debtor, 100_000);
        _settleWhole(lotOfAsset(lot).noteOf(), 100_000);
        bytes memory paid = abi.encodeWithSelector(ILots.NoteNotTransferable.selector, lotOfAsset(lot).noteOf());
        _notAdded(facility, lot, paid);
        bytes memory less = abi.encodeWithSelector(IFacilities.SubstituteWorthLess.selector, lot, 0, VALUE);
        _notSubstituted(facility, first, lot, less);
    }

    /// @dev A good without a price would make every valuation at fresh prices impossible, and so a margin call.
    function test_addAsset_notOfAGoodThatHasNoPriceYet() public {
        IFacilities.Terms memory terms = _facilityTerms(_steels(1), 63_000);
        terms.priceSource = _registerSigner("steel alone", 1 << 9);
        vm.prank(keyOf[terms.priceSource]);
        prices.postPrice(STEEL, CNY, STEEL_PRICE, START);
        FacilityId facility = _openWith(terms);
        AssetId copper = assetOfReceipt(_copper(TEN_UNITS));
        _notAdded(facility, copper, abi.encodeWithSelector(IFacilities.PriceMissing.selector, COPPER));
    }

    function test_addAsset_upToThirtyTwoInThePool() public {
        AssetId[] memory assets = _steels(32);
        FacilityId facility = _open(assets, 63_000);
        AssetId more = _steel(TEN_UNITS);
        _notAdded(facility, more, abi.encodeWithSelector(IFacilities.PoolFull.selector, facility, 32));
        // What the pledgee gave up makes room, though nobody told the facility.
        _release(assets[3]);
        _addAsset(facility, more);
        vm.assertEq(facilities.assetsOf(facility).length, 32, "full again");
        _notAdded(facility, assets[3], abi.encodeWithSelector(IFacilities.PoolFull.selector, facility, 32));
    }

    function test_addAsset_whatLeftMayComeBackAndCountsOnce() public {
        AssetId[] memory assets = _steels(3);
        FacilityId facility = _open(assets, 63_000);
        _release(assets[1]);
        _holds(facility, _both(assets[0], assets[2]));
        _addAsset(facility, assets[1]);
        vm.assertEq(facilities.assetsOf(facility).length, 3, "once");
        vm.assertEq(facilities.valuationOf(facility).valueMinor, 3 * VALUE, "counts once");
        vm.assertEq(liens.lienOf(assets[1]).sequence, 2, "its second lien");
    }

    // -------------------------------------------------------------------------------------------------- substituteAsset

    function test_substituteAsset_equalGoodsInItsPlace() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        AssetId replacement = _steel(TEN_UNITS);
        vm.expectEmit(address(facilities));
        emit IFacilities.AssetSubstituted(facility, asset, replacement);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(asset, 1);
        _substitute(facility, asset, replacement);
        _holds(facility, _one(replacement));
        _secures(facility, replacement, funder);
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Discharged), "the old one is free");
        _transfer(receiptOfAsset(asset), second);
    }

    function test_substituteAsset_betterGoodsOfAnotherKind() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        // 90,000 after the haircut of lots: 94,737 before it.
        AssetId lot = _lot(94_737);
        _substitute(facility, asset, lot);
        _holds(facility, _one(lot));
        vm.assertEq(facilities.valuationOf(facility).valueMinor, VALUE, "rounded down to the same");
    }

    function test_substituteAsset_notForOneMinorUnitLess() public {
        (FacilityId facility, AssetId asset) = _facility(1);
        AssetId less = _lot(94_736);
        _notSubstituted(
            facility,
            asset,
            less,
            abi.encodeWithSelector(IFacilities.SubstituteWorthLess.selector, less, VALUE - 1, VALUE)
        );
    }

    function test_substituteAsset_whatIsInThePoolForWhatIsNot() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 1);
        AssetId other = _steel(TEN_UNITS);
        _notSubstituted(
            facility, other, other, abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, other)
        );
        bytes memory encumbered = abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, assets[1]);
        _notSubstituted(facility, assets[0], assets[1], encumbered);
        _notSubstituted(facility, assets[1], assets[1], encumbered);
        _release(assets[0]);
        bytes memory left = abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, assets[0]);
        _notSubstituted(facility, assets[0], other, left);
        // What left may come back in place of another, and stands in the pool once.
        _substitute(facility, assets[1], assets[0]);
        _holds(facility, _one(assets[0]));
    }

    function test_substituteAsset_byTheBorrower() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        bytes memory callData = abi.encodeCall(facilities.substituteAsset, (facility, asset, _steel(TEN_UNITS)));
        bytes memory refusal = abi.encodeWithSelector(IFacilities.NotFacilityBorrower.selector, facility, funder);
        _onFacilities(funder, callData, refusal);
    }

    function test_substituteAsset_atFreshPricesOfEverything() public {
        (FacilityId facility, AssetId asset) = _facility(1);
        AssetId copper = assetOfReceipt(_copper(TEN_UNITS));
        _addAsset(facility, copper);
        vm.warp(START + PRICE_AGE + 1);
        AssetId replacement = _lot(100_000);
        bytes memory stale = abi.encodeWithSelector(IFacilities.PriceStale.selector, START, START + PRICE_AGE + 1);
        _notSubstituted(facility, asset, replacement, stale);
        _postPrice(STEEL, STEEL_PRICE);
        _notSubstituted(facility, asset, replacement, stale);
        _postPrice(COPPER, COPPER_PRICE);
        _substitute(facility, asset, replacement);
    }

    /// @dev Above the drawdown limit even better goods do not float: nothing leaves before the loan is within it again.
    function test_substituteAsset_withinTheDrawdownLimitAfterwards() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        vm.warp(START + 1);
        _postPrice(STEEL, STEEL_PRICE - 1);
        AssetId replacement = _steel(TEN_UNITS);
        bytes memory above = abi.encodeWithSelector(IFacilities.LtvAboveLimit.selector, facility, 7001, 7000);
        _notSubstituted(facility, asset, replacement, above);
        _substitute(facility, asset, _steel(TEN_UNITS + 2));
    }

    // ---------------------------------------------------------------------------------------------------- withdrawAsset

    function test_withdrawAsset_freesIt() public {
        AssetId[] memory assets = _steels(3);
        FacilityId facility = _open(assets, 126_000);
        vm.expectEmit(address(facilities));
        emit IFacilities.AssetWithdrawn(facility, assets[0]);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(assets[0], 1);
        _withdraw(facility, assets[0]);
        vm.assertFalse(_isPledged(assets[0]), "free");
        vm.assertEq(facilities.assetsOf(facility).length, 2, "two left");
        vm.assertEq(facilities.valuationOf(facility).ltvBps, 7000, "to the limit exactly");
        _transfer(receiptOfAsset(assets[0]), second);
    }

    function test_withdrawAsset_notOneMinorUnitBeyondTheLimit() public {
        AssetId[] memory assets = _steels(3);
        FacilityId facility = _open(assets, 126_001);
        bytes memory above = abi.encodeWithSelector(IFacilities.LtvAboveLimit.selector, facility, 7001, 7000);
        _notWithdrawn(supplier, facility, assets[0], above);
        _repay(facility, 1);
        _withdraw(facility, assets[0]);
        _notWithdrawn(
            supplier,
            facility,
            assets[1],
            abi.encodeWithSelector(IFacilities.LtvAboveLimit.selector, facility, 14_000, 7000)
        );
    }

    function test_withdrawAsset_neverTheLastWhileADebtIsLeft() public {
        (FacilityId facility, AssetId asset) = _facility(1);
        _notWithdrawn(
            supplier,
            facility,
            asset,
            abi.encodeWithSelector(IFacilities.LtvAboveLimit.selector, facility, type(uint256).max, 7000)
        );
    }

    function test_withdrawAsset_theMinimumValueStays() public {
        IFacilities.Terms memory terms = _facilityTerms(_steels(3), 1);
        terms.minimumValueMinor = 2 * VALUE;
        FacilityId facility = _openWith(terms);
        _withdraw(facility, terms.assets[2]);
        _notWithdrawn(
            supplier,
            facility,
            terms.assets[1],
            abi.encodeWithSelector(IFacilities.ValueBelowMinimum.selector, facility, VALUE, 2 * VALUE)
        );
        // Nor by a substitution, when the price fell meanwhile.
        vm.warp(START + 1);
        _postPrice(STEEL, STEEL_PRICE - 1);
        _notSubstituted(
            facility,
            terms.assets[1],
            terms.assets[2],
            abi.encodeWithSelector(IFacilities.ValueBelowMinimum.selector, facility, 179_982, 2 * VALUE)
        );
    }

    function test_withdrawAsset_byTheBorrowerOutOfThePoolAtFreshPrices() public {
        AssetId[] memory assets = _steels(2);
        FacilityId facility = _open(assets, 1);
        _notWithdrawn(
            funder,
            facility,
            assets[0],
            abi.encodeWithSelector(IFacilities.NotFacilityBorrower.selector, facility, funder)
        );
        AssetId other = _steel(1);
        bytes memory outside = abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, other);
        _notWithdrawn(supplier, facility, other, outside);
        // Pledged to the same funder, but not for this.
        _pledgeAsset(supplier, other, funder, 1);
        _notWithdrawn(supplier, facility, other, outside);
        FacilityId another = _open(_steels(1), 1);
        AssetId foreign = facilities.assetsOf(another)[0];
        outside = abi.encodeWithSelector(IFacilities.AssetNotInPool.selector, facility, foreign);
        _notWithdrawn(supplier, facility, foreign, outside);
        vm.warp(START + PRICE_AGE + 1);
        bytes memory stale = abi.encodeWithSelector(IFacilities.PriceStale.selector, START, START + PRICE_AGE + 1);
        _notWithdrawn(supplier, facility, assets[0], stale);
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

    function _notAdded(FacilityId facility, AssetId asset, bytes memory expected) private {
        _onFacilities(supplier, abi.encodeCall(facilities.addAsset, (facility, asset)), expected);
    }

    function _notSubstituted(FacilityId facility, AssetId asset, AssetId replacement, bytes memory expected) private {
        _onFacilities(supplier, abi.encodeCall(facilities.substituteAsset, (facility, asset, replacement)), expected);
    }

    function _notWithdrawn(PartyId actor, FacilityId facility, AssetId asset, bytes memory expected) private {
        _onFacilities(actor, abi.encodeCall(facilities.withdrawAsset, (facility, asset)), expected);
    }
}
