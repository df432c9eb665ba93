// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AssetId, CurrencyCode, FacilityId, FinancingId, PartyId} from "../types/Ids.sol";
import {FacilityState} from "../types/States.sol";

/// @title Facilities: a loan over a pool of pledged assets whose value is watched
/// @notice A funder lends against receipts, bills of lading and lots together. Goods count at the price of a source
/// that both named, lots with what is unpaid on them, neither disputed nor taken off, and with nothing once written
/// off; each kind is reduced by the haircut that the agreement sets for it. Values round down, asset by asset. The
/// value after haircuts bears the debt: loan-to-value (LTV) is debt x 10,000 / value, rounded up. Interest as for loans
/// (IFinancing).
///
/// The pool floats: the borrower may substitute and withdraw assets while the agreed minimum value stays in pledge and
/// the LTV stays within the drawdown limit. Above the call limit the funder may call for margin; when the deadline has
/// passed and the LTV is still above the limit, or the loan is in default, assets may be enforced one by one: taken
/// over by the funder or sold to a buyer, at no less than the agreed share of their value, debt first and surplus to
/// the holder. That value is at the newest prices, whatever their age. The pledgee releases assets and parts of them in
/// the lien registry, as with every other lien. Drawn down means Open, Called or Defaulted.
interface IFacilities {
    /// @dev good: the key of a good, or `bytes32(uint256(1))`, the kind of lots, for lots. haircutBps: below 10,000.
    struct GoodTerms {
        bytes32 good;
        uint16 haircutBps;
    }

    /// @dev Times in seconds UTC, amounts in minor units. minimumValueMinor: after haircuts, what must stay in pledge
    /// while the borrower substitutes and withdraws. saleFloorBps: of an asset's value before its haircut.
    /// priceMaxAgeS: how old a price may be for drawdown, addition, substitution, withdrawal and margin call.
    /// priceSource: zero where lots are the only good.
    struct Terms {
        PartyId borrower;
        CurrencyCode currency;
        uint48 principalMinor;
        uint16 rateBps;
        uint16 dayBasis;
        uint40 dueAt;
        uint40 expiresAt;
        PartyId priceSource;
        uint32 priceMaxAgeS;
        uint16 drawLtvBps;
        uint16 callLtvBps;
        uint32 callPeriodS;
        uint16 saleFloorBps;
        uint48 minimumValueMinor;
        uint40 registeredAt;
        bytes32 agreementHash;
        bytes32 registrationHash;
        GoodTerms[] goods;
        AssetId[] assets;
    }

    /// @dev callDeadline: of an open margin call, else zero. Of an offer state, funder, borrower and expiresAt are
    /// kept, and the rest is zero.
    struct FacilityView {
        FacilityState state;
        PartyId funder;
        PartyId borrower;
        CurrencyCode currency;
        uint48 principalMinor;
        uint48 interestMinor;
        uint48 repaidMinor;
        uint16 rateBps;
        uint16 dayBasis;
        uint40 dueAt;
        uint40 expiresAt;
        uint40 callDeadline;
        PartyId priceSource;
        uint32 priceMaxAgeS;
        uint16 drawLtvBps;
        uint16 callLtvBps;
        uint32 callPeriodS;
        uint16 saleFloorBps;
        uint48 minimumValueMinor;
    }

    /// @dev grossMinor: before haircuts. ltvBps: the largest value of its type where the value is zero and a debt is
    /// left. pricedAt: observation of the oldest price in it; the largest value of its type where no goods are in it.
    struct Valuation {
        uint256 grossMinor;
        uint256 valueMinor;
        uint256 debtMinor;
        uint256 ltvBps;
        uint40 pricedAt;
    }

    event FacilityOffered(FacilityId indexed facility, PartyId indexed funder, PartyId indexed borrower, Terms terms);
    event FacilityWithdrawn(FacilityId indexed facility);
    event FacilityDrawnDown(FacilityId indexed facility, uint256 valueMinor, uint256 ltvBps);
    event AssetAdded(FacilityId indexed facility, AssetId indexed asset);
    event AssetSubstituted(FacilityId indexed facility, AssetId indexed asset, AssetId indexed replacement);
    event AssetWithdrawn(FacilityId indexed facility, AssetId indexed asset);
    event FacilityRepaid(
        FacilityId indexed facility,
        uint48 interestMinor,
        uint48 principalMinor,
        uint48 principalLeftMinor,
        uint48 interestLeftMinor,
        RepaidBy by
    );
    event FacilityClosed(FacilityId indexed facility);
    event MarginCalled(FacilityId indexed facility, uint256 valueMinor, uint256 debtMinor, uint40 deadline);
    event MarginCallLifted(FacilityId indexed facility);
    event FacilityDefaulted(FacilityId indexed facility, uint48 debtMinor);
    event SaleOffered(
        FacilityId indexed facility, AssetId indexed asset, PartyId indexed buyer, uint48 priceMinor, uint40 expiresAt
    );
    /// @dev surplusMinor: of the price, what went to the asset's holder, which is the borrower unless a court decided
    /// otherwise. buyer: the funder, where it took the asset over.
    event AssetEnforced(
        FacilityId indexed facility,
        AssetId indexed asset,
        PartyId indexed buyer,
        uint48 priceMinor,
        uint48 surplusMinor
    );
    event ClaimOffered(
        FacilityId indexed facility, PartyId indexed to, uint48 priceMinor, uint40 expiresAt, bytes32 agreementHash
    );
    event ClaimTransferred(FacilityId indexed facility, PartyId indexed from, PartyId indexed to, uint48 priceMinor);

    /// @dev Whence a repayment came.
    enum RepaidBy {
        Borrower,
        Settlement,
        Enforcement
    }

    error FacilityUnknown(FacilityId facility);
    error UnexpectedFacilityState(FacilityId facility, FacilityState current, FacilityState expected);
    error NotFacilityFunder(FacilityId facility, PartyId actor);
    error NotFacilityBorrower(FacilityId facility, PartyId actor);
    error FacilityTermInvalid(string field);
    error TermsUnlike(FacilityId facility);
    error FacilityOfferExpired(FacilityId facility, uint256 expiresAt);
    error GoodNotAgreed(FacilityId facility, bytes32 good);
    error CurrencyUnlike(AssetId asset, CurrencyCode currency);
    error PriceMissing(bytes32 good);
    error PriceStale(uint256 pricedAt, uint256 nowAt);
    error LtvAboveLimit(FacilityId facility, uint256 ltvBps, uint256 limitBps);
    error ValueBelowMinimum(FacilityId facility, uint256 valueMinor, uint256 minimumMinor);
    error SubstituteWorthLess(AssetId replacement, uint256 valueMinor, uint256 formerMinor);
    error AssetNotInPool(FacilityId facility, AssetId asset);
    error PoolFull(FacilityId facility, uint256 maximum);
    error LtvWithinLimit(FacilityId facility, uint256 ltvBps, uint256 limitBps);
    error NotEnforceable(FacilityId facility, uint256 callDeadline);
    error PriceBelowFloor(AssetId asset, uint256 priceMinor, uint256 floorMinor);
    error SaleUnknown(FacilityId facility, AssetId asset);
    error SaleOpen(FacilityId facility, AssetId asset, uint256 expiresAt);
    error SaleExpired(FacilityId facility, AssetId asset, uint256 expiresAt);
    error ClaimNotOffered(FacilityId facility);
    error ClaimOpen(FacilityId facility, uint256 expiresAt);
    error FacilityNotDue(FacilityId facility, uint256 dueAt, uint256 nowAt);
    error FacilityRepaymentTooLarge(FacilityId facility, uint256 debtMinor, uint256 amountMinor);

    /// @notice Offers a facility to the party that holds the assets.
    /// @dev Requirements: caller is a funder; every term makes sense (FacilityTermInvalid names the field): borrower
    /// another party that exists, principal, limits and periods positive, minimum value zero or more, rate at most
    /// 10,000 bps, basis 360 or 365, dates in order, registered before now, 1 to 32 assets, 1 to 16 goods each named
    /// once, drawLtvBps <= callLtvBps <= 10,000, saleFloorBps <= 10,000, a price source that is one and not the
    /// borrower, agreement stated.
    function offerFacility(Terms calldata terms) external returns (FacilityId facility);

    /// @dev Requirements: caller made the offer; it is open.
    function withdrawFacility(FacilityId facility) external;

    /// @notice Takes the offer: every asset is pledged and the money paid, at once.
    /// @param terms As offered.
    /// @dev Requirements: caller is the borrower; the offer is open and not expired; the funder is active; every asset
    /// may be pledged by the caller and its good is agreed; prices are fresh; value and LTV are within the terms; the
    /// funder has the cash.
    function acceptFacility(FacilityId facility, Terms calldata terms) external;

    /// @dev Requirements: caller is the borrower; drawn down; the asset may be pledged by it, its good is agreed and
    /// the good's price fresh; fewer than 32 assets are in the pool.
    function addAsset(FacilityId facility, AssetId asset) external;

    /// @notice Puts equal or better goods in the place of an asset.
    /// @dev Requirements: caller is the borrower; state Open; `asset` is in the pool; the replacement is worth at least
    /// as much, after haircuts at fresh prices; minimum value and drawdown limit hold afterwards.
    function substituteAsset(FacilityId facility, AssetId asset, AssetId replacement) external;

    /// @notice Takes an asset out of the floating pool.
    /// @dev Requirements: caller is the borrower; state Open; the asset is in the pool; prices are fresh; minimum value
    /// and drawdown limit hold afterwards.
    function withdrawAsset(FacilityId facility, AssetId asset) external;

    /// @param amountMinor What to pay; the largest value of the type pays the whole debt.
    /// @dev Requirements: drawn down; caller is the borrower; positive and at most the debt. The last cent frees every
    /// asset.
    function repayFacility(FacilityId facility, uint48 amountMinor) external returns (uint48 paidMinor);

    /// @dev Requirements: caller is the funder; state Open; prices are fresh; the LTV is above the call limit.
    function callMargin(FacilityId facility) external;

    /// @dev Requirements: caller is funder or borrower; a call is open; prices are fresh; the LTV is at most the call
    /// limit.
    function liftMarginCall(FacilityId facility) external;

    /// @dev Requirements: caller is the funder; Open or Called; past due.
    function markFacilityDefaulted(FacilityId facility) external;

    /// @notice The funder takes an asset over at a price, which counts against the debt; what is above goes to the
    /// borrower in cash.
    /// @dev Requirements: caller is the funder; enforceable (in default, or a margin call whose deadline has passed
    /// while the LTV is above the limit); the asset is in the pool; the price is at least the floor, and at least one
    /// minor unit.
    function takeAsset(FacilityId facility, AssetId asset, uint48 priceMinor) external;

    /// @notice Offers an asset to a buyer. The offer lapses when the claim, the lien or the asset's quantity changes.
    /// @dev Requirements: as for takeAsset; the buyer is active and neither funder nor borrower; expiresAt lies ahead;
    /// no other offer of the asset is open.
    function offerSale(FacilityId facility, AssetId asset, PartyId buyer, uint48 priceMinor, uint40 expiresAt) external;

    /// @notice The buyer pays, the debt is paid first, and the asset is the buyer's, at once.
    /// @dev Requirements: caller is the buyer of an open sale; the funder is active; still enforceable, at the floor of
    /// now; the asset is in the pool; the buyer has the cash.
    function buyAsset(FacilityId facility, AssetId asset) external;

    /// @notice The funder offers its claim, liens included, to another funder. The offer lapses when anything is
    /// repaid, and when an asset or a part of one comes into the pool or leaves it.
    /// @dev Requirements: caller is the funder; drawn down; `to` is active, and neither funder nor borrower; the price
    /// is positive; expiresAt lies ahead; the agreement is stated; no other offer is open.
    function offerClaim(FacilityId facility, PartyId to, uint48 priceMinor, uint40 expiresAt, bytes32 agreementHash)
        external;

    /// @dev Requirements: caller is the one that the claim is offered to, and a funder; the offer is open and its
    /// funder active; the caller has the cash.
    function takeClaim(FacilityId facility) external;

    /// @notice Takes from the settlement of a pledged lot what the facility is owed.
    /// @dev Requirements: caller is a module, which discharges the lot's own lien where that is due; drawn down. The
    /// last cent frees every other asset.
    function collect(FinancingId financing, AssetId asset, uint48 availableMinor)
        external
        returns (PartyId funder, uint48 takenMinor, bool debtLeft);

    function facilityOf(FacilityId facility) external view returns (FacilityView memory);

    /// @notice The assets under an active lien of this facility.
    function assetsOf(FacilityId facility) external view returns (AssetId[] memory);

    /// @notice Recomputes the value, at the newest prices whatever their age.
    function valuationOf(FacilityId facility) external view returns (Valuation memory);

    function facilityCount() external view returns (uint64);
}
