// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Invoices} from "./Invoices.sol";
import {Parties} from "./Parties.sol";
import {IInvoices} from "./interfaces/IInvoices.sol";
import {INotes} from "./interfaces/INotes.sol";
import {IParties} from "./interfaces/IParties.sol";
import {CurrencyCode, NoteId, PartyId} from "./types/Ids.sol";
import {PackedLots} from "./types/PackedLots.sol";
import {LotState, NoteState, ROLE_CORE_ENTERPRISE} from "./types/States.sol";

/// @title Notes: confirmed receivables
/// @dev A note's first word is read by every move of its lots and has all that they ask for. Its payment word is
/// touched by disputes and settlement only.
abstract contract Notes is AccessManaged, Parties, Invoices, INotes {
    struct Note {
        uint48 faceMinor;
        PartyId debtor;
        PartyId creditor;
        CurrencyCode currency;
        uint40 maturityAt;
        NoteState state;
        bool proposedByDebtor;
        uint24 segmentCount;
        uint48 disputedMinor;
    }

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
    mapping(NoteId note => Note record) internal _notes;
    mapping(NoteId note => bytes32 invoicesHash) private _invoicesHashes;
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
        _notes[note] = Note({
            faceMinor: uint48(face),
            debtor: debtor,
            creditor: creditor,
            currency: proposal.currency,
            maturityAt: proposal.maturityAt,
            state: NoteState.Proposed,
            proposedByDebtor: byDebtor,
            segmentCount: 0,
            disputedMinor: 0
        });
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
        Note memory record = _notes[note];
        _requireNote(note, record.state, NoteState.Proposed);
        _requireActor(record.proposedByDebtor ? record.creditor : record.debtor);
        if (record.faceMinor != faceMinor) revert FaceUnlike(note, record.faceMinor, faceMinor);
        if (record.maturityAt <= block.timestamp) revert MaturityInPast(record.maturityAt, block.timestamp);
        record.state = NoteState.Live;
        record.segmentCount = 1;
        _notes[note] = record;
        uint256 root = PackedLots.pack(record.faceMinor, PartyId.unwrap(record.creditor), LotState.Free);
        _openRoot(note, PackedLots.header(1, 1, 0, 0) | (root << 80));
        emit NoteConfirmed(note);
    }

    /// @inheritdoc INotes
    function reject(NoteId note, IInvoices.InvoiceShare[] calldata invoices, bytes32 reasonHash) external {
        Note storage record = _notes[note];
        _requireNote(note, record.state, NoteState.Proposed);
        _requireActor(record.proposedByDebtor ? record.creditor : record.debtor);
        record.state = NoteState.Rejected;
        _giveBack(invoices, _invoicesHashes[note]);
        emit NoteRejected(note, reasonHash);
    }

    /// @inheritdoc INotes
    function withdraw(NoteId note, IInvoices.InvoiceShare[] calldata invoices) external {
        Note storage record = _notes[note];
        _requireNote(note, record.state, NoteState.Proposed);
        _requireActor(record.proposedByDebtor ? record.debtor : record.creditor);
        record.state = NoteState.Withdrawn;
        _giveBack(invoices, _invoicesHashes[note]);
        emit NoteWithdrawn(note);
    }

    /// @inheritdoc INotes
    function cancel(NoteId note, IInvoices.InvoiceShare[] calldata invoices, bytes32 reasonHash) external {
        Note storage record = _notes[note];
        _requireNote(note, record.state, NoteState.Live);
        PartyId creditor = record.creditor;
        _requireActor(creditor);
        _requireUndivided(note, creditor);
        record.state = NoteState.Cancelled;
        _giveBack(invoices, _invoicesHashes[note]);
        emit NoteCancelled(note, reasonHash);
    }

    /// @inheritdoc INotes
    function dispute(NoteId note, uint48 amountMinor, bytes32 evidenceHash) external {
        Note storage record = _notes[note];
        if (record.state != NoteState.Matured) _requireNote(note, record.state, NoteState.Live);
        _requireActor(record.debtor);
        Payments storage payments = _settledPayments(note);
        if (amountMinor == 0) revert IInvoices.ZeroAmount();
        uint256 unpaid = record.faceMinor - payments.reducedMinor - payments.paidMinor;
        if (amountMinor > unpaid) revert DisputeTooLarge(note, unpaid, amountMinor);
        record.state = NoteState.Disputed;
        record.disputedMinor = amountMinor;
        emit NoteDisputed(note, amountMinor, evidenceHash);
    }

    /// @inheritdoc INotes
    function withdrawDispute(NoteId note) external {
        _requireNote(note, _notes[note].state, NoteState.Disputed);
        _requireActor(_notes[note].debtor);
        _settledPayments(note);
        emit DisputeWithdrawn(note, _endDispute(note));
    }

    /// @inheritdoc INotes
    function resolveDispute(NoteId note, uint48 upheldMinor, bytes32 reasonHash) external restricted {
        _requireNote(note, _notes[note].state, NoteState.Disputed);
        Payments storage payments = _settledPayments(note);
        uint48 disputed = _notes[note].disputedMinor;
        if (upheldMinor > disputed) revert DisputeTooLarge(note, disputed, upheldMinor);
        payments.reducedMinor += upheldMinor;
        emit DisputeResolved(note, upheldMinor, _endDispute(note), reasonHash);
    }

    /// @inheritdoc INotes
    function markMatured(NoteId note) external {
        _requireNote(note, _notes[note].state, NoteState.Live);
        _mature(note);
    }

    /// @inheritdoc INotes
    function markOverdue(NoteId note) external {
        Note storage record = _notes[note];
        if (record.state == NoteState.Live) _mature(note);
        _requireNote(note, record.state, NoteState.Matured);
        uint256 overdueAt = uint256(record.maturityAt) + OVERDUE_AFTER;
        if (block.timestamp < overdueAt) revert NotOverdue(note, overdueAt, block.timestamp);
        record.state = NoteState.Overdue;
        emit NoteOverdue(note);
    }

    /// @inheritdoc INotes
    function writeOff(NoteId note, bytes32 reasonHash) external restricted {
        Note storage record = _notes[note];
        _requireNote(note, record.state, NoteState.Overdue);
        Payments storage payments = _settledPayments(note);
        record.state = NoteState.WrittenOff;
        emit NoteWrittenOff(note, record.faceMinor - payments.reducedMinor - payments.paidMinor, reasonHash);
    }

    /// @inheritdoc INotes
    function noteOf(NoteId note) external view returns (NoteView memory) {
        Note memory record = _notes[note];
        Payments memory payments = _payments[note];
        return NoteView({
            state: record.state,
            proposedByDebtor: record.proposedByDebtor,
            debtor: record.debtor,
            creditor: record.creditor,
            currency: record.currency,
            maturityAt: record.maturityAt,
            segmentCount: record.segmentCount,
            faceMinor: record.faceMinor,
            disputedMinor: record.disputedMinor,
            reducedMinor: payments.reducedMinor,
            paidMinor: payments.paidMinor,
            invoicesHash: _invoicesHashes[note]
        });
    }

    /// @inheritdoc INotes
    function noteCount() external view returns (uint64) {
        return _noteCount;
    }

    /// @dev Lots writes the first word of segment 0.
    function _openRoot(NoteId note, uint256 word0) internal virtual;

    /// @dev Lots knows whether the whole note is one free lot of this party.
    function _requireUndivided(NoteId note, PartyId creditor) internal view virtual;

    function _mature(NoteId note) internal {
        Note storage record = _notes[note];
        if (block.timestamp < record.maturityAt) revert NotMatured(note, record.maturityAt, block.timestamp);
        record.state = NoteState.Matured;
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

    function _endDispute(NoteId note) private returns (NoteState state) {
        Note storage record = _notes[note];
        state = block.timestamp < record.maturityAt ? NoteState.Live : NoteState.Matured;
        record.state = state;
        record.disputedMinor = 0;
    }

    function _requireActor(PartyId expected) internal view {
        PartyId actor = _actingParty();
        if (actor != expected) revert NotThisParty(actor, expected);
    }
}
