// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Lots} from "./Lots.sol";
import {ILedgerModule} from "./interfaces/ILedgerModule.sol";
import {CurrencyCode, LotId, NoteId, PartyId, lotId} from "./types/Ids.sol";
import {PackedLots} from "./types/PackedLots.sol";
import {PackedNotes} from "./types/PackedNotes.sol";
import {LotState, NoteState} from "./types/States.sol";

/// @title Payments of the debtor, applied to lots
/// @dev A round pays every lot in proportion to what is unpaid on it. With U the unpaid sum of all lots, P the round's
/// amount and u(i) the unpaid sum of the lots up to i, lot i gets floor(P u(i) / U) - floor(P u(i-1) / U): never
/// negative, never more than its unpaid amount, and together exactly P.
abstract contract NotePayments is Lots, ILedgerModule {
    using PackedLots for uint256;
    using PackedNotes for uint256;

    /// @dev cursor, reached and given move with the lots: last position done, unpaid sum up to it, amount given out.
    struct Round {
        NoteId note;
        uint256 amount;
        uint256 unpaid;
        uint256 cursor;
        uint256 reached;
        uint256 given;
        bool last;
        bool booksLots;
        bool inFull;
    }

    /// @dev What a lot got in earlier rounds; lies as the lots do, 48 bits each. Empty where one round pays all.
    mapping(uint256 key => uint256 word) private _paidWords;

    /// @inheritdoc ILedgerModule
    function transferSold(LotId lot, PartyId from, PartyId to) external onlyModule {
        _transferSold(lot, from, to);
    }

    /// @inheritdoc ILedgerModule
    function applyPayment(NoteId note, PartyId payer, uint48 amountMinor, LotRange[] calldata ranges)
        external
        onlyModule
        returns (CurrencyCode currency, uint256[] memory payouts, bool last)
    {
        uint256 word = _words[_noteKey(note)];
        if (word.debtorOf() != payer) revert NotDebtor(note, payer);
        currency = word.currencyOf();
        Payments memory payments = _payments[note];
        Round memory round = _round(note, word, amountMinor, payments);
        payouts = new uint256[](_countWords(ranges));
        uint256 filled;
        for (uint256 i = 0; i < ranges.length; ++i) {
            filled = _payRange(round, ranges[i], payouts, filled);
        }
        last = round.last;
        emit PaymentApplied(note, amountMinor, last, ranges, payouts);
        _close(note, round, payments);
    }

    /// @inheritdoc ILedgerModule
    function paidOnLot(LotId lot) external view returns (uint48 minor) {
        uint256 shift = lot.segmentOf() == 0 ? 0 : _shiftOf(lot.indexOf());
        uint256 slot = _slotOf(lot.segmentOf(), lot.indexOf());
        return uint48(_paidWords[_segmentKey(lot) | slot] >> _paidShift(shift));
    }

    function _round(NoteId note, uint256 word, uint256 amount, Payments memory payments)
        private
        returns (Round memory round)
    {
        NoteState state = word.noteStateOf();
        if (state == NoteState.Live) {
            _mature(note, word);
        } else if (state == NoteState.Disputed) {
            if (block.timestamp < word.maturityOf()) revert NotMatured(note, word.maturityOf(), block.timestamp);
        } else if (state != NoteState.Overdue) {
            _requireNote(note, state, NoteState.Matured);
        }
        uint256 open = word.faceOf() - payments.reducedMinor - payments.paidMinor;
        if (payments.cursor == 0) {
            uint256 due = state == NoteState.Disputed ? open - _disputedMinor[note] : open;
            if (amount > due) revert PaymentTooLarge(note, due, amount);
            if (amount == 0 && open != 0) revert NothingPayable(note);
        } else if (payments.roundMinor != amount) {
            revert RoundUnlike(note, payments.roundMinor, amount);
        }
        round.note = note;
        round.amount = amount;
        round.unpaid = word.faceOf() - payments.paidMinor;
        round.cursor = payments.cursor;
        round.reached = payments.reachedMinor;
        // Something is unpaid on the lots as long as the note is not settled, so this never divides by zero.
        round.given = amount * round.reached / round.unpaid;
        round.last = amount == open;
        // A round that leaves something open books what each lot got, and lots of earlier calls may share a word.
        round.booksLots = payments.paidMinor != 0 || !round.last;
        round.inFull = amount == word.faceOf();
    }

    /// @dev Keeps where the round stands, or ends it.
    function _close(NoteId note, Round memory round, Payments memory payments) private {
        uint256 word = _words[_noteKey(note)];
        bool complete = round.cursor == word.faceOf();
        if (complete && round.last) {
            _setState(note, word, NoteState.Settled);
            emit NoteSettled(note, payments.paidMinor + uint48(round.amount));
            // A settled note has been paid in full (less reductions); a word that held nothing stays unwritten.
            if (payments.paidMinor == 0 && payments.cursor == 0) return;
        }
        if (complete) {
            payments.paidMinor += uint48(round.amount);
            (payments.roundMinor, payments.cursor, payments.reachedMinor) = (0, 0, 0);
        } else {
            payments.roundMinor = uint48(round.amount);
            payments.cursor = uint48(round.cursor);
            payments.reachedMinor = uint48(round.reached);
        }
        _payments[note] = payments;
    }

    function _payRange(Round memory round, LotRange calldata range, uint256[] memory payouts, uint256 filled)
        private
        returns (uint256)
    {
        uint256 segment = range.segment;
        LotId from = lotId(round.note, segment, range.from);
        uint256 key = _segmentKey(from);
        uint256 count = segment == 0 ? 1 : _words[key].countOf();
        if (range.to >= count) revert LotRangeInvalid(segment, range.from, range.to);
        uint256 first = _firstOf(from, _words[key | _slotOf(segment, range.from)]);
        if (first != round.cursor + 1) revert LotsNotContiguous(from, round.cursor + 1, first);
        // Indexes are 16 bits wide and slots a third of them.
        unchecked {
            uint256 index = range.from;
            uint256 to = range.to;
            while (index <= to) {
                uint256 slot = _slotOf(segment, index);
                // The lots of this word: up to its own last one or the range's.
                uint256 lastInWord = segment == 0 ? 0 : 3 * slot + 1;
                if (lastInWord > to) lastInWord = to;
                payouts[filled++] = round.inFull
                    ? _payWordInFull(round, key | slot, segment, index, lastInWord)
                    : _payWord(round, key | slot, segment, index, lastInWord);
                index = lastInWord + 1;
            }
        }
        return filled;
    }

    /// @dev As _payWord, where the round pays the whole face: each lot gets its length, and there is nothing to divide
    /// or to book. The usual case, at about two thirds of the general one's cost.
    function _payWordInFull(Round memory round, uint256 key, uint256 segment, uint256 index, uint256 lastIndex)
        private
        returns (uint256 payout)
    {
        uint256 word = _words[key];
        uint256 settled = word;
        uint256 cursor = round.cursor;
        uint256 shift = segment == 0 ? 0 : _shiftOf(index);
        // Ends grow from lot to lot. The last lot of a word has shift 0, so the shift after it is never used.
        unchecked {
            for (; index <= lastIndex; ++index) {
                uint256 lot = word.lotAt(shift);
                uint256 end = lot.endOf();
                if (lot.isIn(LotState.Free)) {
                    settled += uint256(uint8(LotState.Settled) - uint8(LotState.Free)) << shift;
                } else {
                    uint256 holder = _payeeOf(lotId(round.note, segment, index), lot);
                    settled = settled.withLot(shift, PackedLots.pack(end, holder, LotState.Settled));
                    lot = (holder << 8) | uint8(lot);
                }
                payout |= (((end - cursor) << 32) | uint32(lot)) << shift;
                cursor = end;
                shift -= 80;
            }
        }
        (round.cursor, round.reached) = (cursor, cursor);
        _words[key] = settled;
    }

    /// @dev Pays lots of one storage word, read once and written once.
    function _payWord(Round memory round, uint256 key, uint256 segment, uint256 index, uint256 lastIndex)
        private
        returns (uint256 payout)
    {
        uint256 word = _words[key];
        uint256 paidWord = round.booksLots ? _paidWords[key] : 0;
        uint256 booked = paidWord;
        uint256 settled = word;
        uint256 shift = segment == 0 ? 0 : _shiftOf(index);
        (uint256 cursor, uint256 reached, uint256 given) = (round.cursor, round.reached, round.given);
        // Terms are below 2**48 and products below 2**96; `given` only grows; unpaid is positive (see _round). The last
        // lot of a word has shift 0, so the shift after it is never used.
        unchecked {
            for (; index <= lastIndex; ++index) {
                uint256 lot = word.lotAt(shift);
                uint256 holder = lot.holderOf();
                // One comparison lets the usual state pass; the unusual ones look closer.
                if (!lot.isIn(LotState.Free)) holder = _payeeOf(lotId(round.note, segment, index), lot);
                reached += lot.endOf() - cursor - uint48(paidWord >> _paidShift(shift));
                cursor = lot.endOf();
                uint256 share = round.amount * reached / round.unpaid - given;
                given += share;
                settled = settled.withLot(shift, PackedLots.pack(cursor, holder, LotState.Settled));
                booked += share << _paidShift(shift);
                payout |= ((share << 32) | (holder << 8) | uint8(lot)) << shift;
                shift -= 80;
            }
        }
        (round.cursor, round.reached, round.given) = (cursor, reached, given);
        if (round.last) _words[key] = settled;
        else if (booked != paidWord) _paidWords[key] = booked;
    }

    /// @dev An offered lot is still the assignor's; a split one is history and cannot be paid.
    function _payeeOf(LotId lot, uint256 packed) private view returns (uint256) {
        if (packed.isIn(LotState.Offered)) return PartyId.unwrap(_assignorOf(lot));
        if (!packed.isIn(LotState.Pledged)) _requireLot(lot, packed, LotState.Free);
        return packed.holderOf();
    }

    function _slotOf(uint256 segment, uint256 index) private pure returns (uint256) {
        unchecked {
            return segment == 0 ? 0 : (index + 1) / 3;
        }
    }

    function _shiftOf(uint256 index) private pure returns (uint256) {
        unchecked {
            return 160 - 80 * ((index + 1) % 3);
        }
    }

    /// @dev Amounts paid lie in the order of the lots, 48 bits where a lot has 80.
    function _paidShift(uint256 shift) private pure returns (uint256) {
        unchecked {
            return shift * 3 / 5;
        }
    }

    function _countWords(LotRange[] calldata ranges) private pure returns (uint256 count) {
        for (uint256 i = 0; i < ranges.length; ++i) {
            LotRange calldata range = ranges[i];
            if (range.to < range.from) revert LotRangeInvalid(range.segment, range.from, range.to);
            count += _slotOf(range.segment, range.to) - _slotOf(range.segment, range.from) + 1;
        }
        if (count == 0) revert LotRangeInvalid(0, 0, 0);
    }
}
