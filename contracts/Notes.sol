// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Invoices} from "./Invoices.sol";
import {Parties} from "./Parties.sol";
import {IInvoices} from "./interfaces/IInvoices.sol";
import {INotes} from "./interfaces/INotes.sol";
import {IParties} from "./interfaces/IParties.sol";
import {NoteId, PartyId} from "./types/Ids.sol";
import {PackedLots} from "./types/PackedLots.sol";
import {PackedNotes} from "./types/PackedNotes.sol";
import {LotState, NoteState, ROLE_CORE_ENTERPRISE} from "./types/States.sol";

/// @title Notes: confirmed receivables
/// @dev A note's word is read by every move of its lots and has all that they ask for (PackedNotes). Its payment word
/// is touched by disputes and settlement only.
abstract contract Notes is Parties, Invoices, INotes {
    using PackedNotes for uint256;

    /// @dev roundMinor: the payment under way, zero if none. cursor: last position that it has reached.
    /// reachedMinor: what was unpaid on the lots up to the cursor when the round began.
    struct Payments {
        uint48 paidMinor;
        uint48 reducedMinor;
        uint48 roundMinor;
        uint48 cursor;
        uint48 reachedMinor;
    }

    uint256 private constant OVERDUE_AFTER = 1 days;

    uint64 private _noteCount;
    /// @dev key: `note << 40 | segment << 16 | word number`. Segment 0 is the note's own word (PackedNotes), the others
    /// are its splits (PackedLots).
    mapping(uint256 key => uint256 word) internal _words;
    mapping(NoteId note => bytes32 invoicesHash) private _invoicesHashes;
    mapping(NoteId note => uint48 minor) internal _disputedMinor;
    mapping(NoteId note => Payments payments) internal _payments;

    /// @inheritdoc INotes
    function propose(Proposal calldata proposal) external returns (NoteId note) {
        PartyId debtor = proposal.debtor;
        PartyId creditor = proposal.creditor;
        PartyId actor = _actingParty();
        bool byDebtor = actor == debtor;
        if (!byDebtor && actor != creditor) revert NotThisParty(actor, creditor);
        if (debtor == creditor) revert SameParty(debtor);
        if (_requireParty(debtor) & ROLE_CORE_ENTERPRISE == 0) {
            revert IParties.RoleMissing(debtor, ROLE_CORE_ENTERPRISE);
        }
        if (byDebtor && !_partyExists(creditor)) revert IParties.PartyUnknown(creditor);
        if (proposal.maturityAt <= block.timestamp) revert MaturityInPast(proposal.maturityAt, block.timestamp);
        if (proposal.termsHash == 0) revert TermsHashMissing();
        uint256 face = _reserve(proposal.invoices, creditor, debtor, proposal.currency);
        if (face > type(uint48).max) revert FaceTooLarge(face, type(uint48).max);
        note = NoteId.wrap(++_noteCount);
        _words[_noteKey(note)] = PackedNotes.pack(
            PackedLots.pack(face, PartyId.unwrap(creditor), LotState.None),
            byDebtor,
            creditor,
            debtor,
            proposal.currency,
            proposal.maturityAt
        );
        _invoicesHashes[note] = _hash(proposal.invoices);
        emit NoteProposed(
            note,
            debtor,
            creditor,
            byDebtor,
            proposal.currency,
            uint48(face),
            proposal.maturityAt,
            proposal.termsHash,
            proposal.invoices
        );
    }

    /// @inheritdoc INotes
    function confirm(NoteId note, uint48 faceMinor) external {
        uint256 word = _inState(note, NoteState.Proposed);
        _requireActor(word.byDebtorOf() ? word.creditorOf() : word.debtorOf());
        if (word.faceOf() != faceMinor) revert FaceUnlike(note, word.faceOf(), faceMinor);
        if (word.maturityOf() <= block.timestamp) revert MaturityInPast(word.maturityOf(), block.timestamp);
        uint256 root = PackedLots.pack(word.faceOf(), PartyId.unwrap(word.creditorOf()), LotState.Free);
        _words[_noteKey(note)] = PackedLots.withLot(word, 0, root).withState(NoteState.Live).withOneMoreSegment();
        emit NoteConfirmed(note);
    }

    /// @inheritdoc INotes
    function reject(NoteId note, IInvoices.InvoiceShare[] calldata invoices, bytes32 reasonHash) external {
        uint256 word = _inState(note, NoteState.Proposed);
        _requireActor(word.byDebtorOf() ? word.creditorOf() : word.debtorOf());
        _setState(note, word, NoteState.Rejected);
        _giveBack(invoices, _invoicesHashes[note]);
        emit NoteRejected(note, reasonHash);
    }

    /// @inheritdoc INotes
    function withdraw(NoteId note, IInvoices.InvoiceShare[] calldata invoices) external {
        uint256 word = _inState(note, NoteState.Proposed);
        _requireActor(word.byDebtorOf() ? word.debtorOf() : word.creditorOf());
        _setState(note, word, NoteState.Withdrawn);
        _giveBack(invoices, _invoicesHashes[note]);
        emit NoteWithdrawn(note);
    }

    /// @inheritdoc INotes
    function cancel(NoteId note, IInvoices.InvoiceShare[] calldata invoices, bytes32 reasonHash) external {
        uint256 word = _inState(note, NoteState.Live);
        PartyId creditor = word.creditorOf();
        _requireActor(creditor);
        _requireUndivided(note, creditor);
        _setState(note, word, NoteState.Cancelled);
        _giveBack(invoices, _invoicesHashes[note]);
        emit NoteCancelled(note, reasonHash);
    }

    /// @inheritdoc INotes
    function dispute(NoteId note, uint48 amountMinor, bytes32 evidenceHash) external {
        uint256 word = _words[_noteKey(note)];
        if (word.noteStateOf() != NoteState.Matured) _requireNote(note, word.noteStateOf(), NoteState.Live);
        _requireActor(word.debtorOf());
        Payments storage payments = _settledPayments(note);
        if (amountMinor == 0) revert IInvoices.ZeroAmount();
        uint256 unpaid = _unpaid(word, payments);
        if (amountMinor > unpaid) revert DisputeTooLarge(note, unpaid, amountMinor);
        _setState(note, word, NoteState.Disputed);
        _disputedMinor[note] = amountMinor;
        emit NoteDisputed(note, amountMinor, evidenceHash);
    }

    /// @inheritdoc INotes
    function withdrawDispute(NoteId note) external {
        uint256 word = _inState(note, NoteState.Disputed);
        _requireActor(word.debtorOf());
        _settledPayments(note);
        emit DisputeWithdrawn(note, _endDispute(note, word));
    }

    /// @inheritdoc INotes
    function resolveDispute(NoteId note, uint48 upheldMinor, bytes32 reasonHash) external restricted {
        uint256 word = _inState(note, NoteState.Disputed);
        Payments storage payments = _settledPayments(note);
        uint48 disputed = _disputedMinor[note];
        if (upheldMinor > disputed) revert DisputeTooLarge(note, disputed, upheldMinor);
        payments.reducedMinor += upheldMinor;
        emit DisputeResolved(note, upheldMinor, _endDispute(note, word), reasonHash);
    }

    /// @inheritdoc INotes
    function markMatured(NoteId note) external {
        _mature(note, _inState(note, NoteState.Live));
    }

    /// @inheritdoc INotes
    function markOverdue(NoteId note) external {
        uint256 word = _words[_noteKey(note)];
        if (word.noteStateOf() == NoteState.Live) word = _mature(note, word);
        _requireNote(note, word.noteStateOf(), NoteState.Matured);
        uint256 overdueAt = word.maturityOf() + OVERDUE_AFTER;
        if (block.timestamp < overdueAt) revert NotOverdue(note, overdueAt, block.timestamp);
        _setState(note, word, NoteState.Overdue);
        emit NoteOverdue(note);
    }

    /// @inheritdoc INotes
    function writeOff(NoteId note, bytes32 reasonHash) external restricted {
        uint256 word = _inState(note, NoteState.Overdue);
        Payments storage payments = _settledPayments(note);
        _setState(note, word, NoteState.WrittenOff);
        emit NoteWrittenOff(note, uint48(_unpaid(word, payments)), reasonHash);
    }

    /// @inheritdoc INotes
    function noteOf(NoteId note) external view returns (NoteView memory) {
        uint256 word = _words[_noteKey(note)];
        Payments memory payments = _payments[note];
        return NoteView({
            state: word.noteStateOf(),
            proposedByDebtor: word.byDebtorOf(),
            debtor: word.debtorOf(),
            creditor: word.creditorOf(),
            currency: word.currencyOf(),
            maturityAt: uint40(word.maturityOf()),
            segmentCount: uint24(word.segmentCountOf()),
            faceMinor: uint48(word.faceOf()),
            disputedMinor: _disputedMinor[note],
            reducedMinor: payments.reducedMinor,
            paidMinor: word.noteStateOf() == NoteState.Settled
                ? uint48(word.faceOf()) - payments.reducedMinor
                : payments.paidMinor,
            invoicesHash: _invoicesHashes[note]
        });
    }

    /// @inheritdoc INotes
    function noteCount() external view returns (uint64) {
        return _noteCount;
    }

    /// @dev Lots knows whether the whole note is one free lot of this party.
    function _requireUndivided(NoteId note, PartyId creditor) internal view virtual;

    function _noteKey(NoteId note) internal pure returns (uint256) {
        return uint256(NoteId.unwrap(note)) << 40;
    }

    function _inState(NoteId note, NoteState expected) internal view returns (uint256 word) {
        word = _words[_noteKey(note)];
        _requireNote(note, word.noteStateOf(), expected);
    }

    function _setState(NoteId note, uint256 word, NoteState state) internal returns (uint256 changed) {
        changed = word.withState(state);
        _words[_noteKey(note)] = changed;
    }

    function _mature(NoteId note, uint256 word) internal returns (uint256 changed) {
        if (block.timestamp < word.maturityOf()) revert NotMatured(note, word.maturityOf(), block.timestamp);
        changed = _setState(note, word, NoteState.Matured);
        emit NoteMatured(note);
    }

    function _requireNote(NoteId note, NoteState current, NoteState expected) internal pure {
        if (current == expected) return;
        if (current == NoteState.None) revert NoteUnknown(note);
        revert UnexpectedNoteState(note, current, expected);
    }

    /// @dev A payment half done fixes who gets what; nothing may change what is owed until it is finished.
    function _settledPayments(NoteId note) internal view returns (Payments storage payments) {
        payments = _payments[note];
        if (payments.cursor != 0) revert PaymentUnfinished(note);
    }

    function _unpaid(uint256 word, Payments storage payments) private view returns (uint256) {
        return word.faceOf() - payments.reducedMinor - payments.paidMinor;
    }

    function _endDispute(NoteId note, uint256 word) private returns (NoteState state) {
        state = block.timestamp < word.maturityOf() ? NoteState.Live : NoteState.Matured;
        _setState(note, word, state);
        delete _disputedMinor[note];
    }

    function _requireActor(PartyId expected) internal view {
        PartyId actor = _actingParty();
        if (actor != expected) revert NotThisParty(actor, expected);
    }
}
