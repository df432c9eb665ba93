// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFinancing} from "../../../contracts/interfaces/IFinancing.sol";
import {IInvoices} from "../../../contracts/interfaces/IInvoices.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {FinancingId, LotId, NoteId, PartyId, assetOfLot} from "../../../contracts/types/Ids.sol";
import {LotState, NoteState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Frauds that happened, played again on the contracts.
contract FraudsTest is NoteFixture {
    bytes32 private constant TRADE = keccak256("trade");

    /// @dev Camsing 2019: confirmations with forged seals. Only a key of the debtor confirms, whoever presents what.
    function test_camsing_nobodyConfirmsForTheDebtor() public {
        NoteId note = _proposed(900);
        PartyId[4] memory others = [supplier, second, funder, rival];
        for (uint256 i = 0; i < others.length; ++i) {
            _onLedger(
                others[i],
                abi.encodeCall(ledger.confirm, (note, 900)),
                abi.encodeWithSelector(INotes.NotThisParty.selector, others[i], debtor)
            );
        }
        address[5] memory accounts = [ADMIN, REGISTRAR, BANK, ARBITER, GOVERNOR];
        for (uint256 i = 0; i < accounts.length; ++i) {
            _refused(accounts[i], address(ledger), abi.encodeCall(ledger.confirm, (note, 900)), _notAParty(accounts[i]));
        }
        // Neither can a supplier put another core enterprise in the debtor's place and sign for it.
        vm.prank(REGISTRAR);
        ledger.setPartyRoles(supplier, 1 | 2);
        _onLedger(
            supplier,
            abi.encodeCall(ledger.confirm, (note, 900)),
            abi.encodeWithSelector(INotes.NotThisParty.selector, supplier, debtor)
        );
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Proposed), "still only proposed");
    }

    /// @dev Greensill: money against receivables that the debtor had never accepted.
    function test_greensill_nothingUnconfirmedIsFinanced() public {
        NoteId note = _proposed(900);
        LotId lot = _root(note);
        _fund(funder, 900);
        bytes memory unconfirmed =
            abi.encodeWithSelector(INotes.UnexpectedNoteState.selector, note, NoteState.Proposed, NoteState.Live);
        _refused(
            keyOf[funder], address(financing), abi.encodeCall(financing.offerLoan, (_loanTerms(lot, 1))), unconfirmed
        );
        _refused(
            keyOf[funder],
            address(financing),
            abi.encodeCall(financing.offerPurchase, (_purchaseTerms(lot, 1))),
            unconfirmed
        );
        bytes memory fixed_ = abi.encodeWithSelector(ILots.NoteNotTransferable.selector, note);
        _refused(keyOf[supplier], address(liens), abi.encodeCall(liens.pledge, (_pledgeTerms(lot, funder, 1))), fixed_);
        _onLedger(supplier, abi.encodeCall(ledger.assign, (lot, funder, TRADE)), fixed_);
        // And no note stands on no invoice.
        _onLedger(
            supplier,
            abi.encodeCall(ledger.propose, (_proposal(new IInvoices.InvoiceShare[](0)))),
            abi.encodeWithSelector(IInvoices.InvoicesMissing.selector)
        );
    }

    /// @dev Tricolor, First Brands 2025: one asset to two lenders.
    function test_tricolor_oneLotServesOneLender() public {
        LotId lot = _root(_live(900));
        FinancingId first = _offerLoan(lot, 900);
        vm.prank(keyOf[rival]);
        FinancingId loan = financing.offerLoan(_loanTerms(lot, 900));
        vm.prank(keyOf[rival]);
        FinancingId purchase = financing.offerPurchase(_purchaseTerms(lot, 900));
        _fund(funder, 900);
        _fund(rival, 1800);
        vm.prank(keyOf[supplier]);
        financing.accept(first);

        bytes memory pledged =
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, lot, LotState.Pledged, LotState.Free);
        bytes memory encumbered = abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, assetOfLot(lot));
        _bySupplier(address(financing), abi.encodeCall(financing.accept, (loan)), encumbered);
        _bySupplier(address(financing), abi.encodeCall(financing.accept, (purchase)), pledged);
        _bySupplier(address(liens), abi.encodeCall(liens.pledge, (_pledgeTerms(lot, rival, 1))), encumbered);
        _bySupplier(address(ledger), abi.encodeCall(ledger.assign, (lot, rival, TRADE)), pledged);
        bytes memory split = abi.encodeCall(ledger.split, (lot, _two(supplier, 450, supplier, 450), TRADE));
        _bySupplier(address(ledger), split, pledged);
        vm.assertEq(_balance(rival), 1800, "the second lender keeps its money");
    }

    /// @dev The same invoice financed twice, in one note and the next, by the seller or through the debtor.
    function test_oneInvoiceCarriesItsAmountOnce() public {
        bytes32 invoice = keccak256("invoice");
        NoteId note = _proposeAs(supplier, _proposal(_oneShare(invoice, 900, 900)));
        bytes memory full = abi.encodeWithSelector(IInvoices.InvoiceCapacityExceeded.selector, invoice, 0, 1);
        bytes memory again = abi.encodeCall(ledger.propose, (_proposal(_oneShare(invoice, 900, 1))));
        _onLedger(supplier, again, full);
        _onLedger(debtor, again, full);
        _confirm(note);
        _onLedger(supplier, again, full);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settleWhole(note, 900);
        INotes.Proposal memory later = _proposal(_oneShare(invoice, 900, 1));
        later.maturityAt = MATURITY + 90 days;
        _onLedger(supplier, abi.encodeCall(ledger.propose, (later)), full);
    }

    /// @dev A holder that has split a lot cannot finance the whole from its history.
    function test_historyIsNoCollateral() public {
        LotId lot = _root(_live(900));
        _split(supplier, lot, _two(supplier, 450, supplier, 450));
        bytes memory history =
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, lot, LotState.Split, LotState.Free);
        _bySupplier(address(liens), abi.encodeCall(liens.pledge, (_pledgeTerms(lot, funder, 1))), history);
        FinancingId id = _offerPurchase(lot, 900);
        _fund(funder, 900);
        _bySupplier(address(financing), abi.encodeCall(financing.accept, (id)), history);
    }

    /// @dev An offer taken once is taken.
    function test_oneOfferPaysOnce() public {
        FinancingId id = _offerPurchase(_root(_live(900)), 900);
        _fund(funder, 1800);
        vm.prank(keyOf[supplier]);
        financing.accept(id);
        vm.prank(keyOf[supplier]);
        (bool done, bytes memory answer) = address(financing).call(abi.encodeCall(financing.accept, (id)));
        vm.assertFalse(done, "a second time");
        vm.assertEq(bytes32(bytes4(answer)), bytes32(IFinancing.UnexpectedFinancingState.selector), "reason");
        vm.assertEq(_balance(funder), 900, "paid once");
    }

    function _bySupplier(address target, bytes memory callData, bytes memory expected) private {
        _refused(keyOf[supplier], target, callData, expected);
    }
}
