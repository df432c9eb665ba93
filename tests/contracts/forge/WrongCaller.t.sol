// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IInvoices} from "../../../contracts/interfaces/IInvoices.sol";
import {ILedgerModule} from "../../../contracts/interfaces/ILedgerModule.sol";
import {IModules} from "../../../contracts/interfaces/IModules.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {FinancingId, LotId, NoteId, PartyId, assetOfLot, lotId} from "../../../contracts/types/Ids.sol";
import {FinancingState, LotState, NoteState, PartyState} from "../../../contracts/types/States.sol";
import {CallerTable} from "./support/CallerTable.sol";
import {vm} from "./support/Vm.sol";

/// @dev Every function that changes anything, called by whoever must not: who is no party, whose key was taken away,
/// whose party is suspended, who lacks the administrative role, who is no module. Every call here is one that its right
/// caller could make, so that nothing but the caller can refuse. Another party in the place of the right one: beside
/// each function's own tests.
contract WrongCallerTest is CallerTable {
    bytes32 private constant WHY = keccak256("why");

    function _callCount() internal pure override returns (uint256) {
        return 27;
    }

    /// @dev A note may be confirmed, refused, disputed, its holder acknowledged and it be paid by its own parties only.
    function test_everyCallOnANote_refusesTheOtherSide() public {
        NoteId proposed = _proposed(900);
        _other(supplier, abi.encodeCall(ledger.confirm, (proposed, 900)), debtor);
        _other(supplier, abi.encodeCall(INotes.reject, (proposed, _sharesOf(proposed), WHY)), debtor);
        _other(debtor, abi.encodeCall(ledger.withdraw, (proposed, _sharesOf(proposed))), supplier);
        NoteId live = _live(900);
        _other(debtor, abi.encodeCall(ledger.cancel, (live, _sharesOf(live), WHY)), supplier);
        _other(supplier, abi.encodeCall(ledger.dispute, (live, 1, WHY)), debtor);
        _other(supplier, abi.encodeCall(ledger.acknowledge, (_root(live))), debtor);
        NoteId disputed = _noteIn(NoteState.Disputed, 900);
        _other(supplier, abi.encodeCall(ledger.withdrawDispute, (disputed)), debtor);
    }

    // ------------------------------------------------------------------------------------------- administrative roles

    function test_everyRestrictedCall_refusesWhoLacksTheRole() public {
        _live(900);
        NoteId disputed = _noteIn(NoteState.Disputed, 900);
        NoteId overdue = _noteIn(NoteState.Overdue, 900);
        _fund(second, 5);
        vm.prank(keyOf[second]);
        uint64 redemption = cash.redeem(CNY, 5, WHY);
        address[] memory keys = new address[](0);
        address onLedger = address(ledger);
        uint256 checked;
        checked += _restricted(REGISTRAR, onLedger, abi.encodeCall(ledger.registerParty, (1, WHY, keys)));
        checked += _restricted(REGISTRAR, onLedger, abi.encodeCall(ledger.setPartyRoles, (second, 1)));
        checked += _restricted(
            REGISTRAR, onLedger, abi.encodeCall(ledger.setPartyState, (second, PartyState.Suspended))
        );
        checked += _restricted(REGISTRAR, onLedger, abi.encodeCall(ledger.addKey, (second, address(7))));
        checked += _restricted(REGISTRAR, onLedger, abi.encodeCall(ledger.removeKey, (second, keyOf[second])));
        checked += _restricted(REGISTRAR, address(registrarDesk), abi.encodeCall(registrarDesk.suspend, (second)));
        checked += _restricted(BANK, address(cash), abi.encodeCall(cash.issue, (second, CNY, 1, WHY)));
        checked += _restricted(BANK, address(cash), abi.encodeCall(cash.attestPayout, (redemption, WHY)));
        checked += _restricted(ARBITER, onLedger, abi.encodeCall(ledger.resolveDispute, (disputed, 1, WHY)));
        checked += _restricted(ARBITER, onLedger, abi.encodeCall(ledger.writeOff, (overdue, WHY)));
        checked += _restricted(GOVERNOR, address(liens), abi.encodeCall(liens.setAssetKind, (2, address(7))));
        address[4] memory hosts = [onLedger, address(cash), address(liens), address(financing)];
        for (uint256 i = 0; i < hosts.length; ++i) {
            checked += _restricted(GOVERNOR, hosts[i], abi.encodeCall(IModules.setModule, (address(7), true)));
        }
        vm.assertEq(checked, 15, "restricted functions");
    }

    // -------------------------------------------------------------------------------------------------------- modules

    function test_everyModuleCall_refusesWhoIsNoModule() public {
        LotId lot = _root(_live(900));
        LotId pledged = _lotIn(LotState.Pledged, 900);
        LotId borrowed = _root(_live(900));
        FinancingId loan = _drawnDown(borrowed, 900);
        NoteId due = _live(900);
        vm.warp(MATURITY - 1);
        uint256 checked;
        checked += _moduleOnly(address(ledger), abi.encodeCall(ledger.encumber, (assetOfLot(lot), supplier)));
        checked += _moduleOnly(address(ledger), abi.encodeCall(ledger.unencumber, (assetOfLot(pledged))));
        checked += _moduleOnly(address(ledger), abi.encodeCall(ledger.transferSold, (lot, supplier, funder)));
        checked += _moduleOnly(address(cash), abi.encodeCall(cash.move, (supplier, second, CNY, 1, WHY)));
        checked += _moduleOnly(address(cash), abi.encodeCall(cash.settle, (debtor, CNY, new uint256[](0), WHY)));
        checked += _moduleOnly(
            address(liens), abi.encodeCall(liens.place, (_pledgeTerms(lot, funder, 1), supplier, FinancingId.wrap(9)))
        );
        checked += _moduleOnly(address(liens), abi.encodeCall(liens.collect, (assetOfLot(pledged), 1)));
        checked += _moduleOnly(address(liens), abi.encodeCall(liens.discharge, (assetOfLot(pledged))));
        checked += _moduleOnly(address(financing), abi.encodeCall(financing.collect, (loan, 1)));
        vm.warp(MATURITY);
        checked += _moduleOnly(
            address(ledger), abi.encodeCall(ILedgerModule.applyPayment, (due, debtor, 900, _range(0, 0, 0)))
        );
        vm.assertEq(checked, 10, "functions for modules");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _other(PartyId actor, bytes memory callData, PartyId expected) private {
        PartyId[3] memory others = [actor, second, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            _onLedger(others[i], callData, abi.encodeWithSelector(INotes.NotThisParty.selector, others[i], expected));
        }
    }

    function _prepareCalls() internal override {
        _fund(supplier, 10_000);
        _prepareNoteCalls();
        _prepareLotCalls();
        _prepareFinancingCalls();
        _add("redeem", supplier, address(cash), abi.encodeCall(cash.redeem, (CNY, 1, WHY)));
        _add("transfer", supplier, address(cash), abi.encodeCall(cash.transfer, (second, CNY, 1, WHY)));
        _prepareSettlement();
    }

    function _prepareNoteCalls() private {
        address target = address(ledger);
        NoteId proposed = _proposed(900);
        NoteId live = _live(900);
        NoteId disputed = _noteIn(NoteState.Disputed, 900);
        IInvoices.InvoiceShare[] memory shares = _oneShare(_hash(), 10, 10);
        _add("propose", supplier, target, abi.encodeCall(ledger.propose, (_proposal(shares))));
        _add("propose as debtor", debtor, target, abi.encodeCall(ledger.propose, (_proposal(shares))));
        _add("confirm", debtor, target, abi.encodeCall(ledger.confirm, (proposed, 900)));
        _add("reject", debtor, target, abi.encodeCall(INotes.reject, (proposed, _sharesOf(proposed), WHY)));
        _add("withdraw", supplier, target, abi.encodeCall(ledger.withdraw, (proposed, _sharesOf(proposed))));
        _add("cancel", supplier, target, abi.encodeCall(ledger.cancel, (live, _sharesOf(live), WHY)));
        _add("dispute", debtor, target, abi.encodeCall(ledger.dispute, (live, 1, WHY)));
        _add("withdrawDispute", debtor, target, abi.encodeCall(ledger.withdrawDispute, (disputed)));
        _add("creditInvoice", supplier, target, abi.encodeCall(ledger.creditInvoice, (_hash(), WHY, debtor, CNY, 9, 9)));
        _add("setStandingAcceptance", second, target, abi.encodeCall(ledger.setStandingAcceptance, (debtor, true)));
    }

    function _prepareLotCalls() private {
        address target = address(ledger);
        LotId free = _root(_live(900));
        LotId offered = _lotIn(LotState.Offered, 900);
        LotId pledged = _lotIn(LotState.Pledged, 900);
        _add("split", supplier, target, abi.encodeCall(ledger.split, (free, _two(supplier, 1, supplier, 899), WHY)));
        _add("assign", supplier, target, abi.encodeCall(ledger.assign, (free, second, WHY)));
        _add("accept", second, target, abi.encodeCall(ledger.accept, (offered)));
        _add("reject a lot", second, target, abi.encodeWithSignature("reject(uint128)", offered));
        _add("revoke", supplier, target, abi.encodeCall(ledger.revoke, (offered)));
        _add("acknowledge", debtor, target, abi.encodeCall(ledger.acknowledge, (free)));
        target = address(liens);
        _add("pledge", supplier, target, abi.encodeCall(liens.pledge, (_pledgeTerms(free, funder, 1))));
        _add("release", funder, target, abi.encodeCall(liens.release, (assetOfLot(pledged), WHY)));
    }

    function _prepareFinancingCalls() private {
        address target = address(financing);
        LotId lot = _root(_live(900));
        FinancingId offered = _offerLoan(lot, 900);
        FinancingId drawn = _financingIn(FinancingState.DrawnDown, 900);
        _fund(funder, 900);
        _add("offerLoan", funder, target, abi.encodeCall(financing.offerLoan, (_loanTerms(lot, 1))));
        _add("offerPurchase", funder, target, abi.encodeCall(financing.offerPurchase, (_purchaseTerms(lot, 1))));
        _add("withdrawOffer", funder, target, abi.encodeCall(financing.withdrawOffer, (offered)));
        _add("accept an offer", supplier, target, abi.encodeCall(financing.accept, (offered)));
        _add("repay", supplier, target, abi.encodeCall(financing.repay, (drawn, 1)));
        _add("markDefaulted", funder, target, abi.encodeCall(financing.markDefaulted, (drawn)));
    }

    /// @dev Over a note of its own that matures at once, so that the clock can stay where the others need it.
    function _prepareSettlement() private {
        INotes.Proposal memory proposal = _proposal(_oneShare(_hash(), 900, 900));
        proposal.maturityAt = START + 1;
        NoteId note = _proposeAs(supplier, proposal);
        _confirm(note);
        vm.warp(START + 1);
        _fund(debtor, 900);
        bytes memory callData = abi.encodeCall(settlement.settle, (note, 900, _range(0, 0, 0)));
        _add("settle", debtor, address(settlement), callData);
    }
}
