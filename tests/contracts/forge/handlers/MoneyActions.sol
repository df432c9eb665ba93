// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFinancing} from "../../../../contracts/interfaces/IFinancing.sol";
import {ILedgerModule} from "../../../../contracts/interfaces/ILedgerModule.sol";
import {ILots} from "../../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../../contracts/interfaces/INotes.sol";
import {FinancingId, NoteId, PartyId} from "../../../../contracts/types/Ids.sol";
import {FinancingKind, FinancingState, LotState, NoteState} from "../../../../contracts/types/States.sol";
import {TierTree} from "../support/TierTree.sol";
import {vm} from "../support/Vm.sol";
import {HandlerBase} from "./HandlerBase.sol";

/// @title Financing, settlement and cash
abstract contract MoneyActions is HandlerBase {
    // ------------------------------------------------------------------------------------------------------- financing

    function offerLoan(uint256 seed) external {
        (bool found, NoteId note, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Free);
        PartyId lender = funders[_word(seed, 3) % funders.length];
        if (!found || !_isActive(lender) || lender == leaf.holder) return;
        IFinancing.LoanTerms memory terms = _loanTerms(leaf.lot, _between(seed, 4, 1, _length(leaf)));
        uint256 maturity = ledger.noteOf(note).maturityAt;
        terms.dueAt = uint40(block.timestamp + 1 + _upTo(seed, 5, maturity - block.timestamp - 1));
        terms.expiresAt = uint40(block.timestamp + 1 + _upTo(seed, 6, terms.dueAt - block.timestamp - 1));
        terms.rateBps = uint16(_upTo(seed, 7, 10_000));
        terms.dayBasis = _word(seed, 8) % 2 == 0 ? 360 : 365;
        vm.prank(keyOf[lender]);
        financing.offerLoan(terms);
        _did(Action.OfferLoan);
    }

    function offerPurchase(uint256 seed) external {
        (bool found,, TierTree.Leaf memory leaf) = _pickMovable(seed, LotState.Free);
        PartyId buyer = funders[_word(seed, 3) % funders.length];
        if (!found || !_isActive(buyer) || buyer == leaf.holder) return;
        IFinancing.PurchaseTerms memory terms = _purchaseTerms(leaf.lot, _between(seed, 4, 1, _length(leaf)));
        terms.expiresAt = uint40(block.timestamp + 1 + _upTo(seed, 5, 20 days));
        vm.prank(keyOf[buyer]);
        financing.offerPurchase(terms);
        _did(Action.OfferPurchase);
    }

    function withdrawOffer(uint256 seed) external {
        if (_word(seed, 9) % 2 != 0) return;
        (bool found, FinancingId id, IFinancing.FinancingView memory offer) = _pickFinancing(seed, false);
        if (!found || !_isActive(offer.funder)) return;
        vm.prank(keyOf[offer.funder]);
        financing.withdrawOffer(id);
        _did(Action.WithdrawOffer);
    }

    function acceptOffer(uint256 seed) external {
        uint256 count = financing.financingCount();
        for (uint256 i = 0; i < count; ++i) {
            FinancingId id = FinancingId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            if (_acceptIfPossible(id)) {
                _did(Action.AcceptOffer);
                return;
            }
        }
    }

    function _acceptIfPossible(FinancingId id) private returns (bool) {
        IFinancing.FinancingView memory offer = financing.financingOf(id);
        if (offer.state != FinancingState.Offered || block.timestamp > offer.expiresAt) return false;
        NoteId note = offer.lot.noteOf();
        ILots.LotView memory lot = ledger.lotOf(offer.lot);
        if (lot.state != LotState.Free || !_isMovable(note) || lot.holder == offer.funder) return false;
        if (!_isActive(offer.funder) || !_isActive(lot.holder)) return false;
        if (offer.kind == FinancingKind.Loan && blocks[note] != 0) return false;
        // The amount offered shows only once it is paid: the lot's length is enough.
        _provide(offer.funder, lot.last - lot.first + 1);
        vm.prank(keyOf[lot.holder]);
        financing.accept(id);
        if (offer.kind == FinancingKind.Purchase) {
            _moveHeld(note, lot.holder, offer.funder, lot.last - lot.first + 1);
        }
        return true;
    }

    function repay(uint256 seed) external {
        (bool found, FinancingId id, IFinancing.FinancingView memory loan) = _pickFinancing(seed, true);
        if (!found || !_isActive(loan.holder)) return;
        (uint48 principal, uint48 interest) = financing.debtOf(id);
        uint48 owed = principal + interest;
        bool whole = _word(seed, 3) % 2 == 0;
        _provide(loan.holder, owed);
        vm.prank(keyOf[loan.holder]);
        financing.repay(id, whole ? MAX_MINOR : _between(seed, 4, 1, owed));
        _did(Action.Repay);
    }

    function markDefaulted(uint256 seed) external {
        (bool found, FinancingId id, IFinancing.FinancingView memory loan) = _pickFinancing(seed, true);
        if (!found || loan.state != FinancingState.DrawnDown || block.timestamp <= loan.dueAt) return;
        if (!_isActive(loan.funder)) return;
        vm.prank(keyOf[loan.funder]);
        financing.markDefaulted(id);
        _did(Action.MarkDefaulted);
    }

    /// @dev An open offer, or a loan that is owed.
    function _pickFinancing(uint256 seed, bool owed)
        private
        view
        returns (bool found, FinancingId id, IFinancing.FinancingView memory current)
    {
        uint256 count = financing.financingCount();
        for (uint256 i = 0; i < count; ++i) {
            id = FinancingId.wrap(uint64(1 + (_word(seed, 1) % count + i) % count));
            current = financing.financingOf(id);
            bool isOwed = current.state == FinancingState.DrawnDown || current.state == FinancingState.Defaulted;
            if (owed ? isOwed : current.state == FinancingState.Offered) return (true, id, current);
        }
    }

    // ------------------------------------------------------------------------------------------------------ settlement

    /// @dev A payment, or the rest of one, in one call.
    function payRound(uint256 seed) external {
        if (_settleSome(seed, type(uint256).max)) _did(Action.PayRound);
    }

    /// @dev A payment over the next few lots only.
    function payPart(uint256 seed) external {
        if (_settleSome(seed, 1 + _upTo(seed, 5, 2))) _did(Action.PayPart);
    }

    function _settleSome(uint256 seed, uint256 most) private returns (bool) {
        uint256 open = _bit(NoteState.Live) | _bit(NoteState.Disputed) | _bit(NoteState.Matured);
        (bool found, NoteId note) = _pickDue(seed, open | _bit(NoteState.Overdue), 0);
        if (!found) return false;
        (bool payable_, uint48 amount) = _amountFor(seed, note);
        if (!payable_) return false;
        (ILedgerModule.LotRange[] memory ranges, uint48 reached) = _rangesFrom(seed, note, most);
        _provide(debtor, amount);
        uint256 before = _balance(debtor);
        _settle(note, amount, ranges);
        paidFor[note] += before - _balance(debtor);
        bool complete = reached == ledger.noteOf(note).faceMinor;
        (roundMinor[note], roundCursor[note]) = complete ? (uint48(0), uint48(0)) : (amount, reached);
        return true;
    }

    /// @dev The amount of the round under way, or of a new one: all that is payable or a part of it.
    function _amountFor(uint256 seed, NoteId note) private view returns (bool, uint48) {
        if (roundCursor[note] != 0) return (true, roundMinor[note]);
        INotes.NoteView memory record = ledger.noteOf(note);
        uint48 open = record.faceMinor - record.reducedMinor - record.paidMinor;
        uint48 due = open - record.disputedMinor;
        if (due == 0) return (open == 0, 0);
        return (true, _word(seed, 3) % 2 == 0 ? due : _between(seed, 4, 1, due));
    }

    /// @dev The next lots behind the cursor, brothers joined or not.
    function _rangesFrom(uint256 seed, NoteId note, uint256 most)
        private
        view
        returns (ILedgerModule.LotRange[] memory ranges, uint48 reached)
    {
        TierTree.Leaf[] memory leaves = TierTree.leavesOf(ledger, note);
        ranges = new ILedgerModule.LotRange[](leaves.length);
        uint256 count;
        for (uint256 i = 0; i < leaves.length && most != 0; ++i) {
            TierTree.Leaf memory leaf = leaves[i];
            if (leaf.first <= roundCursor[note]) continue;
            bool joins = count != 0 && ranges[count - 1].segment == leaf.segment
                && ranges[count - 1].to + 1 == leaf.index && _word(seed, 6) % 3 != 0;
            if (joins) ranges[count - 1].to = leaf.index;
            else ranges[count++] = ILedgerModule.LotRange(leaf.segment, leaf.index, leaf.index);
            reached = leaf.last;
            --most;
        }
        assembly ("memory-safe") {
            mstore(ranges, count)
        }
    }

    // ------------------------------------------------------------------------------------------------------------ cash

    function moveCash(uint256 seed) external {
        PartyId from = _supplier(seed, 1);
        PartyId to = _word(seed, 2) % 2 == 0 ? debtor : funder;
        uint256 balance = _balance(from);
        if (balance == 0 || !_isActive(from)) return;
        vm.prank(keyOf[from]);
        cash.transfer(to, CNY, 1 + _upTo(seed, 3, balance - 1), keccak256("for something"));
        _did(Action.MoveCash);
    }

    function redeem(uint256 seed) external {
        PartyId from = _supplier(seed, 1);
        uint256 balance = _balance(from);
        if (balance == 0 || !_isActive(from)) return;
        uint256 amount = 1 + _upTo(seed, 3, balance - 1);
        vm.prank(keyOf[from]);
        uint64 redemption = cash.redeem(CNY, amount, keccak256("account"));
        redeemedMinor += amount;
        vm.prank(BANK);
        cash.attestPayout(redemption, keccak256("payment"));
        _did(Action.Redeem);
    }
}
