// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Modules} from "./Modules.sol";
import {Notes} from "./Notes.sol";
import {IEncumbrable} from "./interfaces/IEncumbrable.sol";
import {ILedgerModule} from "./interfaces/ILedgerModule.sol";
import {ILots} from "./interfaces/ILots.sol";
import {AssetId, LotId, NOBODY, NoteId, PartyId, assetOfLot, lotId, lotOfAsset} from "./types/Ids.sol";
import {PackedLots} from "./types/PackedLots.sol";
import {LotState, NoteState} from "./types/States.sol";

/// @title Lots: sub-ranges of a note
abstract contract Lots is Modules, Notes, ILots, IEncumbrable {
    using PackedLots for uint256;

    /// @dev Where a lot lies, and the lot itself.
    struct Found {
        uint256 key;
        uint256 word;
        uint256 shift;
        uint256 lot;
    }

    /// @dev key: `note << 40 | segment << 16 | word number`, see PackedLots for the words.
    mapping(uint256 key => uint256 word) internal _words;

    /// @inheritdoc ILots
    function split(LotId lot, Child[] calldata children, bytes32 background) external returns (uint24 segment) {
        PartyId actor = _actingParty();
        if (children.length < 2) revert ChildrenMissing(children.length);
        if (children.length > PackedLots.MAX_CHILDREN) {
            revert TooManyChildren(children.length, PackedLots.MAX_CHILDREN);
        }
        NoteId note = lot.noteOf();
        PartyId debtor = _transferableNote(note);
        Found memory found = _free(lot, actor);
        uint256 first = _firstOf(lot, found);
        uint256[] memory words = _wordsOf(lot, first, children, actor, debtor, background);
        uint256 length = found.lot.endOf() - first + 1;
        uint256 last = _endOfLast(words, children.length);
        if (last != found.lot.endOf()) revert SplitDoesNotAddUp(lot, length, last - first + 1);
        return _store(lot, found, words, background);
    }

    /// @inheritdoc ILots
    function assign(LotId lot, PartyId to, bytes32 background) external returns (LotId moved) {
        PartyId actor = _actingParty();
        PartyId debtor = _transferableNote(lot.noteOf());
        Found memory found = _free(lot, actor);
        if (background == 0) revert TradeBackgroundMissing();
        if (to == actor) revert AssigneeHoldsIt(lot);
        if (to == debtor) revert AssigneeIsDebtor(lot.noteOf());
        (bool accepts,,) = _acceptsInAdvance(to, debtor, type(uint256).max, 0);
        if (accepts) {
            _put(found, PackedLots.pack(found.lot.endOf(), PartyId.unwrap(to), LotState.Free));
            emit LotAssigned(lot, to, background);
            return lot;
        }
        if (!_partyExists(to)) revert AssigneeUnknown(to);
        uint256[] memory words = new uint256[](1);
        words[0] = PackedLots.header(_firstOf(lot, found), 1, lot.segmentOf(), lot.indexOf())
            | (PackedLots.pack(found.lot.endOf(), PartyId.unwrap(to), LotState.Offered) << 80);
        return lotId(lot.noteOf(), _store(lot, found, words, background), 0);
    }

    /// @inheritdoc ILots
    function accept(LotId lot) external {
        PartyId actor = _actingParty();
        _transferableNote(lot.noteOf());
        Found memory found = _inState(lot, LotState.Offered);
        if (found.lot.holderOf() != PartyId.unwrap(actor)) {
            revert NotHolder(lot, actor, PartyId.wrap(found.lot.holderOf()));
        }
        _put(found, PackedLots.pack(found.lot.endOf(), found.lot.holderOf(), LotState.Free));
        emit LotAccepted(lot);
    }

    /// @inheritdoc ILots
    function reject(LotId lot) external {
        PartyId actor = _actingParty();
        Found memory found = _inState(lot, LotState.Offered);
        PartyId offeree = PartyId.wrap(found.lot.holderOf());
        if (offeree != actor) revert NotHolder(lot, actor, offeree);
        _returnToAssignor(lot, found, _assignorOf(lot), false);
    }

    /// @inheritdoc ILots
    function revoke(LotId lot) external {
        PartyId actor = _actingParty();
        Found memory found = _inState(lot, LotState.Offered);
        PartyId assignor = _assignorOf(lot);
        if (assignor != actor) revert NotHolder(lot, actor, assignor);
        _returnToAssignor(lot, found, assignor, true);
    }

    /// @inheritdoc ILots
    function acknowledge(LotId lot) external {
        _requireActor(_notes[lot.noteOf()].debtor);
        LotView memory current = lotOf(lot);
        if (current.state == LotState.Split) revert UnexpectedLotState(lot, LotState.Split, LotState.Free);
        emit AssignmentAcknowledged(lot, current.holder);
    }

    /// @inheritdoc IEncumbrable
    function encumber(AssetId asset, PartyId pledgor) external onlyModule {
        LotId lot = lotOfAsset(asset);
        _transferableNote(lot.noteOf());
        Found memory found = _free(lot, pledgor);
        _put(found, PackedLots.pack(found.lot.endOf(), found.lot.holderOf(), LotState.Pledged));
        emit Encumbered(asset);
    }

    /// @inheritdoc IEncumbrable
    function unencumber(AssetId asset) external onlyModule {
        LotId lot = lotOfAsset(asset);
        Found memory found = _find(lot);
        if (found.lot.stateOf() == LotState.Settled) return;
        _requireLot(lot, found.lot, LotState.Pledged);
        _put(found, PackedLots.pack(found.lot.endOf(), found.lot.holderOf(), LotState.Free));
        emit Unencumbered(asset);
    }

    /// @dev ILedgerModule documents it; Ledger names it as its implementation.
    function _transferSold(LotId lot, PartyId from, PartyId to) internal {
        if (_transferableNote(lot.noteOf()) == to) revert AssigneeIsDebtor(lot.noteOf());
        Found memory found = _free(lot, from);
        _put(found, PackedLots.pack(found.lot.endOf(), PartyId.unwrap(to), LotState.Free));
        emit ILedgerModule.LotSold(lot, to);
    }

    /// @inheritdoc IEncumbrable
    function holderOf(AssetId asset) external view returns (PartyId) {
        return lotOf(lotOfAsset(asset)).holder;
    }

    /// @inheritdoc ILots
    function lotOf(LotId lot) public view returns (LotView memory current) {
        Found memory found = _find(lot);
        if (found.lot == 0) revert LotUnknown(lot);
        uint256 word0 = _words[_segmentKey(lot)];
        current.state = found.lot.stateOf();
        current.first = uint48(_firstOf(lot, found));
        current.last = uint48(found.lot.endOf());
        current.parent = lotId(lot.noteOf(), word0.parentSegmentOf(), word0.parentIndexOf());
        if (current.state == LotState.Offered) {
            current.holder = _assignorOf(lot);
            current.offeree = PartyId.wrap(found.lot.holderOf());
        } else {
            current.holder = PartyId.wrap(found.lot.holderOf());
        }
    }

    /// @inheritdoc ILots
    function segmentWords(NoteId note, uint24 segment) external view returns (uint256[] memory words) {
        uint256 key = _segmentKey(lotId(note, segment, 0));
        uint256 count = _words[key].countOf();
        words = new uint256[](_wordCount(count));
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = _words[key + i];
        }
    }

    function _openRoot(NoteId note, uint256 word0) internal override {
        _words[_segmentKey(lotId(note, 0, 0))] = word0;
    }

    function _requireUndivided(NoteId note, PartyId creditor) internal view override {
        LotId root = lotId(note, 0, 0);
        Found memory found = _find(root);
        if (found.lot.stateOf() == LotState.Split) revert NoteDivided(note);
        _requireLot(root, found.lot, LotState.Free);
        PartyId holder = PartyId.wrap(found.lot.holderOf());
        if (holder != creditor) revert NotHolder(root, creditor, holder);
    }

    function _segmentKey(LotId lot) internal pure returns (uint256) {
        return uint256(LotId.unwrap(lot)) & ~uint256(0xffff);
    }

    /// @dev Who gets an offered lot back: the holder of the lot that it was cut from.
    function _assignorOf(LotId lot) internal view returns (PartyId) {
        uint256 word0 = _words[_segmentKey(lot)];
        Found memory parent = _find(lotId(lot.noteOf(), word0.parentSegmentOf(), word0.parentIndexOf()));
        return PartyId.wrap(parent.lot.holderOf());
    }

    function _find(LotId lot) internal view returns (Found memory found) {
        if (lot.indexOf() > PackedLots.MAX_CHILDREN) revert LotUnknown(lot);
        (uint256 slot, uint256 shift) = PackedLots.place(lot.indexOf());
        found.key = _segmentKey(lot) | slot;
        found.shift = shift;
        found.word = _words[found.key];
        found.lot = found.word.lotAt(shift);
    }

    /// @return debtor Of a note whose lots may move: it is live and its maturity lies ahead.
    function _transferableNote(NoteId note) private view returns (PartyId debtor) {
        Note storage record = _notes[note];
        (NoteState state, uint256 maturityAt) = (record.state, record.maturityAt);
        debtor = record.debtor;
        if (state != NoteState.Live || block.timestamp >= maturityAt) revert NoteNotTransferable(note);
    }

    function _free(LotId lot, PartyId actor) private view returns (Found memory found) {
        found = _inState(lot, LotState.Free);
        if (found.lot.holderOf() != PartyId.unwrap(actor)) {
            revert NotHolder(lot, actor, PartyId.wrap(found.lot.holderOf()));
        }
    }

    function _inState(LotId lot, LotState expected) private view returns (Found memory found) {
        found = _find(lot);
        _requireLot(lot, found.lot, expected);
    }

    function _requireLot(LotId lot, uint256 packed, LotState expected) private pure {
        LotState current = packed.stateOf();
        if (current == expected) return;
        if (current == LotState.None) revert LotUnknown(lot);
        revert UnexpectedLotState(lot, current, expected);
    }

    function _firstOf(LotId lot, Found memory found) private view returns (uint256) {
        uint256 index = lot.indexOf();
        (uint256 slot,) = PackedLots.place(index);
        if (index == 0) return found.word.startOf();
        (uint256 slotBefore, uint256 shiftBefore) = PackedLots.place(index - 1);
        uint256 wordBefore = slotBefore == slot ? found.word : _words[_segmentKey(lot) | slotBefore];
        return wordBefore.lotAt(shiftBefore).endOf() + 1;
    }

    function _put(Found memory found, uint256 packed) private {
        _words[found.key] = found.word.withLot(found.shift, packed);
    }

    function _returnToAssignor(LotId lot, Found memory found, PartyId assignor, bool revoked) private {
        _put(found, PackedLots.pack(found.lot.endOf(), PartyId.unwrap(assignor), LotState.Free));
        emit LotReturned(lot, assignor, revoked);
    }

    function _wordCount(uint256 children) private pure returns (uint256) {
        return children == 0 ? 0 : children < 3 ? 1 : (children + 3) / 3;
    }

    function _endOfLast(uint256[] memory words, uint256 count) private pure returns (uint256) {
        (uint256 slot, uint256 shift) = PackedLots.place(count - 1);
        return words[slot].lotAt(shift).endOf();
    }

    /// @dev The words of a new segment. Ends run on from `first`; the caller compares the last one with the lot's.
    function _wordsOf(
        LotId lot,
        uint256 first,
        Child[] calldata children,
        PartyId actor,
        PartyId debtor,
        bytes32 background
    ) private view returns (uint256[] memory words) {
        uint256 count = children.length;
        words = new uint256[](_wordCount(count));
        words[0] = PackedLots.header(first, count, lot.segmentOf(), lot.indexOf());
        uint256 end = first - 1;
        uint256 wordIndex = type(uint256).max;
        uint256 bits;
        for (uint256 i = 0; i < count; ++i) {
            Child calldata child = children[i];
            PartyId holder = child.holder;
            uint256 amount = child.amountMinor;
            if (amount == 0) revert ZeroAmount();
            LotState state = LotState.Free;
            if (holder != actor) {
                if (holder == debtor) revert AssigneeIsDebtor(lot.noteOf());
                if (background == 0) revert TradeBackgroundMissing();
                bool accepts;
                (accepts, wordIndex, bits) = _acceptsInAdvance(holder, debtor, wordIndex, bits);
                if (!accepts) {
                    if (!_partyExists(holder)) revert AssigneeUnknown(holder);
                    state = LotState.Offered;
                }
            }
            // 4095 amounts of 48 bits stay below 2**60: no overflow, and a sum above 48 bits is caught just below.
            unchecked {
                end += amount;
            }
            if (end > type(uint48).max) revert SplitDoesNotAddUp(lot, 0, end);
            (uint256 slot, uint256 shift) = PackedLots.place(i);
            words[slot] |= PackedLots.pack(end, PartyId.unwrap(holder), state) << shift;
        }
    }

    /// @dev Writes a segment under a lot, which becomes history; its holder stays on record as the assignor.
    function _store(LotId lot, Found memory found, uint256[] memory words, bytes32 background)
        private
        returns (uint24 segment)
    {
        NoteId note = lot.noteOf();
        segment = _notes[note].segmentCount;
        if (segment == PackedLots.MAX_SEGMENTS) revert TooManySegments(note);
        _notes[note].segmentCount = segment + 1;
        _put(found, PackedLots.pack(found.lot.endOf(), found.lot.holderOf(), LotState.Split));
        uint256 key = _segmentKey(lotId(note, segment, 0));
        for (uint256 i = 0; i < words.length; ++i) {
            _words[key | i] = words[i];
        }
        emit LotSplit(lot, segment, words, background);
    }
}
