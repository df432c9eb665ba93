// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFinancing} from "../../../../contracts/interfaces/IFinancing.sol";
import {IInvoices} from "../../../../contracts/interfaces/IInvoices.sol";
import {ILedgerModule} from "../../../../contracts/interfaces/ILedgerModule.sol";
import {ILienRegistry} from "../../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../../contracts/interfaces/INotes.sol";
import {AssetId, FinancingId, LotId, NoteId, PartyId, assetOfLot, lotId} from "../../../../contracts/types/Ids.sol";
import {FinancingState, LotState, NoteState} from "../../../../contracts/types/States.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {vm} from "./Vm.sol";

/// @title Notes, lots, liens and loans in whatever state a test wants to start from
abstract contract NoteFixture is LedgerFixture {
    mapping(NoteId note => IInvoices.InvoiceShare[] shares) private _shares;

    // -------------------------------------------------------------------------------------------------------- notes

    function _oneShare(bytes32 fingerprint, uint48 payableMinor, uint48 amountMinor)
        internal
        pure
        returns (IInvoices.InvoiceShare[] memory shares)
    {
        shares = new IInvoices.InvoiceShare[](1);
        shares[0] = IInvoices.InvoiceShare(fingerprint, payableMinor, amountMinor);
    }

    function _proposal(IInvoices.InvoiceShare[] memory shares) internal view returns (INotes.Proposal memory) {
        return INotes.Proposal({
            debtor: debtor,
            creditor: supplier,
            currency: CNY,
            maturityAt: MATURITY,
            termsHash: keccak256("terms"),
            invoices: shares
        });
    }

    function _sharesOf(NoteId note) internal view returns (IInvoices.InvoiceShare[] memory) {
        return _shares[note];
    }

    function _proposeAs(PartyId actor, INotes.Proposal memory proposal) internal returns (NoteId note) {
        vm.prank(keyOf[actor]);
        note = ledger.propose(proposal);
        for (uint256 i = 0; i < proposal.invoices.length; ++i) {
            _shares[note].push(proposal.invoices[i]);
        }
    }

    /// @dev Proposed by the supplier over one invoice of its own.
    function _proposed(uint48 faceMinor) internal returns (NoteId) {
        return _proposeAs(supplier, _proposal(_oneShare(_hash(), faceMinor, faceMinor)));
    }

    function _confirm(NoteId note) internal {
        uint48 face = ledger.noteOf(note).faceMinor;
        vm.prank(keyOf[debtor]);
        ledger.confirm(note, face);
    }

    function _live(uint48 faceMinor) internal returns (NoteId note) {
        note = _proposed(faceMinor);
        _confirm(note);
    }

    function _matured(uint48 faceMinor) internal returns (NoteId note) {
        note = _live(faceMinor);
        vm.warp(MATURITY);
        ledger.markMatured(note);
    }

    /// @dev A note of the face in the state. Leaves the clock where that state needs it.
    function _noteIn(NoteState state, uint48 faceMinor) internal returns (NoteId note) {
        if (state == NoteState.None) return NoteId.wrap(ledger.noteCount() + 1);
        note = _proposed(faceMinor);
        if (state == NoteState.Proposed) return note;
        if (state == NoteState.Rejected) {
            IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
            vm.prank(keyOf[debtor]);
            ledger.reject(note, shares, _hash());
            return note;
        }
        if (state == NoteState.Withdrawn) {
            IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
            vm.prank(keyOf[supplier]);
            ledger.withdraw(note, shares);
            return note;
        }
        _confirm(note);
        if (state == NoteState.Live) return note;
        if (state == NoteState.Cancelled) {
            IInvoices.InvoiceShare[] memory shares = _sharesOf(note);
            vm.prank(keyOf[supplier]);
            ledger.cancel(note, shares, _hash());
            return note;
        }
        if (state == NoteState.Disputed) {
            _dispute(note, 1);
            return note;
        }
        vm.warp(MATURITY);
        if (state == NoteState.Settled) {
            _fund(debtor, faceMinor);
            _settleWhole(note, faceMinor);
            return note;
        }
        ledger.markMatured(note);
        if (state == NoteState.Matured) return note;
        vm.warp(MATURITY + 1 days);
        ledger.markOverdue(note);
        if (state == NoteState.Overdue) return note;
        vm.prank(ARBITER);
        ledger.writeOff(note, _hash());
    }

    function _dispute(NoteId note, uint48 amountMinor) internal {
        bytes32 evidence = _hash();
        vm.prank(keyOf[debtor]);
        ledger.dispute(note, amountMinor, evidence);
    }

    function _resolve(NoteId note, uint48 upheldMinor) internal {
        bytes32 reason = _hash();
        vm.prank(ARBITER);
        ledger.resolveDispute(note, upheldMinor, reason);
    }

    function _stateOf(NoteId note) internal view returns (NoteState) {
        return ledger.noteOf(note).state;
    }

    // --------------------------------------------------------------------------------------------------------- lots

    function _root(NoteId note) internal pure returns (LotId) {
        return lotId(note, 0, 0);
    }

    function _child(PartyId holder, uint48 amountMinor) internal pure returns (ILots.Child memory) {
        return ILots.Child({amountMinor: amountMinor, holder: holder});
    }

    function _two(PartyId a, uint48 amountA, PartyId b, uint48 amountB)
        internal
        pure
        returns (ILots.Child[] memory children)
    {
        children = new ILots.Child[](2);
        children[0] = _child(a, amountA);
        children[1] = _child(b, amountB);
    }

    /// @dev Children of one cent-amount each, all for the same holder.
    function _equal(PartyId holder, uint256 count, uint48 eachMinor)
        internal
        pure
        returns (ILots.Child[] memory children)
    {
        children = new ILots.Child[](count);
        for (uint256 i = 0; i < count; ++i) {
            children[i] = _child(holder, eachMinor);
        }
    }

    function _split(PartyId holder, LotId lot, ILots.Child[] memory children) internal returns (uint24 segment) {
        bytes32 background = _hash();
        vm.prank(keyOf[holder]);
        segment = ledger.split(lot, children, background);
    }

    function _assign(PartyId holder, LotId lot, PartyId to) internal returns (LotId) {
        bytes32 background = _hash();
        vm.prank(keyOf[holder]);
        return ledger.assign(lot, to, background);
    }

    /// @dev A lot of a live note in the state, held by the supplier (offered to `second`). Settled: the whole note.
    function _lotIn(LotState state, uint48 amountMinor) internal returns (LotId lot) {
        NoteId note = _live(amountMinor);
        lot = _root(note);
        if (state == LotState.None) return lotId(note, 1, 0);
        if (state == LotState.Offered) return _assign(supplier, lot, second);
        if (state == LotState.Pledged) _pledge(supplier, lot, funder, amountMinor);
        if (state == LotState.Split) _split(supplier, lot, _two(supplier, 1, supplier, amountMinor - 1));
        if (state == LotState.Settled) {
            vm.warp(MATURITY);
            _fund(debtor, amountMinor);
            _settleWhole(note, amountMinor);
        }
    }

    // ------------------------------------------------------------------------------------------------------- pledges

    function _pledgeTerms(LotId lot, PartyId pledgee, uint48 securedMinor)
        internal
        pure
        returns (ILienRegistry.Pledge memory)
    {
        return _pledgeOf(assetOfLot(lot), pledgee, securedMinor);
    }

    function _pledgeOf(AssetId asset, PartyId pledgee, uint48 securedMinor)
        internal
        pure
        returns (ILienRegistry.Pledge memory)
    {
        return ILienRegistry.Pledge({
            asset: asset,
            pledgee: pledgee,
            securedMinor: securedMinor,
            registeredAt: START,
            agreementHash: keccak256("agreement"),
            registrationHash: keccak256("registration")
        });
    }

    function _pledge(PartyId pledgor, LotId lot, PartyId pledgee, uint48 securedMinor) internal returns (AssetId) {
        _pledgeAsset(pledgor, assetOfLot(lot), pledgee, securedMinor);
        return assetOfLot(lot);
    }

    function _pledgeAsset(PartyId pledgor, AssetId asset, PartyId pledgee, uint48 securedMinor) internal {
        vm.prank(keyOf[pledgor]);
        liens.pledge(_pledgeOf(asset, pledgee, securedMinor));
    }

    // ----------------------------------------------------------------------------------------------------- financing

    function _loanTerms(LotId lot, uint48 principalMinor) internal pure returns (IFinancing.LoanTerms memory) {
        return IFinancing.LoanTerms({
            lot: lot,
            principalMinor: principalMinor,
            rateBps: 600,
            dayBasis: 360,
            dueAt: START + 60 days,
            expiresAt: START + 10 days,
            registeredAt: START,
            agreementHash: keccak256("loan agreement"),
            registrationHash: keccak256("loan registration")
        });
    }

    function _purchaseTerms(LotId lot, uint48 priceMinor) internal pure returns (IFinancing.PurchaseTerms memory) {
        return IFinancing.PurchaseTerms({
            lot: lot, priceMinor: priceMinor, expiresAt: START + 10 days, agreementHash: keccak256("purchase agreement")
        });
    }

    function _offerLoan(LotId lot, uint48 principalMinor) internal returns (FinancingId) {
        vm.prank(keyOf[funder]);
        return financing.offerLoan(_loanTerms(lot, principalMinor));
    }

    function _offerPurchase(LotId lot, uint48 priceMinor) internal returns (FinancingId) {
        vm.prank(keyOf[funder]);
        return financing.offerPurchase(_purchaseTerms(lot, priceMinor));
    }

    function _drawnDown(LotId lot, uint48 principalMinor) internal returns (FinancingId id) {
        id = _offerLoan(lot, principalMinor);
        _fund(funder, principalMinor);
        vm.prank(keyOf[ledger.lotOf(lot).holder]);
        financing.accept(id);
    }

    /// @dev A financing in the state, over a whole note of the amount held by the supplier. The supplier has cash.
    function _financingIn(FinancingState state, uint48 amountMinor) internal returns (FinancingId id) {
        if (state == FinancingState.None) return FinancingId.wrap(financing.financingCount() + 1);
        LotId lot = _root(_live(amountMinor));
        if (state == FinancingState.Purchased) {
            id = _offerPurchase(lot, amountMinor);
            _fund(funder, amountMinor);
            vm.prank(keyOf[supplier]);
            financing.accept(id);
            return id;
        }
        if (state == FinancingState.Offered) return _offerLoan(lot, amountMinor);
        if (state == FinancingState.Withdrawn) {
            id = _offerLoan(lot, amountMinor);
            vm.prank(keyOf[funder]);
            financing.withdrawOffer(id);
            return id;
        }
        id = _drawnDown(lot, amountMinor);
        if (state == FinancingState.Repaid) {
            vm.prank(keyOf[supplier]);
            financing.repay(id, MAX_MINOR);
        }
        if (state == FinancingState.Defaulted) {
            vm.warp(START + 60 days + 1);
            vm.prank(keyOf[funder]);
            financing.markDefaulted(id);
        }
    }

    // ---------------------------------------------------------------------------------------------------- settlement

    function _range(uint24 segment, uint16 from, uint16 to)
        internal
        pure
        returns (ILedgerModule.LotRange[] memory ranges)
    {
        ranges = new ILedgerModule.LotRange[](1);
        ranges[0] = ILedgerModule.LotRange(segment, from, to);
    }

    function _settle(NoteId note, uint48 amountMinor, ILedgerModule.LotRange[] memory ranges) internal {
        vm.prank(keyOf[debtor]);
        settlement.settle(note, amountMinor, ranges);
    }

    /// @dev Settles a note whose root is undivided.
    function _settleWhole(NoteId note, uint48 amountMinor) internal {
        _settle(note, amountMinor, _range(0, 0, 0));
    }
}
