// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILedgerModule} from "../../../contracts/interfaces/ILedgerModule.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {CurrencyCode, LotId, NoteId, PartyId, lotId} from "../../../contracts/types/Ids.sol";
import {PackedLots} from "../../../contracts/types/PackedLots.sol";
import {LotState, NoteState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Rounds of payment as the ledger applies them to lots. Branches: Payments.tree. Money: Settlement.t.sol.
contract PaymentsTest is NoteFixture {
    // --------------------------------------------------------------------------------------------------- whole amount

    function test_applyPayment_settlesAnUndividedNote() public {
        NoteId note = _live(900);
        vm.warp(MATURITY);
        uint256[] memory payouts = new uint256[](1);
        payouts[0] = PackedLots.pack(900, PartyId.unwrap(supplier), LotState.Free);
        vm.expectEmit(address(ledger));
        emit INotes.NoteMatured(note);
        vm.expectEmit(address(ledger));
        emit ILedgerModule.PaymentApplied(note, 900, true, _range(0, 0, 0), payouts);
        vm.expectEmit(address(ledger));
        emit ILedgerModule.NoteSettled(note, 900);
        vm.prank(address(settlement));
        (CurrencyCode currency, uint256[] memory answer, bool last) =
            ledger.applyPayment(note, debtor, 900, _range(0, 0, 0));
        vm.assertEq(CurrencyCode.unwrap(currency), CurrencyCode.unwrap(CNY), "currency");
        vm.assertEq(abi.encode(answer), abi.encode(payouts), "payouts");
        vm.assertTrue(last, "last round");
        vm.assertEq(ledger.noteOf(note).paidMinor, 900, "paid");
        _isLot(_root(note), LotState.Settled, supplier);
    }

    function test_applyPayment_writesPayoutsWhereTheLotsLie() public {
        NoteId note = _inFive(20, second);
        uint256[] memory payouts = new uint256[](2);
        for (uint256 i = 0; i < 5; ++i) {
            (uint256 slot, uint256 shift) = PackedLots.place(i);
            payouts[slot] |= PackedLots.pack(20, PartyId.unwrap(second), LotState.Free) << shift;
        }
        vm.expectEmit(address(ledger));
        emit ILedgerModule.PaymentApplied(note, 100, true, _range(1, 0, 4), payouts);
        _pay(note, 100, _range(1, 0, 4));
        for (uint16 i = 0; i < 5; ++i) {
            _isLot(lotId(note, 1, i), LotState.Settled, second);
        }
    }

    function test_applyPayment_followsTheTreeInOrderOfPosition() public {
        NoteId note = _live(100);
        ILots.Child[] memory children = _equal(supplier, 3, 0);
        (children[0].amountMinor, children[1].amountMinor, children[2].amountMinor) = (10, 50, 40);
        _split(supplier, _root(note), children);
        _split(supplier, lotId(note, 1, 1), _two(supplier, 20, supplier, 30));
        vm.warp(MATURITY);
        ILedgerModule.LotRange[] memory ranges = new ILedgerModule.LotRange[](3);
        ranges[0] = ILedgerModule.LotRange(1, 0, 0);
        ranges[1] = ILedgerModule.LotRange(2, 0, 1);
        ranges[2] = ILedgerModule.LotRange(1, 2, 2);
        uint256 snapshot = vm.snapshotState();
        _pay(note, 100, ranges);
        _is(note, NoteState.Settled);
        vm.revertToState(snapshot);

        _refusesPayment(
            note,
            100,
            _range(1, 0, 2),
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, lotId(note, 1, 1), LotState.Split, LotState.Free)
        );
        (ranges[1], ranges[2]) = (ranges[2], ranges[1]);
        _refusesPayment(note, 100, ranges, _notContiguous(lotId(note, 1, 2), 11, 61));
        _refusesPayment(
            note,
            100,
            _range(0, 0, 0),
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, _root(note), LotState.Split, LotState.Free)
        );
    }

    function test_applyPayment_ofAnOfferedLotIsTheAssignors() public {
        NoteId note = _live(900);
        LotId offered = _assign(supplier, _root(note), second);
        vm.warp(MATURITY);
        _pay(note, 900, _range(1, 0, 0));
        _isLot(offered, LotState.Settled, supplier);
    }

    function test_applyPayment_ofTheLargestFace() public {
        NoteId note = _live(MAX_MINOR);
        _split(supplier, _root(note), _two(supplier, MAX_MINOR - 1, supplier, 1));
        vm.warp(MATURITY);
        _pay(note, MAX_MINOR - 2, _range(1, 0, 1));
        vm.assertEq(uint256(_paid(note, 0)) + _paid(note, 1), MAX_MINOR - 2, "booked");
        _pay(note, 2, _range(1, 0, 1));
        _is(note, NoteState.Settled);
        vm.assertEq(ledger.noteOf(note).paidMinor, MAX_MINOR, "paid");
    }

    // ------------------------------------------------------------------------------------------------- partial rounds

    function test_applyPayment_roundsByPosition() public {
        NoteId note = _live(3);
        _split(supplier, _root(note), _equal(supplier, 3, 1));
        vm.warp(MATURITY);
        uint48[3][3] memory booked = [[uint48(0), 0, 1], [uint48(0), 1, 1], [uint48(1), 1, 1]];
        for (uint256 round = 0; round < 2; ++round) {
            _pay(note, 1, _range(1, 0, 2));
            for (uint16 i = 0; i < 3; ++i) {
                vm.assertEq(_paid(note, i), booked[round][i], "booked on the lot");
                _isLot(lotId(note, 1, i), LotState.Free, supplier);
            }
            _is(note, NoteState.Matured);
        }
        _pay(note, 1, _range(1, 0, 2));
        _is(note, NoteState.Settled);
    }

    function test_applyPayment_inProportionToWhatIsUnpaid() public {
        NoteId note = _live(1000);
        _split(supplier, _root(note), _two(supplier, 900, supplier, 100));
        vm.warp(MATURITY);
        _pay(note, 500, _range(1, 0, 1));
        vm.assertEq(_paid(note, 0), 450, "first");
        vm.assertEq(_paid(note, 1), 50, "second");
        vm.assertEq(ledger.noteOf(note).paidMinor, 500, "paid");
        _refusesPayment(
            note, 501, _range(1, 0, 1), abi.encodeWithSelector(ILedgerModule.PaymentTooLarge.selector, note, 500, 501)
        );
    }

    /// @dev Three lots share a storage word. A range or a call that starts inside one must keep what the one before
    /// it booked there.
    function test_applyPayment_keepsWhatEarlierRangesBookedInTheSameWord() public {
        for (uint16 cut = 0; cut < 4; ++cut) {
            for (uint256 calls = 1; calls <= 2; ++calls) {
                uint256 snapshot = vm.snapshotState();
                NoteId note = _inFive(20, second);
                _payCut(note, 50, cut, calls);
                for (uint16 i = 0; i < 5; ++i) {
                    vm.assertEq(_paid(note, i), 10, "booked once");
                }
                _payCut(note, 30, cut, calls);
                for (uint16 i = 0; i < 5; ++i) {
                    vm.assertEq(_paid(note, i), 16, "booked twice");
                }
                _payCut(note, 20, cut, calls);
                _is(note, NoteState.Settled);
                vm.revertToState(snapshot);
            }
        }
    }

    // -------------------------------------------------------------------------------------------- rounds in several calls

    function test_applyPayment_inSeveralCalls() public {
        NoteId note = _inFive(20, second);
        vm.assertTrue(_pay(note, 100, _range(1, 0, 1)), "nothing is left after this round");
        _is(note, NoteState.Matured);
        _isLot(lotId(note, 1, 1), LotState.Settled, second);
        _isLot(lotId(note, 1, 2), LotState.Free, second);
        _pay(note, 100, _range(1, 2, 4));
        _is(note, NoteState.Settled);
        vm.assertEq(ledger.noteOf(note).paidMinor, 100, "paid");
    }

    function test_applyPayment_refusesGapsRepeatsAndDisorder() public {
        NoteId note = _inFive(20, second);
        _refusesPayment(note, 50, _range(1, 1, 4), _notContiguous(lotId(note, 1, 1), 1, 21));
        _pay(note, 50, _range(1, 0, 1));
        _refusesPayment(note, 50, _range(1, 3, 4), _notContiguous(lotId(note, 1, 3), 41, 61));
        _refusesPayment(note, 50, _range(1, 0, 1), _notContiguous(lotId(note, 1, 0), 41, 1));
        _refusesPayment(note, 50, _range(1, 1, 4), _notContiguous(lotId(note, 1, 1), 41, 21));
        ILedgerModule.LotRange[] memory twice = new ILedgerModule.LotRange[](2);
        (twice[0], twice[1]) = (ILedgerModule.LotRange(1, 2, 3), ILedgerModule.LotRange(1, 3, 4));
        _refusesPayment(note, 50, twice, _notContiguous(lotId(note, 1, 3), 81, 61));
        _pay(note, 50, _range(1, 2, 4));
        vm.assertEq(ledger.noteOf(note).paidMinor, 50, "paid");
    }

    function test_applyPayment_holdsARoundToItsAmount() public {
        NoteId note = _inFive(20, second);
        _pay(note, 50, _range(1, 0, 1));
        uint48[3] memory others = [uint48(49), 51, 0];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesPayment(
                note,
                others[i],
                _range(1, 2, 4),
                abi.encodeWithSelector(ILedgerModule.RoundUnlike.selector, note, 50, others[i])
            );
        }
    }

    function test_applyPayment_refusesRangesThatAreNone() public {
        NoteId note = _inFive(20, second);
        _refusesPayment(note, 50, new ILedgerModule.LotRange[](0), _rangeInvalid(0, 0, 0));
        _refusesPayment(note, 50, _range(1, 1, 0), _rangeInvalid(1, 1, 0));
        _refusesPayment(note, 50, _range(1, 0, 5), _rangeInvalid(1, 0, 5));
        _refusesPayment(note, 50, _range(2, 0, 0), _rangeInvalid(2, 0, 0));
        _refusesPayment(note, 50, _range(0, 0, 1), _rangeInvalid(0, 0, 1));
    }

    function test_applyPayment_runsOnWhileTheNoteBecomesOverdue() public {
        NoteId note = _inFive(20, second);
        _pay(note, 50, _range(1, 0, 1));
        vm.warp(MATURITY + 1 days);
        ledger.markOverdue(note);
        _pay(note, 50, _range(1, 2, 4));
        _is(note, NoteState.Overdue);
        _pay(note, 50, _range(1, 0, 4));
        _is(note, NoteState.Settled);
    }

    // -------------------------------------------------------------------------------------------------- what is payable

    function test_applyPayment_byTheDebtorOnly() public {
        NoteId note = _matured(900);
        PartyId[3] memory others = [supplier, second, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            _refused(
                address(settlement),
                address(ledger),
                abi.encodeCall(ILedgerModule.applyPayment, (note, others[i], 900, _range(0, 0, 0))),
                abi.encodeWithSelector(ILedgerModule.NotDebtor.selector, note, others[i])
            );
        }
    }

    function test_applyPayment_notBeforeMaturity() public {
        NoteId note = _live(900);
        vm.warp(MATURITY - 1);
        bytes memory early = abi.encodeWithSelector(INotes.NotMatured.selector, note, MATURITY, MATURITY - 1);
        _refusesPayment(note, 900, _range(0, 0, 0), early);
        _dispute(note, 1);
        _refusesPayment(note, 899, _range(0, 0, 0), early);
    }

    function test_applyPayment_atMostWhatIsPayable() public {
        NoteId note = _matured(900);
        _refusesPayment(
            note, 901, _range(0, 0, 0), abi.encodeWithSelector(ILedgerModule.PaymentTooLarge.selector, note, 900, 901)
        );
        _refusesPayment(note, 0, _range(0, 0, 0), abi.encodeWithSelector(ILedgerModule.NothingPayable.selector, note));
    }

    function test_applyPayment_leavesTheDisputedAmountOpen() public {
        NoteId note = _live(900);
        _dispute(note, 300);
        vm.warp(MATURITY);
        _refusesPayment(
            note, 601, _range(0, 0, 0), abi.encodeWithSelector(ILedgerModule.PaymentTooLarge.selector, note, 600, 601)
        );
        vm.assertFalse(_pay(note, 600, _range(0, 0, 0)), "the disputed amount is open");
        _is(note, NoteState.Disputed);
        _refusesPayment(note, 0, _range(0, 0, 0), abi.encodeWithSelector(ILedgerModule.NothingPayable.selector, note));
        _resolve(note, 100);
        _pay(note, 200, _range(0, 0, 0));
        _is(note, NoteState.Settled);
        vm.assertEq(ledger.noteOf(note).paidMinor, 800, "face less what was upheld");
    }

    function test_applyPayment_sharesAReductionInProportion() public {
        NoteId note = _live(100);
        _split(supplier, _root(note), _two(second, 60, third, 40));
        _dispute(note, 10);
        _resolve(note, 10);
        vm.warp(MATURITY);
        vm.prank(address(settlement));
        (, uint256[] memory payouts,) = ledger.applyPayment(note, debtor, 90, _range(1, 0, 1));
        vm.assertEq(_amountIn(payouts, 0), 54, "first");
        vm.assertEq(_amountIn(payouts, 1), 36, "second");
        _is(note, NoteState.Settled);
        vm.assertEq(ledger.noteOf(note).paidMinor, 90, "paid");
    }

    function test_applyPayment_ofNothingClosesANoteWhoseDisputeWasFullyUpheld() public {
        NoteId note = _live(100);
        _split(supplier, _root(note), _two(supplier, 60, supplier, 40));
        _dispute(note, 100);
        _resolve(note, 100);
        vm.warp(MATURITY);
        _refusesPayment(
            note, 1, _range(1, 0, 1), abi.encodeWithSelector(ILedgerModule.PaymentTooLarge.selector, note, 0, 1)
        );
        _pay(note, 0, _range(1, 0, 0));
        _is(note, NoteState.Matured);
        vm.expectEmit(address(ledger));
        emit ILedgerModule.NoteSettled(note, 0);
        _pay(note, 0, _range(1, 1, 1));
        _is(note, NoteState.Settled);
        vm.assertEq(ledger.noteOf(note).paidMinor, 0, "nothing was paid");
        _isLot(lotId(note, 1, 0), LotState.Settled, supplier);
        _isLot(lotId(note, 1, 1), LotState.Settled, supplier);
    }

    function test_applyPayment_ofNothingClosesAfterAPartWasPaid() public {
        NoteId note = _matured(900);
        _pay(note, 500, _range(0, 0, 0));
        _dispute(note, 400);
        _resolve(note, 400);
        _pay(note, 0, _range(0, 0, 0));
        _is(note, NoteState.Settled);
        vm.assertEq(ledger.noteOf(note).paidMinor, 500, "paid");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev A matured note in five lots of the amount each.
    function _inFive(uint48 eachMinor, PartyId holder) private returns (NoteId note) {
        note = _live(5 * eachMinor);
        _acceptAll(holder);
        _split(supplier, _root(note), _equal(holder, 5, eachMinor));
        vm.warp(MATURITY);
        ledger.markMatured(note);
    }

    /// @return last Whether the round leaves nothing to pay.
    function _pay(NoteId note, uint48 amountMinor, ILedgerModule.LotRange[] memory ranges) private returns (bool last) {
        vm.prank(address(settlement));
        (,, last) = ledger.applyPayment(note, debtor, amountMinor, ranges);
    }

    /// @dev A round over five lots cut after one of them, in one call or in two.
    function _payCut(NoteId note, uint48 amountMinor, uint16 cut, uint256 calls) private {
        if (calls == 2) {
            _pay(note, amountMinor, _range(1, 0, cut));
            _pay(note, amountMinor, _range(1, cut + 1, 4));
            return;
        }
        ILedgerModule.LotRange[] memory ranges = new ILedgerModule.LotRange[](2);
        ranges[0] = ILedgerModule.LotRange(1, 0, cut);
        ranges[1] = ILedgerModule.LotRange(1, cut + 1, 4);
        _pay(note, amountMinor, ranges);
    }

    function _paid(NoteId note, uint16 index) private view returns (uint48) {
        return ledger.paidOnLot(lotId(note, 1, index));
    }

    function _amountIn(uint256[] memory payouts, uint256 index) private pure returns (uint256) {
        (uint256 slot, uint256 shift) = PackedLots.place(index);
        return PackedLots.endOf(PackedLots.lotAt(payouts[slot], shift));
    }

    function _refusesPayment(
        NoteId note,
        uint48 amountMinor,
        ILedgerModule.LotRange[] memory ranges,
        bytes memory expected
    ) private {
        bytes memory callData = abi.encodeCall(ILedgerModule.applyPayment, (note, debtor, amountMinor, ranges));
        _refused(address(settlement), address(ledger), callData, expected);
    }

    function _notContiguous(LotId lot, uint256 expectedFirst, uint256 first) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILedgerModule.LotsNotContiguous.selector, lot, expectedFirst, first);
    }

    function _rangeInvalid(uint256 segment, uint256 from, uint256 to) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILedgerModule.LotRangeInvalid.selector, segment, from, to);
    }

    function _isLot(LotId lot, LotState state, PartyId holder) private view {
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(state), "state of the lot");
        vm.assertEq(PartyId.unwrap(ledger.lotOf(lot).holder), PartyId.unwrap(holder), "holder");
    }

    function _is(NoteId note, NoteState expected) private view {
        vm.assertEq(uint256(_stateOf(note)), uint256(expected), "state of the note");
    }
}
