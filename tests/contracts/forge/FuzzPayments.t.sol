// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFinancing} from "../../../contracts/interfaces/IFinancing.sol";
import {ILedgerModule} from "../../../contracts/interfaces/ILedgerModule.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {FinancingId, LotId, NoteId, lotId} from "../../../contracts/types/Ids.sol";
import {Interest} from "../../../contracts/types/Interest.sol";
import {PackedLots} from "../../../contracts/types/PackedLots.sol";
import {LotState, NoteState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Rounds of any amounts pay to the cent; interest is what the formula says.
contract FuzzPaymentsTest is NoteFixture {
    uint256 private constant ROUNDS = 4;

    /// @dev A note in up to twelve lots, some of it taken off by a dispute, paid in rounds of any amount and each round
    /// cut anywhere into two ranges or two calls.
    function testFuzz_rounds_payToTheCent(uint48 faceMinor, uint256 shape, uint48[4] memory amounts, uint48 upheld)
        public
    {
        uint256 count = 2 + shape % 11;
        vm.assume(faceMinor >= count);
        NoteId note = _live(faceMinor);
        _split(supplier, _root(note), _cut(faceMinor, count, shape));
        upheld = uint48(upheld % (uint256(faceMinor) + 1));
        if (upheld != 0) {
            _dispute(note, upheld);
            _resolve(note, upheld);
        }
        vm.warp(MATURITY);
        uint48 open = faceMinor - upheld;
        uint48[] memory paid = new uint48[](count);
        for (uint256 round = 0; round < ROUNDS && open != 0; ++round) {
            uint48 amount = round + 1 == ROUNDS ? open : uint48(1 + amounts[round] % uint256(open));
            _round(note, amount, amount == open, paid, uint256(keccak256(abi.encode(shape, round))));
            open -= amount;
        }
        if (upheld == faceMinor) _round(note, 0, true, paid, shape);
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Settled), "settled");
        vm.assertEq(ledger.noteOf(note).paidMinor, faceMinor - upheld, "exactly what was owed");
        for (uint16 i = 0; i < count; ++i) {
            vm.assertEq(uint256(ledger.lotOf(lotId(note, 1, i)).state), uint256(LotState.Settled), "every lot");
        }
    }

    /// @dev Together the payouts are the round; each is fair and booked on its lot.
    function _round(NoteId note, uint48 amount, bool last, uint48[] memory paid, uint256 seed) private {
        uint256[] memory payouts = _payouts(note, amount, paid.length, seed);
        uint256 unpaid = _unpaid(note, paid);
        uint256 sum;
        for (uint16 i = 0; i < paid.length; ++i) {
            _isFair(note, i, payouts[i], amount, unpaid, paid[i]);
            paid[i] += uint48(payouts[i]);
            sum += payouts[i];
        }
        vm.assertEq(sum, amount, "together the round");
        if (!last) _isBooked(note, paid);
    }

    function _isFair(NoteId note, uint16 index, uint256 payout, uint256 amount, uint256 unpaid, uint256 paid)
        private
        view
    {
        ILots.LotView memory lot = ledger.lotOf(lotId(note, 1, index));
        uint256 left = uint256(lot.last) - lot.first + 1 - paid;
        vm.assertLe(payout, left, "at most what is unpaid on the lot");
        vm.assertLe(payout * unpaid, amount * left + unpaid, "at most a cent above the fair share");
        vm.assertGe((payout + 1) * unpaid, amount * left, "at most a cent below the fair share");
    }

    function _isBooked(NoteId note, uint48[] memory paid) private view {
        for (uint16 i = 0; i < paid.length; ++i) {
            vm.assertEq(ledger.paidOnLot(lotId(note, 1, i)), paid[i], "booked");
        }
    }

    function _payouts(NoteId note, uint48 amount, uint256 count, uint256 seed)
        private
        returns (uint256[] memory payouts)
    {
        payouts = new uint256[](count);
        uint16 cut = uint16(seed % (count - 1));
        ILedgerModule.LotRange[] memory ranges = new ILedgerModule.LotRange[](2);
        ranges[0] = ILedgerModule.LotRange(1, 0, cut);
        ranges[1] = ILedgerModule.LotRange(1, cut + 1, uint16(count - 1));
        if (seed >> 255 == 0) {
            _read(payouts, _apply(note, amount, ranges), ranges);
            return payouts;
        }
        for (uint256 i = 0; i < 2; ++i) {
            ILedgerModule.LotRange[] memory one = _range(1, ranges[i].from, ranges[i].to);
            _read(payouts, _apply(note, amount, one), one);
        }
    }

    function _apply(NoteId note, uint48 amount, ILedgerModule.LotRange[] memory ranges)
        private
        returns (uint256[] memory words)
    {
        vm.prank(address(settlement));
        (, words,) = ledger.applyPayment(note, debtor, amount, ranges);
    }

    /// @dev One word for each storage word that a range touches, in their order.
    function _read(uint256[] memory payouts, uint256[] memory words, ILedgerModule.LotRange[] memory ranges)
        private
        pure
    {
        uint256 next;
        for (uint256 r = 0; r < ranges.length; ++r) {
            uint256 before = type(uint256).max;
            for (uint256 i = ranges[r].from; i <= ranges[r].to; ++i) {
                (uint256 slot, uint256 shift) = PackedLots.place(i);
                if (before != type(uint256).max && slot != before) ++next;
                before = slot;
                payouts[i] = PackedLots.endOf(PackedLots.lotAt(words[next], shift));
            }
            ++next;
        }
        vm.assertEq(next, words.length, "words");
    }

    function _unpaid(NoteId note, uint48[] memory paid) private view returns (uint256 unpaid) {
        unpaid = ledger.noteOf(note).faceMinor;
        for (uint256 i = 0; i < paid.length; ++i) {
            unpaid -= paid[i];
        }
    }

    // ------------------------------------------------------------------------------------------------------- interest

    /// @dev Half up: twice the result lies within one of twice the fraction.
    function testFuzz_interest_isRoundedHalfUp(uint48 principal, uint16 rateBps, bool is365, uint24 daysRun)
        public
        pure
    {
        uint256 basis = is365 ? 365 : 360;
        uint256 interest = Interest.simple(principal, rateBps, basis, daysRun);
        uint256 numerator = uint256(principal) * rateBps * daysRun;
        uint256 divisor = 10_000 * basis;
        vm.assertLe(2 * numerator, 2 * interest * divisor + divisor - 1, "not too little");
        vm.assertLe(2 * interest * divisor, 2 * numerator + divisor, "not too much");
    }

    function testFuzz_interest_daysBeginAtMidnightUtc(uint40 timestamp) public pure {
        uint256 day = Interest.dayOf(timestamp);
        vm.assertLe(day * 1 days, timestamp, "not before its midnight");
        vm.assertGt((day + 1) * 1 days, timestamp, "before the next one");
    }

    /// @dev A loan drawn down at START, part of it repaid some hours later, looked at again some hours after that.
    struct Course {
        uint48 principal;
        uint16 rateBps;
        uint24 hoursRun;
        uint48 paidMinor;
        uint24 hoursAfter;
    }

    function testFuzz_debt_isPrincipalAndInterestOfTheDaysRun(Course memory course) public {
        course.principal = uint48(1 + course.principal % 1e12);
        course.rateBps %= 10_001;
        FinancingId id = _loan(course.principal, course.rateBps);
        uint256 paidAt = START + (course.hoursRun % (50 * 24)) * 1 hours;
        vm.warp(paidAt);
        uint256 interest = _reference(course.principal, course.rateBps, START, paidAt);
        _owes(id, course.principal, interest);

        course.paidMinor = uint48(1 + course.paidMinor % (course.principal + interest));
        _fund(supplier, course.paidMinor);
        vm.prank(keyOf[supplier]);
        financing.repay(id, course.paidMinor);
        uint256 toInterest = course.paidMinor < interest ? course.paidMinor : interest;
        uint256 left = course.principal - (course.paidMinor - toInterest);
        uint256 seenAt = paidAt + (course.hoursAfter % (50 * 24)) * 1 hours;
        vm.warp(seenAt);
        _owes(id, left, interest - toInterest + _reference(left, course.rateBps, paidAt, seenAt));
    }

    function _loan(uint48 principal, uint16 rateBps) private returns (FinancingId id) {
        LotId lot = _root(_live(principal));
        vm.prank(keyOf[funder]);
        id = financing.offerLoan(_rated(lot, principal, rateBps));
        _fund(funder, principal);
        vm.prank(keyOf[supplier]);
        financing.accept(id);
    }

    function _owes(FinancingId id, uint256 principalMinor, uint256 interestMinor) private view {
        (uint48 principal, uint48 interest) = financing.debtOf(id);
        vm.assertEq(principal, principalMinor, "principal");
        vm.assertEq(interest, interestMinor, "interest");
    }

    /// @dev The formula of IFinancing, written another way than the contract does: whole part and remainder.
    function _reference(uint256 principal, uint256 rateBps, uint256 from, uint256 to) private pure returns (uint256) {
        uint256 daysRun = to / 86_400 - from / 86_400;
        uint256 numerator = principal * rateBps * daysRun;
        uint256 whole = numerator / 3_600_000;
        return numerator % 3_600_000 >= 1_800_000 ? whole + 1 : whole;
    }

    function _rated(LotId lot, uint48 principal, uint16 rateBps)
        private
        pure
        returns (IFinancing.LoanTerms memory terms)
    {
        terms = _loanTerms(lot, principal);
        terms.rateBps = rateBps;
    }

    /// @dev Cuts the face into parts of any size.
    function _cut(uint48 faceMinor, uint256 count, uint256 seed) private view returns (ILots.Child[] memory children) {
        children = _equal(supplier, count, 1);
        uint48 left = faceMinor - uint48(count);
        for (uint256 i = 0; i < count; ++i) {
            uint48 extra = i + 1 == count ? left : uint48(uint256(keccak256(abi.encode(seed, i))) % (uint256(left) + 1));
            children[i].amountMinor += extra;
            left -= extra;
        }
    }
}
