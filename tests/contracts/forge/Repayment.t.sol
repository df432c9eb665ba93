// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IFinancing} from "../../../contracts/interfaces/IFinancing.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {FinancingId, LotId, PartyId, assetOfLot} from "../../../contracts/types/Ids.sol";
import {FinancingKind, FinancingState, LienState, LotState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Interest, repayment, default, collection from a settlement, and every state of a financing.
/// Branches: Repayment.tree.
contract RepaymentTest is NoteFixture {
    uint48 private constant AMOUNT = 90_000;
    /// @dev 600 bps of 90,000 on 360 days: 15 a day.
    uint48 private constant DAILY = 15;

    // --------------------------------------------------------------------------------------------------------- states

    function test_everyCallInEveryState() public {
        for (uint256 s = 0; s <= uint256(type(FinancingState).max); ++s) {
            uint256 snapshot = vm.snapshotState();
            _tryAll(FinancingState(s));
            vm.revertToState(snapshot);
        }
    }

    function _tryAll(FinancingState state) private {
        FinancingId id = _financingIn(state, AMOUNT);
        _fund(funder, AMOUNT);
        vm.warp(START + 9 days);
        bytes memory call_ = abi.encodeCall(financing.withdrawOffer, (id));
        _try(id, state, keyOf[funder], call_, state == FinancingState.Offered, FinancingState.Offered);
        call_ = abi.encodeCall(financing.accept, (id));
        _try(id, state, keyOf[supplier], call_, state == FinancingState.Offered, FinancingState.Offered);
        bool drawn = state == FinancingState.DrawnDown || state == FinancingState.Defaulted;
        call_ = abi.encodeCall(financing.repay, (id, 1));
        _try(id, state, keyOf[supplier], call_, drawn, FinancingState.DrawnDown);
        call_ = abi.encodeCall(financing.collect, (id, 1));
        _try(id, state, address(settlement), call_, drawn, FinancingState.DrawnDown);
        vm.warp(START + 60 days + 1);
        call_ = abi.encodeCall(financing.markDefaulted, (id));
        _try(id, state, keyOf[funder], call_, state == FinancingState.DrawnDown, FinancingState.DrawnDown);
        if (state == FinancingState.None) {
            vm.expectRevert(abi.encodeWithSelector(IFinancing.FinancingUnknown.selector, id));
            financing.financingOf(id);
        }
    }

    /// @dev Tries one call and takes its effect back again.
    function _try(
        FinancingId id,
        FinancingState state,
        address caller,
        bytes memory callData,
        bool allowed,
        FinancingState expected
    ) private {
        uint256 snapshot = vm.snapshotState();
        if (allowed) {
            vm.prank(caller);
            (bool done,) = address(financing).call(callData);
            vm.assertTrue(done, string.concat("allowed in state ", vm.toString(uint256(state))));
        } else {
            bytes memory refusal = state == FinancingState.None
                ? abi.encodeWithSelector(IFinancing.FinancingUnknown.selector, id)
                : abi.encodeWithSelector(IFinancing.UnexpectedFinancingState.selector, id, state, expected);
            _refused(
                caller,
                address(financing),
                callData,
                refusal,
                string.concat("refused in state ", vm.toString(uint256(state)))
            );
        }
        vm.revertToState(snapshot);
    }

    // ------------------------------------------------------------------------------------------------------- interest

    function test_interest_runsPerDayAndNotOnTheDayOfDrawdown() public {
        // START lies at 08:00 UTC, so the first midnight is 16 hours away.
        FinancingId id = _loan();
        _owes(id, AMOUNT, 0);
        vm.warp(START + 16 hours - 1);
        _owes(id, AMOUNT, 0);
        vm.warp(START + 16 hours);
        _owes(id, AMOUNT, DAILY);
        vm.warp(START + 30 days);
        _owes(id, AMOUNT, 30 * DAILY);
    }

    function test_interest_runsOnWhatIsLeft() public {
        FinancingId id = _loan();
        vm.warp(START + 10 days);
        _repay(id, 10 * DAILY + AMOUNT / 2);
        _owes(id, AMOUNT / 2, 0);
        vm.warp(START + 20 days);
        _owes(id, AMOUNT / 2, 75);
    }

    function test_interest_roundsHalfACentUp() public {
        // At 10,000 bps on 360 days, 180 costs half a cent a day and 179 less than that.
        for (uint48 principal = 179; principal <= 180; ++principal) {
            vm.warp(START);
            IFinancing.LoanTerms memory terms = _loanTerms(_root(_live(AMOUNT)), principal);
            terms.rateBps = 10_000;
            vm.prank(keyOf[funder]);
            FinancingId id = financing.offerLoan(terms);
            _fund(funder, principal);
            vm.prank(keyOf[supplier]);
            financing.accept(id);
            vm.warp(START + 1 days);
            _owes(id, principal, principal == 180 ? 1 : 0);
        }
    }

    function test_interest_neverGrowsADebtBeyond48Bits() public {
        vm.warp(START);
        IFinancing.LoanTerms memory terms = _loanTerms(_root(_live(MAX_MINOR)), MAX_MINOR - 1000);
        terms.rateBps = 10_000;
        vm.prank(keyOf[funder]);
        FinancingId id = financing.offerLoan(terms);
        _fund(funder, MAX_MINOR);
        vm.prank(keyOf[supplier]);
        financing.accept(id);
        vm.warp(START + 30 days);
        _owes(id, MAX_MINOR - 1000, 1000);
        vm.warp(START + 61 days);
        vm.expectEmit(address(financing));
        emit IFinancing.LoanDefaulted(id, MAX_MINOR);
        vm.prank(keyOf[funder]);
        financing.markDefaulted(id);
        _fund(supplier, 1000);
        vm.assertEq(_repay(id, MAX_MINOR), MAX_MINOR, "the whole debt");
        _is(id, FinancingState.Repaid);
    }

    // ---------------------------------------------------------------------------------------------------------- repay

    function test_repay_interestFirstThenPrincipal() public {
        FinancingId id = _loan();
        vm.warp(START + 10 days);
        vm.expectEmit(address(financing));
        emit IFinancing.LoanRepaid(id, 100, 0, AMOUNT, 50, false);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(supplier, funder, CNY, 100, bytes32(uint256(FinancingId.unwrap(id))));
        vm.assertEq(_repay(id, 100), 100, "part of the interest");
        vm.expectEmit(address(financing));
        emit IFinancing.LoanRepaid(id, 50, 950, AMOUNT - 950, 0, false);
        _repay(id, 1000);
        _owes(id, AMOUNT - 950, 0);
        vm.assertEq(_balance(funder), 1100, "funder");
        vm.assertEq(financing.financingOf(id).repaidMinor, 1100, "repaid");
        _is(id, FinancingState.DrawnDown);
    }

    function test_repay_inFullEarlyClosesTheLoanAndFreesTheLot() public {
        FinancingId id = _loan();
        LotId lot = financing.financingOf(id).lot;
        vm.warp(START + 1 days);
        _fund(supplier, DAILY);
        vm.expectEmit(address(financing));
        emit IFinancing.LoanRepaid(id, DAILY, AMOUNT, 0, 0, false);
        vm.expectEmit(address(financing));
        emit IFinancing.LoanClosed(id);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(assetOfLot(lot), 1);
        vm.assertEq(_repay(id, MAX_MINOR), AMOUNT + DAILY, "the whole debt");
        _is(id, FinancingState.Repaid);
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Free), "lot");
        vm.assertEq(uint256(liens.lienOf(assetOfLot(lot)).state), uint256(LienState.Discharged), "lien");
        _owes(id, 0, 0);
    }

    function test_repay_atMostTheDebtAndAtLeastACent() public {
        FinancingId id = _loan();
        bytes memory call_ = abi.encodeCall(financing.repay, (id, AMOUNT + 1));
        _refusesCall(
            supplier, call_, abi.encodeWithSelector(IFinancing.RepaymentTooLarge.selector, id, AMOUNT, AMOUNT + 1)
        );
        call_ = abi.encodeCall(financing.repay, (id, 0));
        _refusesCall(supplier, call_, abi.encodeWithSelector(ICash.CashAmountZero.selector));
        vm.assertEq(_repay(id, 1), 1, "one cent");
        vm.assertEq(_repay(id, AMOUNT - 1), AMOUNT - 1, "the rest");
        _is(id, FinancingState.Repaid);
    }

    function test_repay_byTheBorrowerWithItsOwnCash() public {
        FinancingId id = _loan();
        PartyId[3] memory others = [funder, second, debtor];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesCall(
                others[i],
                abi.encodeCall(financing.repay, (id, 1)),
                abi.encodeWithSelector(IFinancing.NotBorrower.selector, id, others[i])
            );
        }
        vm.prank(keyOf[supplier]);
        cash.transfer(second, CNY, AMOUNT - 5, keccak256("spent"));
        _refusesCall(
            supplier,
            abi.encodeCall(financing.repay, (id, 6)),
            abi.encodeWithSelector(ICash.CashInsufficient.selector, supplier, CNY, 5, 6)
        );
    }

    function test_repay_afterThePledgeeGaveTheLienUp() public {
        FinancingId id = _loan();
        LotId lot = financing.financingOf(id).lot;
        vm.prank(keyOf[funder]);
        liens.release(assetOfLot(lot), keccak256("trust"));
        _pledge(supplier, lot, rival, 5);
        _repay(id, MAX_MINOR);
        _is(id, FinancingState.Repaid);
        ILienRegistry.Lien memory lien = liens.lienOf(assetOfLot(lot));
        vm.assertEq(uint256(lien.state), uint256(LienState.Active), "the other pledgee keeps its lien");
        vm.assertEq(PartyId.unwrap(lien.pledgee), PartyId.unwrap(rival), "the other pledgee");
    }

    function test_repay_ofADefaultedLoan() public {
        FinancingId id = _financingIn(FinancingState.Defaulted, AMOUNT);
        _fund(supplier, 61 * DAILY);
        _repay(id, 1);
        _is(id, FinancingState.Defaulted);
        _repay(id, MAX_MINOR);
        _is(id, FinancingState.Repaid);
    }

    // -------------------------------------------------------------------------------------------------------- default

    function test_markDefaulted_byTheFunderOncePastDue() public {
        FinancingId id = _loan();
        bytes memory call_ = abi.encodeCall(financing.markDefaulted, (id));
        vm.warp(START + 60 days);
        _refusesCall(
            funder, call_, abi.encodeWithSelector(IFinancing.LoanNotDue.selector, id, START + 60 days, START + 60 days)
        );
        vm.warp(START + 60 days + 1);
        _refusesCall(rival, call_, abi.encodeWithSelector(IFinancing.NotFunder.selector, id, rival));
        _refusesCall(supplier, call_, abi.encodeWithSelector(IFinancing.NotFunder.selector, id, supplier));
        vm.expectEmit(address(financing));
        emit IFinancing.LoanDefaulted(id, AMOUNT + 60 * DAILY);
        vm.prank(keyOf[funder]);
        financing.markDefaulted(id);
        _is(id, FinancingState.Defaulted);
        vm.assertEq(uint256(ledger.lotOf(financing.financingOf(id).lot).state), uint256(LotState.Pledged), "lot");
    }

    // -------------------------------------------------------------------------------------------------------- collect

    function test_collect_takesWhatIsOwedAndNoMore() public {
        FinancingId id = _loan();
        vm.warp(START + 10 days);
        vm.expectEmit(address(financing));
        emit IFinancing.LoanRepaid(id, 150, 850, AMOUNT - 850, 0, true);
        (PartyId payee, uint48 taken, bool left) = _collect(id, 1000);
        vm.assertEq(PartyId.unwrap(payee), PartyId.unwrap(funder), "funder");
        vm.assertEq(taken, 1000, "all that was there");
        vm.assertTrue(left, "something is left");
        (, taken, left) = _collect(id, MAX_MINOR);
        vm.assertEq(taken, AMOUNT - 850, "all that is owed");
        vm.assertFalse(left, "nothing is left");
        _is(id, FinancingState.Repaid);
    }

    function test_collect_ofNothingChangesNothing() public {
        FinancingId id = _loan();
        vm.warp(START + 10 days);
        IFinancing.FinancingView memory before = financing.financingOf(id);
        vm.recordLogs();
        (PartyId payee, uint48 taken, bool left) = _collect(id, 0);
        vm.assertEq(vm.getRecordedLogs().length, 0, "no event");
        vm.assertEq(PartyId.unwrap(payee), PartyId.unwrap(funder), "funder");
        vm.assertEq(taken, 0, "nothing");
        vm.assertTrue(left, "all is left");
        vm.assertEq(abi.encode(financing.financingOf(id)), abi.encode(before), "no state without an event");
        _owes(id, AMOUNT, 150);
    }

    function test_aPurchaseIsNoLoan() public {
        FinancingId id = _financingIn(FinancingState.Purchased, AMOUNT);
        vm.assertEq(uint256(financing.financingOf(id).kind), uint256(FinancingKind.Purchase), "kind");
        _owes(id, 0, 0);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _loan() private returns (FinancingId) {
        return _financingIn(FinancingState.DrawnDown, AMOUNT);
    }

    function _repay(FinancingId id, uint48 amountMinor) private returns (uint48) {
        vm.prank(keyOf[supplier]);
        return financing.repay(id, amountMinor);
    }

    function _collect(FinancingId id, uint48 availableMinor) private returns (PartyId, uint48, bool) {
        vm.prank(address(settlement));
        return financing.collect(id, availableMinor);
    }

    function _refusesCall(PartyId actor, bytes memory callData, bytes memory expected) private {
        _refused(keyOf[actor], address(financing), callData, expected);
    }

    function _owes(FinancingId id, uint48 principalMinor, uint48 interestMinor) private view {
        (uint48 principal, uint48 interest) = financing.debtOf(id);
        vm.assertEq(principal, principalMinor, "principal");
        vm.assertEq(interest, interestMinor, "interest");
    }

    function _is(FinancingId id, FinancingState expected) private view {
        vm.assertEq(uint256(financing.financingOf(id).state), uint256(expected), "state of the financing");
    }
}
