// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFinancing} from "../../../contracts/interfaces/IFinancing.sol";
import {ILedgerModule} from "../../../contracts/interfaces/ILedgerModule.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {NoteId} from "../../../contracts/types/Ids.sol";
import {NoteState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Every function that asks for a state of a note, tried in every state. The caller is always the right one and
/// the time has always come, so that nothing but the state can refuse.
contract NoteStatesTest is NoteFixture {
    uint48 private constant FACE = 900;
    bytes32 private constant WHY = keccak256("why");

    /// @dev One row: who calls what on a note, in which states it goes through, and which state a refusal names.
    struct Row {
        string name;
        address caller;
        address target;
        bytes callData;
        uint256 allowed;
        NoteState expected;
    }

    function test_everyTransitionInEveryState() public {
        uint256 refusals;
        uint256 passes;
        for (uint256 row = 0; row < 10; ++row) {
            for (uint256 s = 0; s <= uint256(type(NoteState).max); ++s) {
                uint256 snapshot = vm.snapshotState();
                if (_try(row, NoteState(s))) ++passes;
                else ++refusals;
                vm.revertToState(snapshot);
            }
        }
        vm.assertEq(passes, 15, "transitions that exist");
        vm.assertEq(refusals, 95, "transitions that are forbidden");
    }

    function test_lotsMoveInALiveNoteOnly() public {
        for (uint256 s = 0; s <= uint256(type(NoteState).max); ++s) {
            if (NoteState(s) == NoteState.Live) continue;
            uint256 snapshot = vm.snapshotState();
            _refusesMoves(_noteIn(NoteState(s), FACE));
            vm.revertToState(snapshot);
        }
    }

    function test_lotsDoNotMoveFromMaturityOnThoughNobodyHasRecordedIt() public {
        NoteId note = _live(FACE);
        vm.warp(MATURITY);
        _refusesMoves(note);
        vm.warp(MATURITY - 1);
        _split(supplier, _root(note), _two(supplier, 1, supplier, FACE - 1));
    }

    function test_offersAreForLiveNotesOnly() public {
        for (uint256 s = 0; s <= uint256(type(NoteState).max); ++s) {
            NoteState state = NoteState(s);
            if (state == NoteState.Live) continue;
            uint256 snapshot = vm.snapshotState();
            NoteId note = _noteIn(state, FACE);
            bytes memory expected =
                abi.encodeWithSelector(INotes.UnexpectedNoteState.selector, note, state, NoteState.Live);
            IFinancing.LoanTerms memory loan = _loanTerms(_root(note), 100);
            IFinancing.PurchaseTerms memory purchase = _purchaseTerms(_root(note), 100);
            loan.expiresAt = purchase.expiresAt = MATURITY + 10 days;
            _refused(keyOf[funder], address(financing), abi.encodeCall(financing.offerLoan, (loan)), expected);
            _refused(keyOf[funder], address(financing), abi.encodeCall(financing.offerPurchase, (purchase)), expected);
            vm.revertToState(snapshot);
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @return passed Whether the table lets this call through in this state; the ledger must agree.
    function _try(uint256 number, NoteState state) private returns (bool passed) {
        NoteId note = _noteIn(state, FACE);
        Row memory row = _row(number, note);
        if (block.timestamp < _timeFor(number)) vm.warp(_timeFor(number));
        string memory why = string.concat(row.name, " in state ", vm.toString(uint256(state)));
        passed = (row.allowed >> uint256(state)) & 1 == 1;
        if (!passed) {
            bytes memory expected = state == NoteState.None
                ? _unknown(number, note)
                : abi.encodeWithSelector(INotes.UnexpectedNoteState.selector, note, state, row.expected);
            _refused(row.caller, row.target, row.callData, expected, why);
            return false;
        }
        vm.prank(row.caller);
        (bool done,) = row.target.call(row.callData);
        vm.assertTrue(done, why);
    }

    /// @dev Nobody is the debtor of a note that does not exist.
    function _unknown(uint256 number, NoteId note) private view returns (bytes memory) {
        if (number == 9) return abi.encodeWithSelector(ILedgerModule.NotDebtor.selector, note, debtor);
        return abi.encodeWithSelector(INotes.NoteUnknown.selector, note);
    }

    function _timeFor(uint256 number) private pure returns (uint256) {
        if (number == 7 || number == 9) return MATURITY;
        if (number == 8) return MATURITY + 1 days;
        return START;
    }

    function _row(uint256 number, NoteId note) private view returns (Row memory row) {
        row.target = address(ledger);
        row.caller = keyOf[debtor];
        row.expected = NoteState.Proposed;
        row.allowed = _in(NoteState.Proposed);
        if (number == 0) {
            row.name = "confirm";
            row.callData = abi.encodeCall(ledger.confirm, (note, FACE));
        } else if (number == 1) {
            row.name = "reject";
            row.callData = abi.encodeCall(INotes.reject, (note, _sharesOf(note), WHY));
        } else if (number == 2) {
            (row.name, row.caller) = ("withdraw", keyOf[supplier]);
            row.callData = abi.encodeCall(ledger.withdraw, (note, _sharesOf(note)));
        } else {
            _laterRow(row, number, note);
        }
    }

    function _laterRow(Row memory row, uint256 number, NoteId note) private view {
        row.expected = NoteState.Live;
        row.allowed = _in(NoteState.Live);
        if (number == 3) {
            (row.name, row.caller) = ("cancel", keyOf[supplier]);
            row.callData = abi.encodeCall(ledger.cancel, (note, _sharesOf(note), WHY));
        } else if (number == 4) {
            row.name = "dispute";
            row.allowed |= _in(NoteState.Matured);
            row.callData = abi.encodeCall(ledger.dispute, (note, 1, WHY));
        } else if (number == 5) {
            row.name = "withdrawDispute";
            (row.expected, row.allowed) = (NoteState.Disputed, _in(NoteState.Disputed));
            row.callData = abi.encodeCall(ledger.withdrawDispute, (note));
        } else if (number == 6) {
            (row.name, row.caller) = ("resolveDispute", ARBITER);
            (row.expected, row.allowed) = (NoteState.Disputed, _in(NoteState.Disputed));
            row.callData = abi.encodeCall(ledger.resolveDispute, (note, 1, WHY));
        } else if (number == 7) {
            (row.name, row.caller) = ("markMatured", STRANGER);
            row.callData = abi.encodeCall(ledger.markMatured, (note));
        } else {
            _lastRow(row, number, note);
        }
    }

    function _lastRow(Row memory row, uint256 number, NoteId note) private view {
        row.expected = NoteState.Matured;
        row.allowed = _in(NoteState.Live) | _in(NoteState.Matured);
        if (number == 8) {
            (row.name, row.caller) = ("markOverdue", STRANGER);
            row.callData = abi.encodeCall(ledger.markOverdue, (note));
        } else {
            // A payment of part of the note goes through while the rest is disputed, and when it is late.
            (row.name, row.caller) = ("applyPayment", address(settlement));
            row.allowed |= _in(NoteState.Disputed) | _in(NoteState.Overdue);
            row.callData = abi.encodeCall(ILedgerModule.applyPayment, (note, debtor, 1, _range(0, 0, 0)));
        }
    }

    function _in(NoteState state) private pure returns (uint256) {
        return 1 << uint256(state);
    }

    function _refusesMoves(NoteId note) private {
        bytes memory expected = abi.encodeWithSelector(ILots.NoteNotTransferable.selector, note);
        _onLedger(supplier, abi.encodeCall(ledger.assign, (_root(note), second, WHY)), expected);
        _onLedger(
            supplier, abi.encodeCall(ledger.split, (_root(note), _two(supplier, 1, supplier, FACE - 1), WHY)), expected
        );
        _onLedger(second, abi.encodeCall(ledger.accept, (_root(note))), expected);
        _refused(
            keyOf[supplier],
            address(liens),
            abi.encodeCall(liens.pledge, (_pledgeTerms(_root(note), funder, 1))),
            expected
        );
        _refused(
            address(financing),
            address(ledger),
            abi.encodeCall(ledger.transferSold, (_root(note), supplier, funder)),
            expected
        );
    }
}
