// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IFinancing} from "../../../contracts/interfaces/IFinancing.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {FinancingId, LotId, NoteId, PartyId, assetOfLot, lotId} from "../../../contracts/types/Ids.sol";
import {
    FinancingKind,
    FinancingState,
    LienState,
    LotState,
    PartyState,
    ROLE_FUNDER
} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Offers and their acceptance. Branches: Financing.tree. Repayment: Repayment.t.sol.
contract FinancingTest is NoteFixture {
    uint48 private constant AMOUNT = 900;

    // --------------------------------------------------------------------------------------------------------- offers

    function test_offerLoan_records() public {
        LotId lot = _root(_live(AMOUNT));
        IFinancing.LoanTerms memory terms = _loanTerms(lot, 800);
        vm.expectEmit(address(financing));
        emit IFinancing.LoanOffered(FinancingId.wrap(1), lot, funder, terms);
        vm.prank(keyOf[funder]);
        FinancingId id = financing.offerLoan(terms);
        IFinancing.FinancingView memory view_ = financing.financingOf(id);
        vm.assertEq(uint256(view_.state), uint256(FinancingState.Offered), "state");
        vm.assertEq(uint256(view_.kind), uint256(FinancingKind.Loan), "kind");
        vm.assertEq(LotId.unwrap(view_.lot), LotId.unwrap(lot), "lot");
        vm.assertEq(PartyId.unwrap(view_.funder), PartyId.unwrap(funder), "funder");
        vm.assertEq(PartyId.unwrap(view_.holder), 0, "nobody has accepted");
        vm.assertEq(view_.drawdownMinor + view_.principalMinor + view_.interestMinor + view_.repaidMinor, 0, "no debt");
        vm.assertEq(view_.rateBps, 600, "rate");
        vm.assertEq(view_.dayBasis, 360, "basis");
        vm.assertEq(view_.dueAt, START + 60 days, "due");
        vm.assertEq(view_.expiresAt, START + 10 days, "expires");
        vm.assertEq(financing.financingCount(), 1, "count");
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Free), "an offer locks nothing");
    }

    function test_offerPurchase_records() public {
        LotId lot = _root(_live(AMOUNT));
        IFinancing.PurchaseTerms memory terms = _purchaseTerms(lot, AMOUNT);
        vm.expectEmit(address(financing));
        emit IFinancing.PurchaseOffered(FinancingId.wrap(1), lot, funder, terms);
        vm.prank(keyOf[funder]);
        FinancingId id = financing.offerPurchase(terms);
        IFinancing.FinancingView memory view_ = financing.financingOf(id);
        vm.assertEq(uint256(view_.state), uint256(FinancingState.Offered), "state");
        vm.assertEq(uint256(view_.kind), uint256(FinancingKind.Purchase), "kind");
        vm.assertEq(view_.expiresAt, START + 10 days, "expires");
    }

    function test_offers_areForFundersOnly() public {
        LotId lot = _root(_live(AMOUNT));
        bytes memory missing = abi.encodeWithSelector(IParties.RoleMissing.selector, second, ROLE_FUNDER);
        _refusesCall(second, abi.encodeCall(financing.offerLoan, (_loanTerms(lot, 1))), missing);
        _refusesCall(second, abi.encodeCall(financing.offerPurchase, (_purchaseTerms(lot, 1))), missing);
    }

    function test_offers_areForLotsOfOthers() public {
        LotId lot = _root(_live(AMOUNT));
        vm.prank(address(financing));
        ledger.transferSold(lot, supplier, funder);
        bytes memory self = abi.encodeWithSelector(IFinancing.OfferToSelf.selector, funder);
        _refusesLoan(_loanTerms(lot, 1), self);
        _refusesPurchase(_purchaseTerms(lot, 1), self);
    }

    function test_offers_ofAtMostTheLot() public {
        NoteId note = _live(AMOUNT);
        _split(supplier, _root(note), _two(supplier, 400, supplier, 500));
        LotId lot = lotId(note, 1, 1);
        bytes memory above = abi.encodeWithSelector(IFinancing.PrincipalAboveLot.selector, lot, 500, 501);
        _refusesLoan(_loanTerms(lot, 501), above);
        _refusesPurchase(_purchaseTerms(lot, 501), above);
        _offerLoan(lot, 500);
        _offerPurchase(lot, 500);
        LotId unknown = lotId(note, 1, 2);
        bytes memory missing = abi.encodeWithSelector(ILots.LotUnknown.selector, unknown);
        _refusesLoan(_loanTerms(unknown, 1), missing);
        _refusesPurchase(_purchaseTerms(unknown, 1), missing);
    }

    function test_offerLoan_refusesTermsThatMakeNoSense() public {
        LotId lot = _root(_live(AMOUNT));
        IFinancing.LoanTerms memory terms = _loanTerms(lot, 0);
        _refusesLoan(terms, _invalid("amountMinor"));
        terms = _loanTerms(lot, 1);
        terms.expiresAt = START;
        _refusesLoan(terms, _invalid("expiresAt"));
        terms.expiresAt = terms.dueAt + 1;
        _refusesLoan(terms, _invalid("expiresAt"));
        terms = _loanTerms(lot, 1);
        terms.agreementHash = 0;
        _refusesLoan(terms, _invalid("agreementHash"));
        terms = _loanTerms(lot, 1);
        terms.rateBps = 10_001;
        _refusesLoan(terms, _invalid("rateBps"));
        terms = _loanTerms(lot, 1);
        terms.registeredAt = START + 1;
        _refusesLoan(terms, _invalid("registeredAt"));
    }

    function test_offerLoan_refusesDaysThatMakeNoSense() public {
        LotId lot = _root(_live(AMOUNT));
        IFinancing.LoanTerms memory terms = _loanTerms(lot, 1);
        uint16[4] memory bases = [uint16(0), 359, 364, 366];
        for (uint256 i = 0; i < bases.length; ++i) {
            terms.dayBasis = bases[i];
            _refusesLoan(terms, _invalid("dayBasis"));
        }
        terms = _loanTerms(lot, 1);
        terms.dueAt = START;
        _refusesLoan(terms, _invalid("dueAt"));
        terms.dueAt = MATURITY + 1;
        _refusesLoan(terms, _invalid("dueAt"));
    }

    function test_offerLoan_atTheEdgesOfItsTerms() public {
        IFinancing.LoanTerms memory terms = _loanTerms(_root(_live(AMOUNT)), AMOUNT);
        (terms.rateBps, terms.dayBasis, terms.dueAt, terms.expiresAt) = (10_000, 365, MATURITY, MATURITY);
        vm.prank(keyOf[funder]);
        financing.offerLoan(terms);
        (terms.rateBps, terms.dueAt, terms.expiresAt) = (0, START + 1, START + 1);
        vm.prank(keyOf[funder]);
        financing.offerLoan(terms);
    }

    function test_offerPurchase_refusesTermsThatMakeNoSense() public {
        LotId lot = _root(_live(AMOUNT));
        IFinancing.PurchaseTerms memory terms = _purchaseTerms(lot, 0);
        _refusesPurchase(terms, _invalid("amountMinor"));
        terms = _purchaseTerms(lot, 1);
        terms.expiresAt = START;
        _refusesPurchase(terms, _invalid("expiresAt"));
        terms = _purchaseTerms(lot, 1);
        terms.agreementHash = 0;
        _refusesPurchase(terms, _invalid("agreementHash"));
    }

    function test_withdrawOffer_byItsFunder() public {
        FinancingId id = _offerLoan(_root(_live(AMOUNT)), 800);
        bytes memory call_ = abi.encodeCall(financing.withdrawOffer, (id));
        _refusesCall(rival, call_, abi.encodeWithSelector(IFinancing.NotFunder.selector, id, rival));
        _refusesCall(supplier, call_, abi.encodeWithSelector(IFinancing.NotFunder.selector, id, supplier));
        vm.expectEmit(address(financing));
        emit IFinancing.OfferWithdrawn(id);
        vm.prank(keyOf[funder]);
        financing.withdrawOffer(id);
        _is(id, FinancingState.Withdrawn);
    }

    // --------------------------------------------------------------------------------------------------------- accept

    function test_accept_aLoanMovesMoneyAndPledgesTheLotAtOnce() public {
        LotId lot = _root(_live(AMOUNT));
        FinancingId id = _offerLoan(lot, 800);
        _fund(funder, 1000);
        vm.expectEmit(address(financing));
        emit IFinancing.LoanDrawnDown(id, supplier);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(funder, supplier, CNY, 800, bytes32(uint256(1)));
        vm.prank(keyOf[supplier]);
        financing.accept(id);
        _is(id, FinancingState.DrawnDown);
        IFinancing.FinancingView memory view_ = financing.financingOf(id);
        vm.assertEq(PartyId.unwrap(view_.holder), PartyId.unwrap(supplier), "borrower");
        vm.assertEq(view_.drawdownMinor, 800, "drawdown");
        vm.assertEq(view_.principalMinor, 800, "principal");
        vm.assertEq(_balance(funder), 200, "funder");
        vm.assertEq(_balance(supplier), 800, "borrower's cash");
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Pledged), "lot");
        ILienRegistry.Lien memory lien = liens.lienOf(assetOfLot(lot));
        vm.assertEq(uint256(lien.state), uint256(LienState.Active), "lien");
        vm.assertEq(FinancingId.unwrap(lien.financing), FinancingId.unwrap(id), "lien of this loan");
        vm.assertEq(PartyId.unwrap(lien.pledgee), PartyId.unwrap(funder), "pledgee");
        vm.assertEq(lien.registeredAt, START, "registered");
    }

    function test_accept_aPurchaseMovesMoneyAndLotAtOnce() public {
        LotId lot = _root(_live(AMOUNT));
        FinancingId id = _offerPurchase(lot, 850);
        _fund(funder, 850);
        vm.expectEmit(address(financing));
        emit IFinancing.LotPurchased(id, supplier);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(funder, supplier, CNY, 850, bytes32(uint256(1)));
        vm.prank(keyOf[supplier]);
        financing.accept(id);
        _is(id, FinancingState.Purchased);
        vm.assertEq(financing.financingOf(id).drawdownMinor, 850, "paid");
        vm.assertEq(_balance(supplier), 850, "seller");
        vm.assertEq(PartyId.unwrap(ledger.lotOf(lot).holder), PartyId.unwrap(funder), "buyer holds it");
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Free), "free");
    }

    function test_accept_withoutTheFundersMoneyMovesNothing() public {
        LotId lot = _root(_live(AMOUNT));
        FinancingId loan = _offerLoan(lot, 800);
        FinancingId purchase = _offerPurchase(lot, 800);
        _fund(funder, 799);
        bytes memory short = abi.encodeWithSelector(ICash.CashInsufficient.selector, funder, CNY, 799, 800);
        _refusesCall(supplier, abi.encodeCall(financing.accept, (loan)), short);
        _refusesCall(supplier, abi.encodeCall(financing.accept, (purchase)), short);
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Free), "still free");
        vm.assertEq(PartyId.unwrap(ledger.lotOf(lot).holder), PartyId.unwrap(supplier), "still the supplier's");
        vm.assertEq(uint256(liens.lienOf(assetOfLot(lot)).state), uint256(LienState.None), "no lien");
        _is(loan, FinancingState.Offered);
    }

    function test_accept_byTheHolderOnly() public {
        LotId lot = _root(_live(AMOUNT));
        FinancingId loan = _offerLoan(lot, 800);
        FinancingId purchase = _offerPurchase(lot, 800);
        _fund(funder, 1600);
        PartyId[3] memory others = [second, debtor, rival];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory expected = abi.encodeWithSelector(ILots.NotHolder.selector, lot, others[i], supplier);
            _refusesCall(others[i], abi.encodeCall(financing.accept, (loan)), expected);
            _refusesCall(others[i], abi.encodeCall(financing.accept, (purchase)), expected);
        }
    }

    function test_accept_untilItExpires() public {
        FinancingId late = _offerLoan(_root(_live(AMOUNT)), 800);
        FinancingId inTime = _offerPurchase(_root(_live(AMOUNT)), 800);
        _fund(funder, 1600);
        vm.warp(START + 10 days + 1);
        _refusesCall(
            supplier,
            abi.encodeCall(financing.accept, (late)),
            abi.encodeWithSelector(IFinancing.OfferExpired.selector, late, START + 10 days)
        );
        vm.warp(START + 10 days);
        vm.prank(keyOf[supplier]);
        financing.accept(inTime);
    }

    function test_accept_refusesWhileTheFunderIsSuspended() public {
        FinancingId id = _offerLoan(_root(_live(AMOUNT)), 800);
        _fund(funder, 800);
        vm.prank(REGISTRAR);
        ledger.setPartyState(funder, PartyState.Suspended);
        _refusesCall(
            supplier,
            abi.encodeCall(financing.accept, (id)),
            abi.encodeWithSelector(IParties.PartySuspended.selector, funder)
        );
        vm.prank(REGISTRAR);
        ledger.setPartyState(funder, PartyState.Active);
        vm.prank(keyOf[supplier]);
        financing.accept(id);
    }

    function test_accept_aPurchaseByTheDebtorOfItsOwnNote() public {
        NoteId note = _live(AMOUNT);
        vm.prank(REGISTRAR);
        ledger.setPartyRoles(debtor, ROLE_FUNDER);
        vm.prank(keyOf[debtor]);
        FinancingId id = financing.offerPurchase(_purchaseTerms(_root(note), 1));
        _fund(debtor, 1);
        _refusesCall(
            supplier,
            abi.encodeCall(financing.accept, (id)),
            abi.encodeWithSelector(ILots.AssigneeIsDebtor.selector, note)
        );
    }

    function test_accept_oncePledgedOrSplitMeanwhile() public {
        LotId pledged = _root(_live(AMOUNT));
        LotId split = _root(_live(AMOUNT));
        FinancingId loan = _offerLoan(pledged, 800);
        FinancingId purchase = _offerPurchase(pledged, 800);
        FinancingId ofSplit = _offerLoan(split, 800);
        _fund(funder, 2400);
        _pledge(supplier, pledged, rival, 1);
        _split(supplier, split, _two(supplier, 1, supplier, AMOUNT - 1));
        bytes memory taken =
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, pledged, LotState.Pledged, LotState.Free);
        _refusesCall(
            supplier,
            abi.encodeCall(financing.accept, (loan)),
            abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, assetOfLot(pledged))
        );
        _refusesCall(supplier, abi.encodeCall(financing.accept, (purchase)), taken);
        _refusesCall(
            supplier,
            abi.encodeCall(financing.accept, (ofSplit)),
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, split, LotState.Split, LotState.Free)
        );
    }

    function test_accept_ofOnesOwnOfferAfterBuyingTheLot() public {
        LotId lot = _root(_live(AMOUNT));
        FinancingId loan = _offerLoan(lot, 800);
        FinancingId purchase = _offerPurchase(lot, 800);
        _fund(funder, 800);
        vm.prank(address(financing));
        ledger.transferSold(lot, supplier, funder);
        _refusesCall(
            funder,
            abi.encodeCall(financing.accept, (loan)),
            abi.encodeWithSelector(ILienRegistry.PledgeeIsPledgor.selector, funder)
        );
        _refusesCall(
            funder,
            abi.encodeCall(financing.accept, (purchase)),
            abi.encodeWithSelector(ICash.CashToSelf.selector, funder)
        );
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _refusesLoan(IFinancing.LoanTerms memory terms, bytes memory expected) private {
        _refusesCall(funder, abi.encodeCall(financing.offerLoan, (terms)), expected);
    }

    function _refusesPurchase(IFinancing.PurchaseTerms memory terms, bytes memory expected) private {
        _refusesCall(funder, abi.encodeCall(financing.offerPurchase, (terms)), expected);
    }

    function _refusesCall(PartyId actor, bytes memory callData, bytes memory expected) private {
        _refused(keyOf[actor], address(financing), callData, expected);
    }

    function _invalid(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFinancing.TermInvalid.selector, field);
    }

    function _is(FinancingId id, FinancingState expected) private view {
        vm.assertEq(uint256(financing.financingOf(id).state), uint256(expected), "state of the financing");
    }
}
