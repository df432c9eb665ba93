// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInvoices} from "../../../contracts/interfaces/IInvoices.sol";
import {ILedgerModule} from "../../../contracts/interfaces/ILedgerModule.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {NoteId} from "../../../contracts/types/Ids.sol";
import {LotState, NoteState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Disputes, maturity, overdue, write-off. Branches: Disputes.tree. Wrong states: NoteStates.t.sol.
contract DisputesTest is NoteFixture {
    bytes32 private constant WHY = keccak256("why");

    // -------------------------------------------------------------------------------------------------------- dispute

    function test_dispute_freezesTheNoteAndTheAmount() public {
        NoteId note = _live(900);
        vm.expectEmit(address(ledger));
        emit INotes.NoteDisputed(note, 300, WHY);
        vm.prank(keyOf[debtor]);
        ledger.dispute(note, 300, WHY);
        _is(note, NoteState.Disputed);
        vm.assertEq(ledger.noteOf(note).disputedMinor, 300, "disputed");
        _onLedger(
            supplier,
            abi.encodeCall(ledger.assign, (_root(note), second, WHY)),
            abi.encodeWithSelector(ILots.NoteNotTransferable.selector, note)
        );
    }

    function test_dispute_fromOneCentToAllThatIsUnpaid() public {
        NoteId note = _live(900);
        _refusesDispute(note, 0, abi.encodeWithSelector(IInvoices.ZeroAmount.selector));
        _refusesDispute(note, 901, abi.encodeWithSelector(INotes.DisputeTooLarge.selector, note, 900, 901));
        _dispute(note, 900);
        vm.assertEq(ledger.noteOf(note).disputedMinor, 900, "all of it");
        NoteId other = _live(900);
        _dispute(other, 1);
        vm.assertEq(ledger.noteOf(other).disputedMinor, 1, "one cent");
    }

    function test_dispute_ofAMaturedNoteCoversWhatIsUnpaid() public {
        NoteId note = _matured(900);
        _fund(debtor, 900);
        _settleWhole(note, 400);
        _refusesDispute(note, 501, abi.encodeWithSelector(INotes.DisputeTooLarge.selector, note, 500, 501));
        _dispute(note, 500);
        _resolve(note, 100);
        _refusesDispute(note, 401, abi.encodeWithSelector(INotes.DisputeTooLarge.selector, note, 400, 401));
        _dispute(note, 400);
    }

    function test_dispute_refusesWhileAPaymentIsHalfDone() public {
        NoteId note = _halfPaid(50);
        _refusesDispute(note, 1, abi.encodeWithSelector(INotes.PaymentUnfinished.selector, note));
        _settle(note, 50, _range(1, 1, 1));
        _dispute(note, 1);
    }

    // -------------------------------------------------------------------------------------------------- ends of disputes

    function test_withdrawDispute_beforeMaturityIsLiveAgain() public {
        NoteId note = _live(900);
        _dispute(note, 300);
        vm.expectEmit(address(ledger));
        emit INotes.DisputeWithdrawn(note, NoteState.Live);
        vm.prank(keyOf[debtor]);
        ledger.withdrawDispute(note);
        _is(note, NoteState.Live);
        vm.assertEq(ledger.noteOf(note).disputedMinor, 0, "nothing disputed");
        vm.assertEq(ledger.noteOf(note).reducedMinor, 0, "nothing taken off");
        _assign(supplier, _root(note), second);
    }

    function test_withdrawDispute_fromMaturityOnIsMatured() public {
        NoteId note = _live(900);
        _dispute(note, 300);
        vm.warp(MATURITY);
        vm.expectEmit(address(ledger));
        emit INotes.DisputeWithdrawn(note, NoteState.Matured);
        vm.prank(keyOf[debtor]);
        ledger.withdrawDispute(note);
        _is(note, NoteState.Matured);
    }

    function test_withdrawDispute_refusesWhileAPaymentIsHalfDone() public {
        NoteId note = _halfPaidUnderDispute();
        _onLedger(
            debtor,
            abi.encodeCall(ledger.withdrawDispute, (note)),
            abi.encodeWithSelector(INotes.PaymentUnfinished.selector, note)
        );
    }

    function test_resolveDispute_takesOffWhatIsUpheld() public {
        NoteId note = _live(900);
        _dispute(note, 300);
        vm.expectEmit(address(ledger));
        emit INotes.DisputeResolved(note, 200, NoteState.Live, WHY);
        vm.prank(ARBITER);
        ledger.resolveDispute(note, 200, WHY);
        vm.assertEq(ledger.noteOf(note).reducedMinor, 200, "taken off");
        vm.assertEq(ledger.noteOf(note).disputedMinor, 0, "nothing disputed");
        _dispute(note, 700);
        vm.warp(MATURITY);
        vm.expectEmit(address(ledger));
        emit INotes.DisputeResolved(note, 0, NoteState.Matured, WHY);
        vm.prank(ARBITER);
        ledger.resolveDispute(note, 0, WHY);
        vm.assertEq(ledger.noteOf(note).reducedMinor, 200, "a rejected dispute takes nothing off");
    }

    function test_resolveDispute_refusesMoreThanDisputed() public {
        NoteId note = _live(900);
        _dispute(note, 300);
        _refused(
            ARBITER,
            address(ledger),
            abi.encodeCall(ledger.resolveDispute, (note, 301, WHY)),
            abi.encodeWithSelector(INotes.DisputeTooLarge.selector, note, 300, 301)
        );
        _resolve(note, 300);
    }

    function test_resolveDispute_refusesWhileAPaymentIsHalfDone() public {
        NoteId note = _halfPaidUnderDispute();
        _refused(
            ARBITER,
            address(ledger),
            abi.encodeCall(ledger.resolveDispute, (note, 0, WHY)),
            abi.encodeWithSelector(INotes.PaymentUnfinished.selector, note)
        );
    }

    // -------------------------------------------------------------------------------------------- maturity and overdue

    function test_markMatured_byAnybodyOnceTheTimeHasCome() public {
        NoteId note = _live(900);
        vm.warp(MATURITY - 1);
        _refused(
            STRANGER,
            address(ledger),
            abi.encodeCall(ledger.markMatured, (note)),
            abi.encodeWithSelector(INotes.NotMatured.selector, note, MATURITY, MATURITY - 1)
        );
        vm.warp(MATURITY);
        vm.expectEmit(address(ledger));
        emit INotes.NoteMatured(note);
        vm.prank(STRANGER);
        ledger.markMatured(note);
        _is(note, NoteState.Matured);
    }

    function test_markOverdue_aDayAfterMaturity() public {
        NoteId note = _matured(900);
        vm.warp(MATURITY + 1 days - 1);
        _refused(
            STRANGER,
            address(ledger),
            abi.encodeCall(ledger.markOverdue, (note)),
            abi.encodeWithSelector(INotes.NotOverdue.selector, note, MATURITY + 1 days, MATURITY + 1 days - 1)
        );
        vm.warp(MATURITY + 1 days);
        vm.expectEmit(address(ledger));
        emit INotes.NoteOverdue(note);
        vm.prank(STRANGER);
        ledger.markOverdue(note);
        _is(note, NoteState.Overdue);
    }

    function test_markOverdue_ofALiveNoteRecordsTheMaturityFirst() public {
        NoteId note = _live(900);
        vm.warp(MATURITY - 1);
        bytes memory call_ = abi.encodeCall(ledger.markOverdue, (note));
        bytes memory early = abi.encodeWithSelector(INotes.NotMatured.selector, note, MATURITY, MATURITY - 1);
        _refused(STRANGER, address(ledger), call_, early);
        vm.warp(MATURITY + 1 days);
        vm.expectEmit(address(ledger));
        emit INotes.NoteMatured(note);
        vm.expectEmit(address(ledger));
        emit INotes.NoteOverdue(note);
        ledger.markOverdue(note);
        _is(note, NoteState.Overdue);
    }

    // ------------------------------------------------------------------------------------------------------- writeOff

    function test_writeOff_showsWhatIsUnpaid() public {
        NoteId note = _live(900);
        _dispute(note, 300);
        _resolve(note, 200);
        vm.warp(MATURITY + 1 days);
        _fund(debtor, 900);
        _settleWhole(note, 400);
        ledger.markOverdue(note);
        vm.expectEmit(address(ledger));
        emit INotes.NoteWrittenOff(note, 300, WHY);
        vm.prank(ARBITER);
        ledger.writeOff(note, WHY);
        _is(note, NoteState.WrittenOff);
        vm.assertEq(ledger.noteOf(note).paidMinor, 400, "written off is not paid");
        vm.assertEq(uint256(ledger.lotOf(_root(note)).state), uint256(LotState.Free), "and not settled");
    }

    function test_writeOff_refusesWhileAPaymentIsHalfDone() public {
        NoteId note = _halfPaid(100);
        vm.warp(MATURITY + 1 days);
        ledger.markOverdue(note);
        _refused(
            ARBITER,
            address(ledger),
            abi.encodeCall(ledger.writeOff, (note, WHY)),
            abi.encodeWithSelector(INotes.PaymentUnfinished.selector, note)
        );
        // The round goes on although the note has become overdue meanwhile.
        vm.expectEmit(address(ledger));
        emit ILedgerModule.NoteSettled(note, 100);
        _settle(note, 100, _range(1, 1, 1));
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev A matured note of 100 in two lots, the first of which has been paid in a round of the amount.
    function _halfPaid(uint48 roundMinor) private returns (NoteId note) {
        note = _live(100);
        _split(supplier, _root(note), _two(supplier, 60, supplier, 40));
        vm.warp(MATURITY);
        _fund(debtor, 100);
        _settle(note, roundMinor, _range(1, 0, 0));
    }

    function _halfPaidUnderDispute() private returns (NoteId note) {
        note = _live(100);
        _split(supplier, _root(note), _two(supplier, 60, supplier, 40));
        _dispute(note, 10);
        vm.warp(MATURITY);
        _fund(debtor, 100);
        _settle(note, 90, _range(1, 0, 0));
        _is(note, NoteState.Disputed);
    }

    function _refusesDispute(NoteId note, uint48 amountMinor, bytes memory expected) private {
        _onLedger(debtor, abi.encodeCall(ledger.dispute, (note, amountMinor, WHY)), expected);
    }

    function _is(NoteId note, NoteState expected) private view {
        vm.assertEq(uint256(_stateOf(note)), uint256(expected), "state of the note");
    }
}
