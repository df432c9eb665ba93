// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {AssetId, FacilityId, NoteId, PartyId, asFinancing, assetOfLot, lotId} from "../../../contracts/types/Ids.sol";
import {FacilityState, LienState, LotState, NoteState} from "../../../contracts/types/States.sol";
import {FacilityFixture} from "./support/FacilityFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Lots of a facility that their debtor pays. Branches: FacilitySettlement.tree. Notes mature 30 days after a facility is due.
contract FacilitySettlementTest is FacilityFixture {
    function test_settle_paysTheFacilityBeforeTheHolder() public {
        NoteId note = _live(100_000);
        AssetId lot = assetOfLot(_root(note));
        AssetId goods = _steel(TEN_UNITS);
        FacilityId facility = _open(_both(lot, goods), 63_000);
        vm.warp(MATURITY);
        _fund(debtor, 100_000);
        uint256 before = _balance(funder);
        vm.expectEmit(address(facilities));
        // 90 days at 600 bps on 360: 945.
        emit IFacilities.FacilityRepaid(facility, 945, 63_000, 0, 0, IFacilities.RepaidBy.Settlement);
        vm.expectEmit(address(facilities));
        emit IFacilities.FacilityClosed(facility);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(goods, 1);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(lot, 1);
        _settleWhole(note, 100_000);
        vm.assertEq(_balance(funder) - before, 63_945, "the facility");
        vm.assertEq(_balance(supplier), 63_000 + 36_055, "drawdown and what is left");
        _isIn(facility, FacilityState.Closed);
        vm.assertFalse(_isPledged(goods), "the goods are free");
    }

    function test_settle_ofLessThanTheDebtLeavesTheRestSecured() public {
        NoteId note = _live(40_000);
        AssetId lot = assetOfLot(_root(note));
        AssetId goods = _steel(TEN_UNITS);
        FacilityId facility = _open(_both(lot, goods), 63_000);
        vm.warp(MATURITY);
        _fund(debtor, 40_000);
        uint256 before = _balance(funder);
        _settleWhole(note, 40_000);
        vm.assertEq(_balance(funder) - before, 40_000, "all of it");
        vm.assertEq(_debtOf(facility), 63_945 - 40_000, "left");
        _isIn(facility, FacilityState.Open);
        vm.assertEq(uint256(liens.lienOf(lot).state), uint256(LienState.Discharged), "the lot has ended");
        vm.assertTrue(_isPledged(goods), "the goods have not");
        vm.assertEq(facilities.assetsOf(facility).length, 1, "one left");
        vm.assertEq(facilities.valuationOf(facility).grossMinor, GROSS, "which counts alone");
        // A place on the list is no longer taken by what ended.
        _addAsset(facility, _steelAnew());
        vm.assertEq(facilities.assetsOf(facility).length, 2, "two");
    }

    /// @dev The first lot pays the facility off; the others of the same settlement are their holder's.
    function test_settle_closingInTheMiddleFreesTheLotsThatFollow() public {
        (NoteId note, AssetId[] memory lots) = _threeLots(30_000);
        FacilityId facility = _open(lots, 20_000);
        vm.warp(MATURITY);
        _fund(debtor, 90_000);
        uint256 before = _balance(funder);
        uint256[] memory payments = new uint256[](1);
        // 300 of interest in 90 days.
        payments[0] = _payment(funder, 20_300, 0) | _payment(supplier, 69_700, 1);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(lots[1], 1);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(lots[2], 1);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(lots[0], 1);
        vm.expectEmit(address(cash));
        emit ICash.CashSettled(debtor, CNY, payments, bytes32(uint256(NoteId.unwrap(note))));
        _settle(note, 90_000, _range(1, 0, 2));
        vm.assertEq(_balance(funder) - before, 20_300, "the debt and no more");
        vm.assertEq(_balance(supplier), 20_000 + 69_700, "the rest");
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Settled), "settled");
        _isIn(facility, FacilityState.Closed);
    }

    function test_settle_theSecondLotPaysWhatTheFirstLeft() public {
        (NoteId note, AssetId[] memory lots) = _threeLots(30_000);
        FacilityId facility = _open(lots, 45_000);
        vm.warp(MATURITY);
        _fund(debtor, 90_000);
        uint256 before = _balance(funder);
        _settle(note, 90_000, _range(1, 0, 2));
        // 675 of interest in 90 days.
        vm.assertEq(_balance(funder) - before, 45_675, "the debt");
        vm.assertEq(_balance(supplier), 45_000 + 44_325, "the rest");
        _isIn(facility, FacilityState.Closed);
    }

    /// @dev In rounds that leave something open, lots stay lots: a freed one is free, and its holder's from then on.
    function test_settle_closingInAnEarlierRound() public {
        (NoteId note, AssetId[] memory lots) = _threeLots(30_000);
        FacilityId facility = _open(lots, 9000);
        vm.warp(MATURITY);
        _fund(debtor, 90_000);
        uint256 before = _balance(funder);
        _settle(note, 45_000, _range(1, 0, 2));
        vm.assertEq(_balance(funder) - before, 9135, "of the first lot's half");
        _isIn(facility, FacilityState.Closed);
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertFalse(_isPledged(lots[i]), "free of the lien");
            vm.assertEq(uint256(ledger.lotOf(lotId(note, 1, i)).state), uint256(LotState.Free), "and free");
        }
        _settle(note, 45_000, _range(1, 0, 2));
        vm.assertEq(_balance(supplier), 9000 + 90_000 - 9135, "everything else");
    }

    function test_settle_inSeveralCallsOfARound() public {
        (NoteId note, AssetId[] memory lots) = _threeLots(30_000);
        FacilityId facility = _open(lots, 45_000);
        vm.warp(MATURITY);
        _fund(debtor, 90_000);
        uint256 before = _balance(funder);
        _settle(note, 90_000, _range(1, 0, 0));
        vm.assertEq(_debtOf(facility), 15_675, "left");
        vm.assertEq(facilities.assetsOf(facility).length, 2, "two left");
        _settle(note, 90_000, _range(1, 1, 1));
        _isIn(facility, FacilityState.Closed);
        vm.assertFalse(_isPledged(lots[2]), "freed");
        _settle(note, 90_000, _range(1, 2, 2));
        vm.assertEq(_balance(funder) - before, 45_675, "the debt");
        vm.assertEq(_balance(supplier), 45_000 + 44_325, "the rest");
    }

    /// @dev Two facilities of two funders, a pledge outside and a free lot in one note.
    function test_settle_everyPledgeeItsOwn() public {
        NoteId note = _live(100_000);
        ILots.Child[] memory children = new ILots.Child[](4);
        for (uint256 i = 0; i < 4; ++i) {
            children[i] = _child(supplier, 25_000);
        }
        _split(supplier, _root(note), children);
        FacilityId first = _open(_one(_lotOf(note, 0)), 10_000);
        IFacilities.Terms memory terms = _facilityTerms(_one(_lotOf(note, 1)), 12_000);
        _fund(rival, 12_000);
        vm.prank(keyOf[rival]);
        FacilityId other = facilities.offerFacility(terms);
        _accept(other, terms);
        _pledgeAsset(supplier, _lotOf(note, 2), third, 5000);
        vm.warp(MATURITY);
        _fund(debtor, 100_000);
        uint256 before = _balance(funder);
        _settle(note, 100_000, _range(1, 0, 3));
        vm.assertEq(_balance(funder) - before, 10_150, "the first facility");
        vm.assertEq(_balance(rival), 12_180, "the other");
        vm.assertEq(_balance(third), 5000, "the pledge");
        vm.assertEq(_balance(supplier), 22_000 + 100_000 - 10_150 - 12_180 - 5000, "the holder");
        _isIn(first, FacilityState.Closed);
        _isIn(other, FacilityState.Closed);
    }

    function test_settle_aDefaultedFacilityIsPaidToo() public {
        NoteId note = _live(100_000);
        FacilityId facility = _open(_one(assetOfLot(_root(note))), 63_000);
        _default(facility);
        vm.warp(MATURITY);
        _fund(debtor, 100_000);
        _settleWhole(note, 100_000);
        _isIn(facility, FacilityState.Closed);
    }

    /// @dev The claim was sold meanwhile: whoever holds it is paid.
    function test_settle_paysTheFunderOfToday() public {
        NoteId note = _live(100_000);
        FacilityId facility = _open(_one(assetOfLot(_root(note))), 63_000);
        vm.prank(keyOf[funder]);
        facilities.offerClaim(facility, rival, 60_000, START + 1 days, WHY);
        _fund(rival, 60_000);
        vm.prank(keyOf[rival]);
        facilities.takeClaim(facility);
        vm.warp(MATURITY);
        _fund(debtor, 100_000);
        _settleWhole(note, 100_000);
        vm.assertEq(_balance(rival), 63_945, "the new funder");
    }

    function test_collect_ofNothingChangesNothing() public {
        NoteId note = _live(100);
        _split(supplier, _root(note), _two(supplier, 1, supplier, 99));
        AssetId[] memory assets = _both(_lotOf(note, 0), _steel(TEN_UNITS));
        FacilityId facility = _open(assets, 63_000);
        vm.warp(MATURITY);
        _fund(debtor, 100);
        // The first lot's share of one cent in a hundred is none.
        _settle(note, 1, _range(1, 0, 1));
        vm.assertEq(facilities.facilityOf(facility).interestMinor, 0, "no interest booked");
        vm.assertTrue(_isPledged(assets[0]), "still in pledge");
        _settle(note, 99, _range(1, 0, 1));
        vm.assertEq(facilities.facilityOf(facility).repaidMinor, 1, "its cent");
    }

    function test_collect_takesAtMostTheDebt() public {
        (FacilityId facility, AssetId asset) = _facility(63_000);
        vm.prank(address(settlement));
        (PartyId to, uint48 taken, bool debtLeft) = facilities.collect(asFinancing(facility), asset, 70_000);
        vm.assertTrue(to == funder, "to the funder");
        vm.assertEq(taken, 63_000, "the debt");
        vm.assertFalse(debtLeft, "nothing left");
        vm.assertTrue(_isPledged(asset), "whose own lien the settlement ends");
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _threeLots(uint48 each) private returns (NoteId note, AssetId[] memory lots) {
        note = _live(3 * each);
        _split(supplier, _root(note), _equal(supplier, 3, each));
        lots = new AssetId[](3);
        for (uint256 i = 0; i < 3; ++i) {
            lots[i] = _lotOf(note, i);
        }
    }

    function _lotOf(NoteId note, uint256 index) private pure returns (AssetId) {
        return assetOfLot(lotId(note, 1, index));
    }

    /// @dev A receipt at a price of now.
    function _steelAnew() private returns (AssetId) {
        _postPrice(STEEL, STEEL_PRICE);
        return _steel(TEN_UNITS);
    }

    /// @dev Three to a word from the left, `amount 48 | party 24 | unused 8` each, then 16 unused bits.
    function _payment(PartyId party, uint256 amountMinor, uint256 place) private pure returns (uint256) {
        return ((amountMinor << 32) | (uint256(PartyId.unwrap(party)) << 8)) << (176 - 80 * place);
    }
}
