// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Modules} from "./Modules.sol";
import {Notes} from "./Notes.sol";
import {IEncumbrable} from "./interfaces/IEncumbrable.sol";
import {ILedgerModule} from "./interfaces/ILedgerModule.sol";
import {ILots} from "./interfaces/ILots.sol";
import {AssetId, LotId, NoteId, PartyId, assetOfLot, lotId, lotOfAsset} from "./types/Ids.sol";
import {PackedLots} from "./types/PackedLots.sol";
import {PackedNotes} from "./types/PackedNotes.sol";
import {LotState} from "./types/States.sol";

/// @title Lots: sub-ranges of a note
abstract contract Lots is Modules, Notes, ILots, IEncumbrable {
    using PackedLots for uint256;
    using PackedNotes for uint256;

    /// @inheritdoc ILots
    function split(LotId lot, Child[] calldata children, bytes32 background) external returns (uint24 segment) {
        PartyId actor = _actingParty();
        uint256 count = children.length;
        if (count < 2) revert ChildrenMissing(count);
        if (count > PackedLots.MAX_CHILDREN) revert TooManyChildren(count, PackedLots.MAX_CHILDREN);
        PartyId debtor = _transferable(lot.noteOf());
        (uint256 key, uint256 word, uint256 shift) = _free(lot, actor);
        uint256 last = word.lotAt(shift).endOf();
        uint256 first = _firstOf(lot, word);
        (uint256[] memory words, uint256 childrenLast) = _wordsOf(lot, first, children, actor, debtor, background);
        if (childrenLast != last) revert SplitDoesNotAddUp(lot, last - first + 1, childrenLast - first + 1);
        _words[key] = word.withLot(shift, PackedLots.pack(last, PartyId.unwrap(actor), LotState.Split));
        return _open(lot, words, background);
    }

    /// @inheritdoc ILots
    function assign(LotId lot, PartyId to, bytes32 background) external returns (LotId moved) {
        PartyId actor = _actingParty();
        PartyId debtor = _transferable(lot.noteOf());
        (uint256 key, uint256 word, uint256 shift) = _free(lot, actor);
        if (background == 0) revert TradeBackgroundMissing();
        if (to == actor) revert AssigneeHoldsIt(lot);
        if (to == debtor) revert AssigneeIsDebtor(lot.noteOf());
        uint256 end = word.lotAt(shift).endOf();
        if (_openTo(to, debtor)) {
            _words[key] = word.withLot(shift, PackedLots.pack(end, PartyId.unwrap(to), LotState.Free));
            emit LotAssigned(lot, to, background);
            return lot;
        }
        if (!_partyExists(to)) revert AssigneeUnknown(to);
        uint256[] memory words = new uint256[](1);
        words[0] = PackedLots.header(_firstOf(lot, word), 1, lot.segmentOf(), lot.indexOf())
            | (PackedLots.pack(end, PartyId.unwrap(to), LotState.Offered) << 80);
        _words[key] = word.withLot(shift, PackedLots.pack(end, PartyId.unwrap(actor), LotState.Split));
        return lotId(lot.noteOf(), _open(lot, words, background), 0);
    }

    /// @inheritdoc ILots
    function accept(LotId lot) external {
        PartyId actor = _actingParty();
        _transferable(lot.noteOf());
        (uint256 key, uint256 word, uint256 shift) = _lotIn(lot, LotState.Offered);
        uint256 packed = word.lotAt(shift);
        _requireHolder(lot, packed, actor);
        _words[key] = word.withLot(shift, PackedLots.pack(packed.endOf(), packed.holderOf(), LotState.Free));
        emit LotAccepted(lot);
    }

    /// @inheritdoc ILots
    function reject(LotId lot) external {
        PartyId actor = _actingParty();
        (uint256 key, uint256 word, uint256 shift) = _lotIn(lot, LotState.Offered);
        _requireHolder(lot, word.lotAt(shift), actor);
        PartyId assignor = _assignorOf(lot);
        uint256 end = word.lotAt(shift).endOf();
        _words[key] = word.withLot(shift, PackedLots.pack(end, PartyId.unwrap(assignor), LotState.Free));
        emit LotReturned(lot, assignor, false);
    }

    /// @inheritdoc ILots
    function revoke(LotId lot) external {
        PartyId actor = _actingParty();
        (uint256 key, uint256 word, uint256 shift) = _lotIn(lot, LotState.Offered);
        PartyId assignor = _assignorOf(lot);
        if (assignor != actor) revert NotHolder(lot, actor, assignor);
        uint256 end = word.lotAt(shift).endOf();
        _words[key] = word.withLot(shift, PackedLots.pack(end, PartyId.unwrap(assignor), LotState.Free));
        emit LotReturned(lot, assignor, true);
    }

    /// @inheritdoc ILots
    function acknowledge(LotId lot) external {
        _requireActor(_words[_noteKey(lot.noteOf())].debtorOf());
        LotView memory current = lotOf(lot);
        if (current.state == LotState.Split) revert UnexpectedLotState(lot, LotState.Split, LotState.Free);
        emit AssignmentAcknowledged(lot, current.holder);
    }

    /// @inheritdoc IEncumbrable
    function encumber(AssetId asset, PartyId pledgor) external onlyModule {
        LotId lot = _lotBehind(asset);
        _transferable(lot.noteOf());
        (uint256 key, uint256 word, uint256 shift) = _free(lot, pledgor);
        uint256 end = word.lotAt(shift).endOf();
        _words[key] = word.withLot(shift, PackedLots.pack(end, PartyId.unwrap(pledgor), LotState.Pledged));
    }

    /// @inheritdoc IEncumbrable
    function unencumber(AssetId asset) external onlyModule {
        LotId lot = _lotBehind(asset);
        (uint256 key, uint256 word, uint256 shift) = _find(lot);
        uint256 packed = word.lotAt(shift);
        if (packed.isIn(LotState.Settled)) return;
        _requireLot(lot, packed, LotState.Pledged);
        _words[key] = word.withLot(shift, PackedLots.pack(packed.endOf(), packed.holderOf(), LotState.Free));
    }

    /// @inheritdoc IEncumbrable
    function divide(AssetId asset, uint48 keptMinor) external onlyModule returns (AssetId kept, AssetId freed) {
        LotId lot = _lotBehind(asset);
        _transferable(lot.noteOf());
        (uint256 key, uint256 word, uint256 shift) = _lotIn(lot, LotState.Pledged);
        uint256 last = word.lotAt(shift).endOf();
        uint256 holder = word.lotAt(shift).holderOf();
        uint256 first = _firstOf(lot, word);
        if (keptMinor == 0 || first + keptMinor > last) revert KeptNotInside(asset, last - first + 1, keptMinor);
        uint256[] memory words = new uint256[](1);
        words[0] = PackedLots.header(first, 2, lot.segmentOf(), lot.indexOf())
            | (PackedLots.pack(first + keptMinor - 1, holder, LotState.Pledged) << 80)
            | PackedLots.pack(last, holder, LotState.Free);
        _words[key] = word.withLot(shift, PackedLots.pack(last, holder, LotState.Split));
        uint24 segment = _open(lot, words, 0);
        return (assetOfLot(lotId(lot.noteOf(), segment, 0)), assetOfLot(lotId(lot.noteOf(), segment, 1)));
    }

    /// @inheritdoc IEncumbrable
    function holderOf(AssetId asset) external view returns (PartyId) {
        return lotOf(_lotBehind(asset)).holder;
    }

    /// @inheritdoc ILots
    function lotOf(LotId lot) public view returns (LotView memory current) {
        (, uint256 word, uint256 shift) = _find(lot);
        uint256 packed = word.lotAt(shift);
        if (packed.isIn(LotState.None)) revert LotUnknown(lot);
        current.state = packed.stateOf();
        current.first = uint48(_firstOf(lot, word));
        current.last = uint48(packed.endOf());
        current.parent = _parentOf(lot);
        current.holder = PartyId.wrap(packed.holderOf());
        if (current.state == LotState.Offered) {
            current.offeree = current.holder;
            current.holder = _assignorOf(lot);
        }
    }

    /// @inheritdoc ILots
    function segmentWords(NoteId note, uint24 segment) external view returns (uint256[] memory words) {
        uint256 key = _segmentKey(lotId(note, segment, 0));
        if (segment == 0) {
            words = new uint256[](_words[key].lotAt(0).isIn(LotState.None) ? 0 : 1);
            if (words.length != 0) words[0] = PackedLots.header(1, 1, 0, 0) | (_words[key].lotAt(0) << 80);
            return words;
        }
        words = new uint256[](_wordCount(_words[key].countOf()));
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = _words[key | i];
        }
    }

    /// @dev The sale of a financing; NotePayments exposes it to modules.
    function _transferSold(LotId lot, PartyId from, PartyId to) internal {
        if (_transferable(lot.noteOf()) == to) revert AssigneeIsDebtor(lot.noteOf());
        (uint256 key, uint256 word, uint256 shift) = _free(lot, from);
        uint256 end = word.lotAt(shift).endOf();
        _words[key] = word.withLot(shift, PackedLots.pack(end, PartyId.unwrap(to), LotState.Free));
        emit ILedgerModule.LotSold(lot, to);
    }

    function _requireUndivided(NoteId note, PartyId creditor) internal view override {
        LotId root = lotId(note, 0, 0);
        uint256 packed = _words[_noteKey(note)].lotAt(0);
        if (packed.isIn(LotState.Split)) revert NoteDivided(note);
        _requireLot(root, packed, LotState.Free);
        _requireHolder(root, packed, creditor);
    }

    /// @dev Also the key of the segment's first word.
    function _segmentKey(LotId lot) internal pure returns (uint256) {
        return uint256(LotId.unwrap(lot)) & ~uint256(0xffff);
    }

    /// @dev Who gets an offered lot back: the holder of the lot that it was cut from.
    function _assignorOf(LotId lot) internal view returns (PartyId) {
        (, uint256 word, uint256 shift) = _find(_parentOf(lot));
        return PartyId.wrap(word.lotAt(shift).holderOf());
    }

    function _parentOf(LotId lot) private view returns (LotId) {
        if (lot.segmentOf() == 0) return lot;
        uint256 word0 = _words[_segmentKey(lot)];
        return lotId(lot.noteOf(), word0.parentSegmentOf(), word0.parentIndexOf());
    }

    /// @dev Position of a lot's first unit. `word` is the one that the lot lies in.
    function _firstOf(LotId lot, uint256 word) internal view returns (uint256) {
        if (lot.segmentOf() == 0) return 1;
        uint256 index = lot.indexOf();
        if (index == 0) return word.startOf();
        (uint256 slot,) = PackedLots.place(index);
        (uint256 slotBefore, uint256 shiftBefore) = PackedLots.place(index - 1);
        uint256 wordBefore = slotBefore == slot ? word : _words[_segmentKey(lot) | slotBefore];
        return wordBefore.lotAt(shiftBefore).endOf() + 1;
    }

    function _requireLot(LotId lot, uint256 packed, LotState expected) internal pure {
        if (packed.isIn(expected)) return;
        if (packed.isIn(LotState.None)) revert LotUnknown(lot);
        revert UnexpectedLotState(lot, packed.stateOf(), expected);
    }

    function _find(LotId lot) private view returns (uint256 key, uint256 word, uint256 shift) {
        uint256 index = lot.indexOf();
        if (lot.segmentOf() == 0) {
            if (index != 0) revert LotUnknown(lot);
            key = _segmentKey(lot);
        } else {
            if (index >= PackedLots.MAX_CHILDREN) revert LotUnknown(lot);
            uint256 slot;
            (slot, shift) = PackedLots.place(index);
            key = _segmentKey(lot) | slot;
        }
        word = _words[key];
    }

    function _lotIn(LotId lot, LotState expected) private view returns (uint256 key, uint256 word, uint256 shift) {
        (key, word, shift) = _find(lot);
        _requireLot(lot, word.lotAt(shift), expected);
    }

    function _free(LotId lot, PartyId actor) private view returns (uint256 key, uint256 word, uint256 shift) {
        (key, word, shift) = _lotIn(lot, LotState.Free);
        _requireHolder(lot, word.lotAt(shift), actor);
    }

    function _requireHolder(LotId lot, uint256 packed, PartyId actor) private pure {
        PartyId holder = PartyId.wrap(packed.holderOf());
        if (holder != actor) revert NotHolder(lot, actor, holder);
    }

    /// @return debtor Of a note whose lots may move: it is live and its maturity lies ahead.
    function _transferable(NoteId note) private view returns (PartyId debtor) {
        uint256 word = _words[_noteKey(note)];
        if (!word.isLive() || block.timestamp >= word.maturityOf()) revert NoteNotTransferable(note);
        return word.debtorOf();
    }

    /// @dev One spelling an asset: an identifier with anything in its unused bits names no lot.
    function _lotBehind(AssetId asset) private pure returns (LotId lot) {
        lot = lotOfAsset(asset);
        if (AssetId.unwrap(assetOfLot(lot)) != AssetId.unwrap(asset)) revert AssetUnknown(asset);
    }

    function _wordCount(uint256 children) private pure returns (uint256) {
        return children == 0 ? 0 : children < 3 ? 1 : (children + 3) / 3;
    }

    /// @dev The words of a new segment. Ends run on from `first`; the caller compares the last one with the lot's, and
    /// nothing is stored where they differ.
    function _wordsOf(
        LotId lot,
        uint256 first,
        Child[] calldata children,
        PartyId actor,
        PartyId debtor,
        bytes32 background
    ) private view returns (uint256[] memory words, uint256 end) {
        words = new uint256[](_wordCount(children.length));
        words[0] = PackedLots.header(first, children.length, lot.segmentOf(), lot.indexOf());
        end = first - 1;
        uint256 openWord = type(uint256).max;
        uint256 openBits;
        for (uint256 i = 0; i < children.length; ++i) {
            Child calldata child = children[i];
            PartyId holder = child.holder;
            uint256 amount = child.amountMinor;
            if (amount == 0) revert ZeroAmount();
            LotState state = LotState.Free;
            if (holder != actor) {
                if (holder == debtor) revert AssigneeIsDebtor(lot.noteOf());
                if (background == 0) revert TradeBackgroundMissing();
                if (PartyId.unwrap(holder) >> 8 != openWord) {
                    openWord = PartyId.unwrap(holder) >> 8;
                    openBits = _openBits(openWord);
                }
                if (!_bit(openBits, holder) && !_openToDebtorOnly(holder, debtor)) {
                    if (!_partyExists(holder)) revert AssigneeUnknown(holder);
                    state = LotState.Offered;
                }
            }
            (uint256 slot, uint256 shift) = PackedLots.place(i);
            // At most 4095 amounts of 48 bits on top of a position of 48 bits: below 2**61.
            unchecked {
                end += amount;
                words[slot] |= PackedLots.pack(end, PartyId.unwrap(holder), state) << shift;
            }
        }
    }

    /// @dev Opens a segment under a lot that has just become history; its holder stays on record as the assignor.
    function _open(LotId lot, uint256[] memory words, bytes32 background) private returns (uint24 segment) {
        NoteId note = lot.noteOf();
        uint256 noteWord = _words[_noteKey(note)];
        segment = uint24(noteWord.segmentCountOf());
        if (segment == PackedLots.MAX_SEGMENTS) revert TooManySegments(note);
        _words[_noteKey(note)] = noteWord.withOneMoreSegment();
        uint256 key = _segmentKey(lotId(note, segment, 0));
        for (uint256 i = 0; i < words.length; ++i) {
            _words[key | i] = words[i];
        }
        emit LotSplit(lot, segment, words, background);
    }
}
