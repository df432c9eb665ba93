// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {FacilityDebts} from "./FacilityDebts.sol";
import {IFacilities} from "./interfaces/IFacilities.sol";
import {IParties} from "./interfaces/IParties.sol";
import {Debts} from "./types/Debts.sol";
import {ASSET_KIND_LOT, AssetId, FacilityId, NOBODY, PartyId} from "./types/Ids.sol";
import {FacilityState, ROLE_FUNDER} from "./types/States.sol";

/// @title Margin calls, default, enforcement, and the sale of the claim
/// @dev Whom something is offered to signs for what it saw: an open offer is not replaced by another one, and lapses
/// when what it offers changed.
abstract contract FacilityEnforcement is FacilityDebts {
    using Debts for Debts.Debt;

    /// @dev funder, sequence, quantity: of the claim, the lien and the asset as they were offered.
    struct Sale {
        PartyId buyer;
        PartyId funder;
        uint48 priceMinor;
        uint40 expiresAt;
        uint16 sequence;
        uint64 quantity;
    }

    struct ClaimOffer {
        PartyId to;
        uint48 priceMinor;
        uint40 expiresAt;
        bytes32 agreementHash;
        bytes32 claimHash;
    }

    mapping(FacilityId facility => mapping(AssetId asset => Sale sale)) private _sales;
    mapping(FacilityId facility => ClaimOffer offer) private _claimOffers;

    /// @inheritdoc IFacilities
    function callMargin(FacilityId facility) external {
        Facility storage record = _inState(facility, FacilityState.Open);
        _requireFunder(facility, record);
        Valuation memory valuation = _valuation(record, _worthOfPool(facility, record, true));
        if (valuation.ltvBps <= record.callLtvBps) {
            revert LtvWithinLimit(facility, valuation.ltvBps, record.callLtvBps);
        }
        // Seconds of 40 bits and a period of 32: far below the end of the type for ages.
        uint40 deadline = uint40(block.timestamp + record.callPeriodS);
        (record.state, record.callDeadline) = (FacilityState.Called, deadline);
        emit MarginCalled(facility, valuation.valueMinor, valuation.debtMinor, deadline);
    }

    /// @inheritdoc IFacilities
    function liftMarginCall(FacilityId facility) external {
        Facility storage record = _inState(facility, FacilityState.Called);
        if (_actingParty() != record.borrower) _requireFunder(facility, record);
        uint256 ltvBps = _valuation(record, _worthOfPool(facility, record, true)).ltvBps;
        if (ltvBps > record.callLtvBps) revert LtvAboveLimit(facility, ltvBps, record.callLtvBps);
        (record.state, record.callDeadline) = (FacilityState.Open, 0);
        emit MarginCallLifted(facility);
    }

    /// @inheritdoc IFacilities
    function markFacilityDefaulted(FacilityId facility) external {
        Facility storage record = _existing(facility);
        if (record.state != FacilityState.Called) _inState(facility, FacilityState.Open);
        _requireFunder(facility, record);
        if (block.timestamp <= record.dueAt) revert FacilityNotDue(facility, record.dueAt, block.timestamp);
        (record.state, record.callDeadline) = (FacilityState.Defaulted, 0);
        (uint256 principal, uint256 interest) = record.debt.owed();
        emit FacilityDefaulted(facility, uint48(principal + interest));
    }

    /// @inheritdoc IFacilities
    function takeAsset(FacilityId facility, AssetId asset, uint48 priceMinor) external {
        Facility storage record = _drawnDown(facility);
        PartyId funder = _requireFunder(facility, record);
        _requireEnforceable(facility, record, asset, priceMinor);
        (bool debtLeft, uint48 taken) = _enforcedFor(facility, record, asset, funder, priceMinor);
        _paySurplus(facility, record, asset, funder, priceMinor - taken);
        _handOver(facility, asset, funder, debtLeft);
    }

    /// @inheritdoc IFacilities
    function offerSale(FacilityId facility, AssetId asset, PartyId buyer, uint48 priceMinor, uint40 expiresAt)
        external
    {
        Facility storage record = _drawnDown(facility);
        PartyId funder = _requireFunder(facility, record);
        if (buyer == funder || buyer == record.borrower) revert FacilityTermInvalid("buyer");
        _requireActive(buyer);
        if (expiresAt <= block.timestamp) revert FacilityTermInvalid("expiresAt");
        uint64 quantity = _requireEnforceable(facility, record, asset, priceMinor);
        Sale storage sale = _sales[facility][asset];
        uint16 sequence = LIENS.lienOf(asset).sequence;
        if (block.timestamp <= sale.expiresAt && _stands(sale, funder, sequence, quantity)) {
            revert SaleOpen(facility, asset, sale.expiresAt);
        }
        _sales[facility][asset] = Sale(buyer, funder, priceMinor, expiresAt, sequence, quantity);
        emit SaleOffered(facility, asset, buyer, priceMinor, expiresAt);
    }

    /// @inheritdoc IFacilities
    function buyAsset(FacilityId facility, AssetId asset) external {
        Facility storage record = _drawnDown(facility);
        PartyId actor = _actingParty();
        Sale memory sale = _sales[facility][asset];
        PartyId funder = record.funder;
        if (sale.buyer != actor) revert SaleUnknown(facility, asset);
        if (block.timestamp > sale.expiresAt) revert SaleExpired(facility, asset, sale.expiresAt);
        _requireActive(funder);
        uint64 quantity = _requireEnforceable(facility, record, asset, sale.priceMinor);
        if (!_stands(sale, funder, LIENS.lienOf(asset).sequence, quantity)) revert SaleUnknown(facility, asset);
        delete _sales[facility][asset];
        (bool debtLeft, uint48 taken) = _enforcedFor(facility, record, asset, actor, sale.priceMinor);
        _move(facility, record, actor, funder, taken);
        _paySurplus(facility, record, asset, actor, sale.priceMinor - taken);
        _handOver(facility, asset, actor, debtLeft);
    }

    /// @inheritdoc IFacilities
    function offerClaim(FacilityId facility, PartyId to, uint48 priceMinor, uint40 expiresAt, bytes32 agreementHash)
        external
    {
        Facility storage record = _drawnDown(facility);
        PartyId funder = _requireFunder(facility, record);
        if (to == funder || to == record.borrower) revert FacilityTermInvalid("to");
        _requireActive(to);
        if (priceMinor == 0) revert FacilityTermInvalid("priceMinor");
        if (expiresAt <= block.timestamp) revert FacilityTermInvalid("expiresAt");
        if (agreementHash == 0) revert FacilityTermInvalid("agreementHash");
        bytes32 claimHash = _claimHash(facility);
        ClaimOffer storage open = _claimOffers[facility];
        if (block.timestamp <= open.expiresAt && open.claimHash == claimHash) {
            revert ClaimOpen(facility, open.expiresAt);
        }
        _claimOffers[facility] = ClaimOffer(to, priceMinor, expiresAt, agreementHash, claimHash);
        emit ClaimOffered(facility, to, priceMinor, expiresAt, agreementHash);
    }

    /// @inheritdoc IFacilities
    function takeClaim(FacilityId facility) external {
        Facility storage record = _drawnDown(facility);
        PartyId actor = _actingPartyWith(ROLE_FUNDER);
        ClaimOffer memory offer = _claimOffers[facility];
        bool stands = offer.to == actor && block.timestamp <= offer.expiresAt && offer.claimHash == _claimHash(facility);
        if (!stands) revert ClaimNotOffered(facility);
        PartyId from = record.funder;
        _requireActive(from);
        delete _claimOffers[facility];
        record.funder = actor;
        emit ClaimTransferred(facility, from, actor, offer.priceMinor);
        AssetId[] memory assets = assetsOf(facility);
        for (uint256 i = 0; i < assets.length; ++i) {
            LIENS.reassign(assets[i], actor, offer.agreementHash);
        }
        _move(facility, record, actor, from, offer.priceMinor);
    }

    /// @dev Books the price of an enforced asset against the debt. What it does not need is the borrower's.
    function _enforcedFor(FacilityId facility, Facility storage record, AssetId asset, PartyId buyer, uint48 priceMinor)
        private
        returns (bool debtLeft, uint48 taken)
    {
        uint256 owed = record.debt.accrue();
        taken = priceMinor < owed ? priceMinor : uint48(owed);
        _remove(facility, asset);
        emit AssetEnforced(facility, asset, buyer, priceMinor, priceMinor - taken);
        debtLeft = _book(facility, record, taken, RepaidBy.Enforcement);
    }

    /// @dev To whom the asset belonged: the borrower, unless a court gave it to somebody else under the lien.
    function _paySurplus(
        FacilityId facility,
        Facility storage record,
        AssetId asset,
        PartyId payer,
        uint256 surplusMinor
    ) private {
        PartyId owner = asset.kindOf() == ASSET_KIND_LOT ? LEDGER.holderOf(asset) : _assetsOf(asset).holderOf(asset);
        if (surplusMinor != 0 && owner != payer) _move(facility, record, payer, owner, surplusMinor);
    }

    function _handOver(FacilityId facility, AssetId asset, PartyId buyer, bool debtLeft) private {
        LIENS.enforce(asset, buyer, _reference(facility));
        if (!debtLeft) _freeAssets(facility, asset);
    }

    /// @return quantity Of the asset as it is now.
    function _requireEnforceable(FacilityId facility, Facility storage record, AssetId asset, uint48 priceMinor)
        private
        view
        returns (uint64 quantity)
    {
        if (record.state != FacilityState.Defaulted) {
            bool late = record.state == FacilityState.Called && block.timestamp > record.callDeadline;
            // At the newest prices, however old: a source that fell silent must not shield a debtor in default of a
            // call.
            if (!late || _valuation(record, _worthOfPool(facility, record, false)).ltvBps <= record.callLtvBps) {
                revert NotEnforceable(facility, record.callDeadline);
            }
        }
        _requireInPool(facility, asset);
        Worth memory worth = _worthOf(facility, record, asset, false);
        uint256 floor = (worth.grossMinor * record.saleFloorBps + BPS - 1) / BPS;
        // Nothing is given away, however worthless.
        if (floor == 0) floor = 1;
        if (priceMinor < floor) revert PriceBelowFloor(asset, priceMinor, floor);
        // A good's quantity has 64 bits and a lot's amount 48.
        quantity = uint64(worth.quantity);
    }

    function _requireActive(PartyId party) private view {
        if (!LEDGER.isActive(party)) revert IParties.PartySuspended(party);
    }

    function _stands(Sale memory sale, PartyId funder, uint16 sequence, uint64 quantity) private pure returns (bool) {
        return sale.buyer != NOBODY && sale.funder == funder && sale.sequence == sequence && sale.quantity == quantity;
    }
}
