// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {CurrencyCode, FinancingId, LotId, PartyId} from "../types/Ids.sol";
import {FinancingKind, FinancingState} from "../types/States.sol";

/// @title Financing: loan against a lot, or purchase of it
/// @notice A funder offers, the holder accepts, and money and asset change hands in that same transaction or not at
/// all. Interest is simple, per whole UTC day, first day out and last day in, rounded half up to the minor unit:
/// principal x rate_bps x days / (10,000 x day_basis). Payments go to interest first. A debt never exceeds 2**48 - 1
/// minor units: interest stops there.
interface IFinancing {
    struct LoanTerms {
        LotId lot;
        uint48 principalMinor;
        uint16 rateBps;
        uint16 dayBasis;
        uint40 dueAt;
        uint40 expiresAt;
        uint40 registeredAt;
        bytes32 agreementHash;
        bytes32 registrationHash;
    }

    /// @dev A purchase is without recourse: the price is final and so is the sale.
    struct PurchaseTerms {
        LotId lot;
        uint48 priceMinor;
        uint40 expiresAt;
        bytes32 agreementHash;
    }

    struct FinancingView {
        FinancingState state;
        FinancingKind kind;
        LotId lot;
        PartyId funder;
        PartyId holder;
        CurrencyCode currency;
        uint48 drawdownMinor;
        uint48 principalMinor;
        uint48 interestMinor;
        uint48 repaidMinor;
        uint16 rateBps;
        uint16 dayBasis;
        uint40 dueAt;
        uint40 expiresAt;
    }

    event LoanOffered(FinancingId indexed financing, LotId indexed lot, PartyId indexed funder, LoanTerms terms);
    event PurchaseOffered(
        FinancingId indexed financing, LotId indexed lot, PartyId indexed funder, PurchaseTerms terms
    );
    event OfferWithdrawn(FinancingId indexed financing);
    event LoanDrawnDown(FinancingId indexed financing, PartyId indexed borrower);
    event LotPurchased(FinancingId indexed financing, PartyId indexed seller);
    /// @dev fromSettlement: taken from the debtor's payment of the pledged lot.
    event LoanRepaid(
        FinancingId indexed financing,
        uint48 interestMinor,
        uint48 principalMinor,
        uint48 principalLeftMinor,
        uint48 interestLeftMinor,
        bool fromSettlement
    );
    event LoanClosed(FinancingId indexed financing);
    event LoanDefaulted(FinancingId indexed financing, uint48 debtMinor);

    error FinancingUnknown(FinancingId financing);
    error UnexpectedFinancingState(FinancingId financing, FinancingState current, FinancingState expected);
    error NotFunder(FinancingId financing, PartyId actor);
    error NotBorrower(FinancingId financing, PartyId actor);
    error OfferExpired(FinancingId financing, uint256 expiresAt);
    error OfferToSelf(PartyId party);
    error TermInvalid(string field);
    error PrincipalAboveLot(LotId lot, uint256 lengthMinor, uint256 amountMinor);
    error RepaymentTooLarge(FinancingId financing, uint256 debtMinor, uint256 amountMinor);
    error LoanNotDue(FinancingId financing, uint256 dueAt, uint256 nowAt);

    /// @notice Offers a loan against a lot that somebody else holds.
    /// @dev Requirements: caller is a funder; the lot exists and its note is live; amount, rate, basis (360 or 365),
    /// due date (not after the note's maturity), expiry (not after the due date) and agreement make sense.
    function offerLoan(LoanTerms calldata terms) external returns (FinancingId financing);

    /// @dev Requirements: caller is a funder; the price is positive and at most the lot's amount.
    function offerPurchase(PurchaseTerms calldata terms) external returns (FinancingId financing);

    /// @dev Requirements: caller made the offer; it is open.
    function withdrawOffer(FinancingId financing) external;

    /// @notice Takes the offer: the loan is drawn down and the lot pledged, or the lot sold and paid, at once.
    /// @dev Requirements: the offer is open and not expired; the funder is active; caller holds the lot; the lot is
    /// free and its note transferable; the funder has the cash.
    function accept(FinancingId financing) external;

    /// @notice Pays back a loan in whole or in part, early or late. Interest runs to the day of payment.
    /// @param amountMinor What to pay; the largest value of the type pays the whole debt.
    /// @dev Requirements: the loan is drawn down or defaulted; caller is the borrower; the amount is positive and at
    /// most the debt.
    function repay(FinancingId financing, uint48 amountMinor) external returns (uint48 paidMinor);

    /// @dev Requirements: the loan is drawn down; caller is the funder; it is past due.
    function markDefaulted(FinancingId financing) external;

    /// @notice Takes from a settlement what the loan is owed and says to whom it goes.
    /// @return funder Who is paid.
    /// @return takenMinor How much of what was available.
    /// @return debtLeft Whether anything is still owed.
    /// @dev Requirements: caller is a module.
    function collect(FinancingId financing, uint48 availableMinor)
        external
        returns (PartyId funder, uint48 takenMinor, bool debtLeft);

    function financingOf(FinancingId financing) external view returns (FinancingView memory);

    /// @notice What the loan costs to close today.
    function debtOf(FinancingId financing) external view returns (uint48 principalMinor, uint48 interestMinor);

    function financingCount() external view returns (uint64);
}
