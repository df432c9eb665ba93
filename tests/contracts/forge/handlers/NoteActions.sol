// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInvoices} from "../../../../contracts/interfaces/IInvoices.sol";
import {ILots} from "../../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../../contracts/interfaces/INotes.sol";
import {NoteId, PartyId} from "../../../../contracts/types/Ids.sol";
import {LotState, NoteState} from "../../../../contracts/types/States.sol";
import {vm} from "../support/Vm.sol";
import {HandlerBase} from "./HandlerBase.sol";

/// @title Notes and their invoices: opened, refused, disputed, matured, given up
abstract contract NoteActions is HandlerBase {
    uint256 private constant INVOICES_A_SUPPLIER = 4;

    function propose(uint256 seed) public {
        if (ledger.noteCount() >= MOST_NOTES) return;
        PartyId creditor = _supplier(seed, 1);
        IInvoices.InvoiceShare[] memory shares = new IInvoices.InvoiceShare[](1 + _upTo(seed, 2, 1));
        for (uint256 i = 0; i < shares.length; ++i) {
            shares[i] = _share(seed, i, creditor);
            if (shares[i].amountMinor == 0) return;
            // The second share may stand on the same invoice, whose rest the first one has not used up.
            if (i == 1 && shares[0].fingerprint == shares[1].fingerprint) {
                if (shares[0].amountMinor < 2) return;
                shares[1].amountMinor = shares[0].amountMinor / 2;
                shares[0].amountMinor -= shares[1].amountMinor;
            }
        }
        INotes.Proposal memory proposal = _proposal(shares);
        proposal.creditor = creditor;
        proposal.maturityAt = uint40(block.timestamp + 1 hours + _upTo(seed, 3, 30 days));
        PartyId actor = _word(seed, 4) % 3 == 0 ? debtor : creditor;
        if (!_isActive(actor)) return;
        _proposeAs(actor, proposal);
        for (uint256 i = 0; i < shares.length; ++i) {
            used[shares[i].fingerprint] += shares[i].amountMinor;
        }
        _did(Action.Propose);
    }

    function confirm(uint256 seed) public {
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Proposed));
        if (!found) return;
        INotes.NoteView memory record = ledger.noteOf(note);
        PartyId actor = record.proposedByDebtor ? record.creditor : debtor;
        if (!_isActive(actor) || block.timestamp >= record.maturityAt) return;
        vm.prank(keyOf[actor]);
        ledger.confirm(note, record.faceMinor);
        held[note][record.creditor] = record.faceMinor;
        _did(Action.Confirm);
    }

    function rejectNote(uint256 seed) external {
        // Seldom, or hardly a note would come to life.
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Proposed));
        if (!found) return;
        INotes.NoteView memory record = ledger.noteOf(note);
        PartyId actor = record.proposedByDebtor ? record.creditor : debtor;
        if (!_isActive(actor)) return;
        IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
        vm.prank(keyOf[actor]);
        ledger.reject(note, shares, keccak256("no"));
        _givenBack(shares);
        _did(Action.RejectNote);
    }

    function withdrawNote(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Proposed));
        if (!found) return;
        INotes.NoteView memory record = ledger.noteOf(note);
        PartyId actor = record.proposedByDebtor ? debtor : record.creditor;
        if (!_isActive(actor)) return;
        IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
        vm.prank(keyOf[actor]);
        ledger.withdraw(note, shares);
        _givenBack(shares);
        _did(Action.WithdrawNote);
    }

    function cancel(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Live));
        if (!found) return;
        PartyId creditor = ledger.noteOf(note).creditor;
        ILots.LotView memory root = ledger.lotOf(_root(note));
        if (root.state != LotState.Free || root.holder != creditor || !_isActive(creditor)) return;
        IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
        vm.prank(keyOf[creditor]);
        ledger.cancel(note, shares, keccak256("cancelled"));
        _givenBack(shares);
        _did(Action.Cancel);
    }

    function credit(uint256 seed) external {
        PartyId seller = _supplier(seed, 1);
        if (!_isActive(seller)) return;
        (bytes32 fingerprint, uint48 payable_) = _invoice(seed, 0, seller);
        uint256 free = _free(fingerprint, payable_);
        if (free == 0) return;
        // Small, or the invoices would soon carry nothing.
        uint48 minor = uint48(1 + _upTo(seed, 3, free / 8));
        bytes32 creditNote = _hash();
        vm.prank(keyOf[seller]);
        ledger.creditInvoice(fingerprint, creditNote, debtor, CNY, payable_, minor);
        _did(Action.Credit);
    }

    function dispute(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Live) | _bit(NoteState.Matured));
        if (!found || roundCursor[note] != 0) return;
        INotes.NoteView memory record = ledger.noteOf(note);
        uint48 unpaid = record.faceMinor - record.reducedMinor - record.paidMinor;
        if (unpaid == 0) return;
        _dispute(note, _word(seed, 3) % 3 == 0 ? unpaid : _between(seed, 4, 1, unpaid));
        _did(Action.Dispute);
    }

    function withdrawDispute(uint256 seed) external {
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Disputed));
        if (!found || roundCursor[note] != 0) return;
        vm.prank(keyOf[debtor]);
        ledger.withdrawDispute(note);
        _did(Action.WithdrawDispute);
    }

    function resolveDispute(uint256 seed) external {
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Disputed));
        if (!found || roundCursor[note] != 0) return;
        uint48 disputed = ledger.noteOf(note).disputedMinor;
        _resolve(note, _word(seed, 3) % 3 == 0 ? disputed : _between(seed, 4, 0, disputed));
        _did(Action.ResolveDispute);
    }

    function markMatured(uint256 seed) external {
        (bool found, NoteId note) = _pickDue(seed, _bit(NoteState.Live), 0);
        if (!found) return;
        ledger.markMatured(note);
        _did(Action.MarkMatured);
    }

    function markOverdue(uint256 seed) external {
        (bool found, NoteId note) = _pickDue(seed, _bit(NoteState.Live) | _bit(NoteState.Matured), 1 days);
        if (!found) return;
        ledger.markOverdue(note);
        _did(Action.MarkOverdue);
    }

    function writeOff(uint256 seed) external {
        (bool found, NoteId note) = _pickNote(seed, _bit(NoteState.Overdue));
        if (!found || roundCursor[note] != 0) return;
        vm.prank(ARBITER);
        ledger.writeOff(note, keccak256("gone"));
        _did(Action.WriteOff);
    }

    function passTime(uint256 seed) external {
        vm.warp(block.timestamp + _upTo(seed, 1, 5 days));
        _did(Action.PassTime);
    }

    // --------------------------------------------------------------------------------------------------------- invoices

    function _share(uint256 seed, uint256 number, PartyId creditor)
        private
        returns (IInvoices.InvoiceShare memory share)
    {
        (share.fingerprint, share.payableMinor) = _invoice(seed, number, creditor);
        uint256 free = _free(share.fingerprint, share.payableMinor);
        if (free == 0) return share;
        share.amountMinor = _word(seed, 20 + number) % 5 == 0
            ? uint48(free)
            : _between(seed, 30 + number, 1, free > 4 ? free / 2 : free);
    }

    function _invoice(uint256 seed, uint256 number, PartyId seller)
        private
        returns (bytes32 fingerprint, uint48 payableMinor)
    {
        fingerprint = keccak256(abi.encode(seller, _word(seed, 10 + number) % INVOICES_A_SUPPLIER));
        payableMinor = uint48(1 + uint256(fingerprint) % 1_000_000);
        for (uint256 i = 0; i < fingerprints.length; ++i) {
            if (fingerprints[i] == fingerprint) return (fingerprint, payableMinor);
        }
        fingerprints.push(fingerprint);
    }

    function _free(bytes32 fingerprint, uint48 payableMinor) private view returns (uint256) {
        IInvoices.InvoiceRecord memory record = ledger.invoiceOf(fingerprint);
        return payableMinor - record.creditedMinor - record.usedMinor;
    }

    function _givenBack(IInvoices.InvoiceShare[] memory shares) private {
        for (uint256 i = 0; i < shares.length; ++i) {
            used[shares[i].fingerprint] -= shares[i].amountMinor;
        }
    }
}
