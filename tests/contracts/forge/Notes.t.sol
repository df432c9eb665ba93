// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInvoices} from "../../../contracts/interfaces/IInvoices.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {LotId, NoteId, PartyId} from "../../../contracts/types/Ids.sol";
import {LotState, NoteState, ROLE_CORE_ENTERPRISE} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Opening and ending a note before maturity. Branches: Notes.tree. Wrong states: NoteStates.t.sol.
contract NotesTest is NoteFixture {
    bytes32 private constant WHY = keccak256("why");

    // -------------------------------------------------------------------------------------------------------- propose

    function test_propose_byTheCreditor() public {
        INotes.Proposal memory proposal = _proposal(_oneShare(_hash(), 1000, 900));
        vm.expectEmit(address(ledger));
        emit INotes.NoteProposed(
            NoteId.wrap(1), debtor, supplier, false, CNY, 900, MATURITY, proposal.termsHash, proposal.invoices
        );
        NoteId note = _proposeAs(supplier, proposal);
        INotes.NoteView memory record = ledger.noteOf(note);
        vm.assertEq(uint256(record.state), uint256(NoteState.Proposed), "state");
        vm.assertFalse(record.proposedByDebtor, "by the creditor");
        vm.assertEq(record.faceMinor, 900, "face");
        vm.assertEq(record.segmentCount, 0, "no lot before the confirmation");
        vm.assertEq(record.invoicesHash, keccak256(abi.encode(proposal.invoices)), "shares");
        vm.assertEq(record.maturityAt, MATURITY, "maturity");
        vm.assertEq(PartyId.unwrap(record.debtor), PartyId.unwrap(debtor), "debtor");
        vm.assertEq(PartyId.unwrap(record.creditor), PartyId.unwrap(supplier), "creditor");
        vm.assertEq(ledger.noteCount(), 1, "count");
        vm.expectRevert(abi.encodeWithSelector(ILots.LotUnknown.selector, _root(note)));
        ledger.lotOf(_root(note));
    }

    function test_propose_byTheDebtorOverSeveralInvoices() public {
        IInvoices.InvoiceShare[] memory shares = new IInvoices.InvoiceShare[](3);
        for (uint48 i = 0; i < 3; ++i) {
            shares[i] = IInvoices.InvoiceShare(_hash(), 1000, 100 + i);
        }
        NoteId note = _proposeAs(debtor, _proposal(shares));
        vm.assertTrue(ledger.noteOf(note).proposedByDebtor, "by the debtor");
        vm.assertEq(ledger.noteOf(note).faceMinor, 303, "face is the sum of the shares");
    }

    function test_propose_refusesThirdParties() public {
        _onLedger(
            second,
            abi.encodeCall(ledger.propose, (_proposal(_oneShare(WHY, 10, 10)))),
            abi.encodeWithSelector(INotes.NotThisParty.selector, second, supplier)
        );
    }

    function test_propose_refusesImpossibleParties() public {
        INotes.Proposal memory proposal = _proposal(_oneShare(WHY, 10, 10));
        proposal.creditor = debtor;
        _refusesProposal(debtor, proposal, abi.encodeWithSelector(INotes.SameParty.selector, debtor));
        proposal = _proposal(_oneShare(WHY, 10, 10));
        proposal.debtor = second;
        _refusesProposal(
            supplier, proposal, abi.encodeWithSelector(IParties.RoleMissing.selector, second, ROLE_CORE_ENTERPRISE)
        );
        PartyId unknown = PartyId.wrap(ledger.partyCount() + 1);
        proposal.debtor = unknown;
        _refusesProposal(supplier, proposal, abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown));
        proposal = _proposal(_oneShare(WHY, 10, 10));
        proposal.creditor = unknown;
        _refusesProposal(debtor, proposal, abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown));
        proposal.creditor = PartyId.wrap(0);
        _refusesProposal(debtor, proposal, abi.encodeWithSelector(IParties.PartyUnknown.selector, PartyId.wrap(0)));
    }

    function test_propose_refusesAMaturityThatIsNotAhead() public {
        INotes.Proposal memory proposal = _proposal(_oneShare(WHY, 10, 10));
        proposal.maturityAt = START;
        _refusesProposal(supplier, proposal, abi.encodeWithSelector(INotes.MaturityInPast.selector, START, START));
        proposal.maturityAt = START + 1;
        _proposeAs(supplier, proposal);
    }

    function test_propose_refusesMissingTerms() public {
        INotes.Proposal memory proposal = _proposal(_oneShare(WHY, 10, 10));
        proposal.termsHash = 0;
        _refusesProposal(supplier, proposal, abi.encodeWithSelector(INotes.TermsHashMissing.selector));
    }

    function test_propose_faceUpTo48BitsAndNotOneMore() public {
        IInvoices.InvoiceShare[] memory shares = new IInvoices.InvoiceShare[](2);
        shares[0] = IInvoices.InvoiceShare(_hash(), MAX_MINOR, MAX_MINOR);
        shares[1] = IInvoices.InvoiceShare(_hash(), 1, 1);
        _refusesProposal(
            supplier,
            _proposal(shares),
            abi.encodeWithSelector(INotes.FaceTooLarge.selector, uint256(MAX_MINOR) + 1, MAX_MINOR)
        );
        NoteId note = _live(MAX_MINOR);
        vm.assertEq(ledger.noteOf(note).faceMinor, MAX_MINOR, "face");
        vm.assertEq(ledger.lotOf(_root(note)).last, MAX_MINOR, "last position");
    }

    function test_propose_refusesAmountsOf49Bits() public {
        // The typed interface cannot say 2**48, a caller by hand can: the decoder refuses it.
        bytes memory call_ = abi.encodeCall(ledger.propose, (_proposal(_oneShare(WHY, MAX_MINOR, MAX_MINOR))));
        uint256 tail = call_.length - 32;
        assembly ("memory-safe") {
            mstore(add(add(call_, 32), tail), shl(48, 1))
        }
        _onLedger(supplier, call_, "");
    }

    // -------------------------------------------------------------------------------------------------------- confirm

    function test_confirm_byTheDebtorOpensTheRootLot() public {
        NoteId note = _proposed(900);
        vm.expectEmit(address(ledger));
        emit INotes.NoteConfirmed(note);
        vm.prank(keyOf[debtor]);
        ledger.confirm(note, 900);
        _is(note, NoteState.Live);
        vm.assertEq(ledger.noteOf(note).segmentCount, 1, "segment of the root");
        ILots.LotView memory root = ledger.lotOf(_root(note));
        vm.assertEq(uint256(root.state), uint256(LotState.Free), "root is free");
        vm.assertEq(root.first, 1, "first");
        vm.assertEq(root.last, 900, "last");
        vm.assertEq(PartyId.unwrap(root.holder), PartyId.unwrap(supplier), "holder");
        vm.assertEq(PartyId.unwrap(root.offeree), 0, "no offeree");
        vm.assertEq(ledger.segmentWords(note, 0).length, 1, "one word");
    }

    function test_confirm_byTheCreditorWhatTheDebtorOpened() public {
        NoteId note = _proposeAs(debtor, _proposal(_oneShare(_hash(), 900, 900)));
        _onLedger(
            debtor,
            abi.encodeCall(ledger.confirm, (note, 900)),
            abi.encodeWithSelector(INotes.NotThisParty.selector, debtor, supplier)
        );
        vm.prank(keyOf[supplier]);
        ledger.confirm(note, 900);
        _is(note, NoteState.Live);
    }

    function test_confirm_refusesAnotherFace() public {
        NoteId note = _proposed(900);
        for (uint48 stated = 899; stated <= 901; stated += 2) {
            _onLedger(
                debtor,
                abi.encodeCall(ledger.confirm, (note, stated)),
                abi.encodeWithSelector(INotes.FaceUnlike.selector, note, 900, stated)
            );
        }
    }

    function test_confirm_refusesOnceMaturityHasCome() public {
        NoteId note = _proposed(900);
        vm.warp(MATURITY);
        _onLedger(
            debtor,
            abi.encodeCall(ledger.confirm, (note, 900)),
            abi.encodeWithSelector(INotes.MaturityInPast.selector, MATURITY, MATURITY)
        );
        vm.warp(MATURITY - 1);
        _confirm(note);
    }

    // ----------------------------------------------------------------------------------------------- reject, withdraw

    function test_reject_byTheSideThatDidNotPropose() public {
        NoteId byCreditor = _proposed(900);
        _rejects(debtor, byCreditor);
        NoteId byDebtor = _proposeAs(debtor, _proposal(_oneShare(_hash(), 900, 900)));
        _onLedger(
            debtor,
            abi.encodeCall(INotes.reject, (byDebtor, _sharesOf(byDebtor), WHY)),
            abi.encodeWithSelector(INotes.NotThisParty.selector, debtor, supplier)
        );
        _rejects(supplier, byDebtor);
    }

    function test_withdraw_byTheSideThatProposed() public {
        NoteId byCreditor = _proposed(900);
        _onLedger(
            debtor,
            abi.encodeCall(ledger.withdraw, (byCreditor, _sharesOf(byCreditor))),
            abi.encodeWithSelector(INotes.NotThisParty.selector, debtor, supplier)
        );
        _withdraws(supplier, byCreditor);
        _withdraws(debtor, _proposeAs(debtor, _proposal(_oneShare(_hash(), 900, 900))));
    }

    // --------------------------------------------------------------------------------------------------------- cancel

    function test_cancel_byTheCreditorThatHoldsItAll() public {
        NoteId note = _live(900);
        IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
        vm.expectEmit(address(ledger));
        emit INotes.NoteCancelled(note, WHY);
        vm.prank(keyOf[supplier]);
        ledger.cancel(note, shares, WHY);
        _is(note, NoteState.Cancelled);
        vm.assertEq(ledger.invoiceOf(shares[0].fingerprint).usedMinor, 0, "capacity is back");
    }

    function test_cancel_refusesWhileAnybodyElseHasAPart() public {
        NoteId note = _live(900);
        _split(supplier, _root(note), _two(supplier, 1, supplier, 899));
        _refusesCancel(note, abi.encodeWithSelector(INotes.NoteDivided.selector, note));

        note = _live(900);
        _assign(supplier, _root(note), second);
        _refusesCancel(note, abi.encodeWithSelector(INotes.NoteDivided.selector, note));

        _acceptAll(second);
        note = _live(900);
        LotId root = _root(note);
        _assign(supplier, root, second);
        _refusesCancel(note, abi.encodeWithSelector(ILots.NotHolder.selector, root, supplier, second));
    }

    function test_cancel_refusesUnderALien() public {
        NoteId note = _live(900);
        LotId root = _root(note);
        _pledge(supplier, root, funder, 1);
        bytes memory pledged =
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, root, LotState.Pledged, LotState.Free);
        _refusesCancel(note, pledged);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _rejects(PartyId actor, NoteId note) private {
        IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
        vm.expectEmit(address(ledger));
        emit INotes.NoteRejected(note, WHY);
        vm.prank(keyOf[actor]);
        ledger.reject(note, shares, WHY);
        _is(note, NoteState.Rejected);
        vm.assertEq(ledger.invoiceOf(shares[0].fingerprint).usedMinor, 0, "capacity is back");
    }

    function _withdraws(PartyId actor, NoteId note) private {
        IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
        vm.expectEmit(address(ledger));
        emit INotes.NoteWithdrawn(note);
        vm.prank(keyOf[actor]);
        ledger.withdraw(note, shares);
        _is(note, NoteState.Withdrawn);
        vm.assertEq(ledger.invoiceOf(shares[0].fingerprint).usedMinor, 0, "capacity is back");
    }

    function _refusesCancel(NoteId note, bytes memory expected) private {
        _onLedger(supplier, abi.encodeCall(ledger.cancel, (note, _sharesOf(note), WHY)), expected);
    }

    function _refusesProposal(PartyId actor, INotes.Proposal memory proposal, bytes memory expected) private {
        _onLedger(actor, abi.encodeCall(ledger.propose, (proposal)), expected);
    }

    function _is(NoteId note, NoteState expected) private view {
        vm.assertEq(uint256(_stateOf(note)), uint256(expected), "state of the note");
    }
}
