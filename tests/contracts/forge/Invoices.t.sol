// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInvoices} from "../../../contracts/interfaces/IInvoices.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {NoteId, PartyId} from "../../../contracts/types/Ids.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Branches: Invoices.tree. Invoices are reserved by propose, given back by reject, withdraw and cancel.
contract InvoicesTest is NoteFixture {
    bytes32 private constant INVOICE = keccak256("invoice");
    bytes32 private constant CREDIT_NOTE = keccak256("credit note");

    // -------------------------------------------------------------------------------------------------- creditInvoice

    function test_creditInvoice_ofAnInvoiceNotYetKnown() public {
        vm.expectEmit(address(ledger));
        emit IInvoices.InvoiceCredited(INVOICE, CREDIT_NOTE, supplier, debtor, CNY, 1000, 300);
        _credit(supplier, CREDIT_NOTE, 300);
        _recorded(1000, 300, 0);
        vm.assertTrue(ledger.creditNoteUsed(CREDIT_NOTE), "credit note is used");
        vm.assertFalse(ledger.creditNoteUsed(INVOICE), "another is not");
        _proposeShare(1000, 700);
        _recorded(1000, 300, 700);
    }

    function test_creditInvoice_takesNoMoreThanIsFree() public {
        _proposeShare(1000, 600);
        _refusesCredit(401, abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, INVOICE, 400, 401));
        vm.assertFalse(ledger.creditNoteUsed(CREDIT_NOTE), "a refused credit note stays unused");
        _credit(supplier, CREDIT_NOTE, 400);
        _recorded(1000, 400, 600);
        _refusesShare(1000, 1, abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, INVOICE, 0, 1));
    }

    function test_creditInvoice_severalAddUp() public {
        _credit(supplier, CREDIT_NOTE, 300);
        _credit(supplier, keccak256("another"), 700);
        _recorded(1000, 1000, 0);
        _refusesShare(1000, 1, abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, INVOICE, 0, 1));
    }

    function test_creditInvoice_isBookedOnce() public {
        _credit(supplier, CREDIT_NOTE, 300);
        _refusesCredit(300, abi.encodeWithSelector(IInvoices.CreditNoteUsed.selector, CREDIT_NOTE));
    }

    function test_creditInvoice_refusesMissingParts() public {
        _refusesCredit(0, abi.encodeWithSelector(IInvoices.ZeroAmount.selector));
        bytes memory missing = abi.encodeWithSelector(IInvoices.FingerprintMissing.selector);
        _onLedger(supplier, abi.encodeCall(ledger.creditInvoice, (INVOICE, bytes32(0), debtor, CNY, 1000, 1)), missing);
        _onLedger(
            supplier, abi.encodeCall(ledger.creditInvoice, (bytes32(0), CREDIT_NOTE, debtor, CNY, 1000, 1)), missing
        );
    }

    function test_creditInvoice_refusesAnInvoiceUnlikeTheRecord() public {
        _proposeShare(1000, 600);
        _onLedger(
            second,
            abi.encodeCall(ledger.creditInvoice, (INVOICE, CREDIT_NOTE, debtor, CNY, 1000, 1)),
            abi.encodeWithSelector(IInvoices.InvoiceOfOtherParties.selector, INVOICE, supplier, debtor)
        );
        _onLedger(
            supplier,
            abi.encodeCall(ledger.creditInvoice, (INVOICE, CREDIT_NOTE, third, CNY, 1000, 1)),
            abi.encodeWithSelector(IInvoices.InvoiceOfOtherParties.selector, INVOICE, supplier, debtor)
        );
        _onLedger(
            supplier,
            abi.encodeCall(ledger.creditInvoice, (INVOICE, CREDIT_NOTE, debtor, EUR, 1000, 1)),
            abi.encodeWithSelector(IInvoices.InvoiceInOtherCurrency.selector, INVOICE, CNY)
        );
        _onLedger(
            supplier,
            abi.encodeCall(ledger.creditInvoice, (INVOICE, CREDIT_NOTE, debtor, CNY, 999, 1)),
            abi.encodeWithSelector(IInvoices.InvoiceMismatch.selector, INVOICE, 1000, 999)
        );
    }

    function test_creditInvoice_atTheLimitOfAnAmount() public {
        vm.prank(keyOf[supplier]);
        ledger.creditInvoice(INVOICE, CREDIT_NOTE, debtor, CNY, MAX_MINOR, MAX_MINOR);
        _recorded(MAX_MINOR, MAX_MINOR, 0);
    }

    // ------------------------------------------------------------------------------------------- capacity of invoices

    function test_propose_usesCapacityToTheLastCentAndNotOneMore() public {
        _proposeShare(1000, 400);
        _refusesShare(1000, 601, abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, INVOICE, 600, 601));
        _proposeShare(1000, 600);
        _recorded(1000, 0, 1000);
        _refusesShare(1000, 1, abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, INVOICE, 0, 1));
    }

    function test_propose_countsTheSameInvoiceTwiceInOneProposal() public {
        IInvoices.InvoiceShare[] memory shares = new IInvoices.InvoiceShare[](2);
        shares[0] = IInvoices.InvoiceShare(INVOICE, 1000, 600);
        shares[1] = IInvoices.InvoiceShare(INVOICE, 1000, 401);
        _onLedger(
            supplier,
            abi.encodeCall(ledger.propose, (_proposal(shares))),
            abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, INVOICE, 400, 401)
        );
        shares[1].amountMinor = 400;
        NoteId note = _proposeAs(supplier, _proposal(shares));
        _recorded(1000, 0, 1000);
        vm.prank(keyOf[supplier]);
        ledger.withdraw(note, shares);
        _recorded(0, 0, 0);
    }

    function test_propose_refusesAnInvoiceUnlikeTheRecord() public {
        _proposeShare(1000, 100);
        _refusesShare(1001, 1, abi.encodeWithSelector(IInvoices.InvoiceMismatch.selector, INVOICE, 1000, 1001));
        INotes.Proposal memory proposal = _proposal(_oneShare(INVOICE, 1000, 100));
        proposal.currency = EUR;
        _onLedger(
            supplier,
            abi.encodeCall(ledger.propose, (proposal)),
            abi.encodeWithSelector(IInvoices.InvoiceInOtherCurrency.selector, INVOICE, CNY)
        );
        proposal = _proposal(_oneShare(INVOICE, 1000, 100));
        proposal.creditor = second;
        _onLedger(
            second,
            abi.encodeCall(ledger.propose, (proposal)),
            abi.encodeWithSelector(IInvoices.InvoiceOfOtherParties.selector, INVOICE, supplier, debtor)
        );
    }

    function test_propose_refusesEmptyShares() public {
        _refusesShare(1000, 0, abi.encodeWithSelector(IInvoices.ZeroAmount.selector));
        _onLedger(
            supplier,
            abi.encodeCall(ledger.propose, (_proposal(_oneShare(bytes32(0), 10, 10)))),
            abi.encodeWithSelector(IInvoices.FingerprintMissing.selector)
        );
        _onLedger(
            supplier,
            abi.encodeCall(ledger.propose, (_proposal(new IInvoices.InvoiceShare[](0)))),
            abi.encodeWithSelector(IInvoices.InvoicesMissing.selector)
        );
        _refusesShare(0, 1, abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, INVOICE, 0, 1));
    }

    // -------------------------------------------------------------------------------------------- capacity comes back

    function test_giveBack_forgetsAnInvoiceThatHoldsNothing() public {
        NoteId note = _proposeShare(1000, 400);
        _rejectAsDebtor(note);
        _recorded(0, 0, 0);
        // A wrong payable amount, once refused, does not stand in the way of the right one.
        _proposeShare(900, 900);
        _recorded(900, 0, 900);
    }

    function test_giveBack_keepsWhatOthersUse() public {
        NoteId note = _proposeShare(1000, 400);
        _proposeShare(1000, 500);
        _rejectAsDebtor(note);
        _recorded(1000, 0, 500);
    }

    function test_giveBack_keepsCredits() public {
        _credit(supplier, CREDIT_NOTE, 600);
        _rejectAsDebtor(_proposeShare(1000, 400));
        _recorded(1000, 600, 0);
        _refusesShare(1000, 401, abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, INVOICE, 400, 401));
    }

    function test_giveBack_refusesOtherSharesThanProposed() public {
        NoteId note = _proposeShare(1000, 400);
        bytes32 committed = ledger.noteOf(note).invoicesHash;
        IInvoices.InvoiceShare[] memory shares = _oneShare(INVOICE, 1000, 399);
        bytes memory unlike =
            abi.encodeWithSelector(IInvoices.InvoiceSharesUnlike.selector, committed, keccak256(abi.encode(shares)));
        _onLedger(debtor, abi.encodeCall(INotes.reject, (note, shares, keccak256("why"))), unlike);
        _onLedger(supplier, abi.encodeCall(ledger.withdraw, (note, shares)), unlike);
        _confirm(note);
        _onLedger(supplier, abi.encodeCall(ledger.cancel, (note, shares, keccak256("why"))), unlike);
        _recorded(1000, 0, 400);
    }

    function test_invoices_ofASettledNoteStayUsed() public {
        NoteId note = _proposeShare(1000, 1000);
        _confirm(note);
        vm.warp(MATURITY);
        _fund(debtor, 1000);
        _settleWhole(note, 1000);
        _recorded(1000, 0, 1000);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _credit(PartyId seller, bytes32 creditNote, uint48 creditMinor) private {
        vm.prank(keyOf[seller]);
        ledger.creditInvoice(INVOICE, creditNote, debtor, CNY, 1000, creditMinor);
    }

    function _refusesCredit(uint48 creditMinor, bytes memory expected) private {
        _onLedger(
            supplier,
            abi.encodeCall(ledger.creditInvoice, (INVOICE, CREDIT_NOTE, debtor, CNY, 1000, creditMinor)),
            expected
        );
    }

    function _proposeShare(uint48 payableMinor, uint48 amountMinor) private returns (NoteId) {
        return _proposeAs(supplier, _proposal(_oneShare(INVOICE, payableMinor, amountMinor)));
    }

    function _refusesShare(uint48 payableMinor, uint48 amountMinor, bytes memory expected) private {
        _onLedger(
            supplier,
            abi.encodeCall(ledger.propose, (_proposal(_oneShare(INVOICE, payableMinor, amountMinor)))),
            expected
        );
    }

    function _rejectAsDebtor(NoteId note) private {
        IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
        vm.prank(keyOf[debtor]);
        ledger.reject(note, shares, keccak256("why"));
    }

    function _recorded(uint48 payableMinor, uint48 creditedMinor, uint48 usedMinor) private view {
        IInvoices.InvoiceRecord memory record = ledger.invoiceOf(INVOICE);
        bool known = payableMinor != 0;
        vm.assertEq(record.payableMinor, payableMinor, "payable");
        vm.assertEq(record.creditedMinor, creditedMinor, "credited");
        vm.assertEq(record.usedMinor, usedMinor, "used");
        vm.assertEq(PartyId.unwrap(record.seller), known ? PartyId.unwrap(supplier) : 0, "seller");
        vm.assertEq(PartyId.unwrap(record.buyer), known ? PartyId.unwrap(debtor) : 0, "buyer");
    }
}
