// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Lots} from "./Lots.sol";
import {ILedgerModule} from "./interfaces/ILedgerModule.sol";
import {ILots} from "./interfaces/ILots.sol";
import {LotId, NoteId, PartyId, lotId} from "./types/Ids.sol";
import {PackedLots} from "./types/PackedLots.sol";
import {LotState, NoteState} from "./types/States.sol";

/// @title Payments of the debtor, applied to lots
/// @dev A round pays every lot in proportion to what is unpaid on it. With U the unpaid sum of all lots, P the round's
/// amount and u(i) the unpaid sum of the lots up to i, lot i gets floor(P u(i) / U) - floor(P u(i-1) / U): never
/// negative, never more than its unpaid amount, and together exactly P.
abstract contract NotePayments is Lots, ILedgerModule {
    using PackedLots for uint256;

    struct Round {
        NoteId note;
        uint256 amount;
        uint256 unpaid;
        uint256 cursor;
        uint256 reached;
        bool last;
        bool paidBefore;
        uint256 filled;
    }

    /// @dev What a lot got in earlier rounds; lies as the lots do, 48 bits each. Empty where one round pays all.
    mapping(uint256 key => uint256 word) private _paidWords;

    /// @inheritdoc ILedgerModule
    function transferSold(LotId lot, PartyId from, PartyId to) external onlyModule {
        _transferSold(lot, from, to);
    }

    /// @inheritdoc ILedgerModule
    function applyPayment(NoteId note, uint48 amountMinor, LotRange[] calldata ranges)
        external
        onlyModule
        returns (uint256[] memory payouts, bool last, bool complete)
    {
        Payments memory payments = _payments[note];
        Round memory round = _round(note, amountMinor, payments);
        payouts = new uint256[](_countLots(ranges));
        for (uint256 i = 0; i < ranges.length; ++i) {
            _payRange(round, ranges[i], payouts);
        }
        last = round.last;
        emit PaymentApplied(note, amountMinor, last, payouts);
        complete = round.cursor == _notes[note].faceMinor;
        if (complete) {
            payments.paidMinor += amountMinor;
            (payments.roundMinor, payments.cursor, payments.reachedMinor) = (0, 0, 0);
            if (last) {
                _notes[note].state = NoteState.Settled;
                emit NoteSettled(note, payments.paidMinor);
            }
        } else {
            payments.roundMinor = amountMinor;
            payments.cursor = uint48(round.cursor);
            payments.reachedMinor = uint48(round.reached);
        }
        _payments[note] = payments;
    }

    /// @dev What a lot was paid in rounds before the one that settles it.
    function paidOnLot(LotId lot) external view returns (uint48) {
        (uint256 slot,) = PackedLots.place(lot.indexOf());
        return uint48(_paidWords[_segmentKey(lot) | slot] >> _paidShift(lot.indexOf()));
    }

    function _round(NoteId note, uint256 amount, Payments memory payments) private returns (Round memory round) {
        Note storage record = _notes[note];
        NoteState state = record.state;
        if (state == NoteState.Live) {
            _mature(note);
        } else if (state != NoteState.Overdue) {
            if (state != NoteState.Disputed) _requireNote(note, state, NoteState.Matured);
            else if (block.timestamp < record.maturityAt) revert NotMatured(note, record.maturityAt, block.timestamp);
        }
        uint256 disputed = record.disputedMinor;
        uint256 open = uint256(record.faceMinor) - payments.reducedMinor - payments.paidMinor;
        if (payments.cursor == 0) {
            uint256 due = open - disputed;
            if (amount > due) revert PaymentTooLarge(note, due, amount);
            if (amount == 0 && open != 0) revert NothingPayable(note);
        } else if (payments.roundMinor != amount) {
            revert RoundUnlike(note, payments.roundMinor, amount);
        }
        round.note = note;
        round.amount = amount;
        round.unpaid = uint256(record.faceMinor) - payments.paidMinor;
        round.cursor = payments.cursor;
        round.reached = payments.reachedMinor;
        round.last = amount == open;
        round.paidBefore = payments.paidMinor != 0;
    }

    function _payRange(Round memory round, LotRange calldata range, uint256[] memory payouts) private {
        uint256 key = _segmentKey(lotId(round.note, range.segment, 0));
        {
            uint256 word0 = _words[key];
            if (range.to >= word0.countOf()) revert LotRangeInvalid(range.segment, range.from, range.to);
            uint256 first = range.from == 0 ? word0.startOf() : lotOf(lotId(round.note, range.segment, range.from)).first;
            if (first != round.cursor + 1) {
                revert LotsNotContiguous(
                    lotId(round.note, range.segment, range.from), round.cursor + 1, first
                );
            }
        }
        uint256 index = range.from;
        while (index <= range.to) {
            (uint256 slot,) = PackedLots.place(index);
            index = _payWord(round, key | slot, range.segment, index, range.to, payouts);
        }
    }

    /// @dev Pays the lots of one storage word, read once and written once.
    function _payWord(
        Round memory round,
        uint256 key,
        uint256 segment,
        uint256 index,
        uint256 to,
        uint256[] memory payouts
    ) private returns (uint256) {
        uint256 word = _words[key];
        uint256 paidWord = round.paidBefore ? _paidWords[key] : 0;
        uint256 paidWordBefore = paidWord;
        do {
            (, uint256 shift) = PackedLots.place(index);
            uint256 lot = word.lotAt(shift);
            (LotState state, uint256 holder) = (lot.stateOf(), lot.holderOf());
            if (state == LotState.Split) {
                revert ILots.UnexpectedLotState(lotId(round.note, segment, index), state, LotState.Free);
            }
            if (state == LotState.Offered) {
                holder = PartyId.unwrap(_assignorOf(lotId(round.note, segment, index)));
            }
            uint256 share = _share(round, lot.endOf(), uint48(paidWord >> _paidShift(index)));
            if (round.last) word = word.withLot(shift, PackedLots.pack(lot.endOf(), holder, LotState.Settled));
            else paidWord += share << _paidShift(index);
            payouts[round.filled++] =
                share | (holder << 48) | (uint256(state) << 72) | (index << 80) | (segment << 96);
            ++index;
        } while (index <= to && index != 2 && (index + 1) % 3 != 0);
        if (round.last) _words[key] = word;
        else if (paidWord != paidWordBefore) _paidWords[key] = paidWord;
        return index;
    }

    /// @dev This lot's share of the round; moves the round past the lot.
    function _share(Round memory round, uint256 end, uint256 paid) private pure returns (uint256 share) {
        // All terms are below 2**48 and products below 2**96. `reached` never exceeds `unpaid`, which is positive as
        // long as any lot has an unpaid cent.
        unchecked {
            uint256 reached = round.reached + (end - round.cursor - paid);
            if (round.unpaid != 0) {
                share = round.amount * reached / round.unpaid - round.amount * round.reached / round.unpaid;
            }
            round.reached = reached;
            round.cursor = end;
        }
    }

    function _paidShift(uint256 index) private pure returns (uint256) {
        return index < 2 ? 48 * index : 48 * ((index + 1) % 3);
    }

    function _countLots(LotRange[] calldata ranges) private pure returns (uint256 count) {
        for (uint256 i = 0; i < ranges.length; ++i) {
            if (ranges[i].to < ranges[i].from) revert LotRangeInvalid(ranges[i].segment, ranges[i].from, ranges[i].to);
            count += uint256(ranges[i].to) - ranges[i].from + 1;
        }
        if (count == 0) revert LotRangeInvalid(0, 0, 0);
    }
}
