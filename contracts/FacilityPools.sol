// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {LedgerClient} from "./LedgerClient.sol";
import {IFacilities} from "./interfaces/IFacilities.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {ILots} from "./interfaces/ILots.sol";
import {INotes} from "./interfaces/INotes.sol";
import {IPledgeable} from "./interfaces/IPledgeable.sol";
import {IPrices} from "./interfaces/IPrices.sol";
import {Debts} from "./types/Debts.sol";
import {
    ASSET_KIND_LOT,
    AssetId,
    CurrencyCode,
    FacilityId,
    FinancingId,
    LotId,
    PartyId,
    asFinancing,
    lotOfAsset
} from "./types/Ids.sol";
import {FacilityState, LienState, NoteState} from "./types/States.sol";

/// @title What a facility is secured with, and what that is worth
/// @dev The lien registry alone says what is in a pool: the pledgee releases there and an order enforces there, and
/// nobody tells this contract. The list here only says where to look, and is cleared of what left whenever something is
/// added.
abstract contract FacilityPools is LedgerClient, IFacilities {
    using Debts for Debts.Debt;

    /// @dev Of an offer only the first word is written: state, funder, borrower, expiry.
    struct Facility {
        FacilityState state;
        PartyId funder;
        PartyId borrower;
        uint40 expiresAt;
        PartyId priceSource;
        CurrencyCode currency;
        uint40 dueAt;
        uint40 callDeadline;
        uint16 drawLtvBps;
        uint16 callLtvBps;
        Debts.Debt debt;
        uint48 minimumValueMinor;
        uint32 priceMaxAgeS;
        uint32 callPeriodS;
        uint16 saleFloorBps;
        uint40 registeredAt;
        bytes32 agreementHash;
        bytes32 registrationHash;
    }

    /// @dev Of one asset or of many. quantity: of an asset, in its own units.
    struct Worth {
        uint256 quantity;
        uint256 grossMinor;
        uint256 valueMinor;
        uint40 pricedAt;
    }

    uint256 internal constant MAX_ASSETS = 32;
    uint256 internal constant BPS = 10_000;
    /// @dev What stands for lots where terms name goods. No key of a good, which is a hash.
    bytes32 internal constant LOTS = bytes32(uint256(ASSET_KIND_LOT));

    ILienRegistry internal immutable LIENS;
    IPrices internal immutable PRICES;

    mapping(FacilityId facility => Facility record) internal _facilities;
    /// @dev What is left of a good's value after its haircut. Zero: the good is not agreed.
    mapping(FacilityId facility => mapping(bytes32 good => uint256 bps)) internal _keptBps;
    mapping(FacilityId facility => AssetId[] assets) internal _pools;

    constructor(ILienRegistry liens, IPrices prices) {
        LIENS = liens;
        PRICES = prices;
    }

    /// @inheritdoc IFacilities
    function assetsOf(FacilityId facility) public view returns (AssetId[] memory assets) {
        AssetId[] memory listed = _pools[facility];
        assets = new AssetId[](listed.length);
        uint256 count;
        for (uint256 i = 0; i < listed.length; ++i) {
            if (_isInPool(facility, listed[i])) assets[count++] = listed[i];
        }
        // Shortening an array in memory only forgets its tail.
        assembly ("memory-safe") {
            mstore(assets, count)
        }
    }

    /// @inheritdoc IFacilities
    function valuationOf(FacilityId facility) external view returns (Valuation memory) {
        Facility storage record = _existing(facility);
        return _valuation(record, _worthOfPool(facility, record, false));
    }

    // ------------------------------------------------------------------------------------------------------- the list

    /// @dev Before anything is added: what left may come back, and must not stand on the list twice.
    function _forgetWhatLeft(FacilityId facility) internal returns (uint256 count) {
        AssetId[] storage listed = _pools[facility];
        uint256 length = listed.length;
        for (uint256 i = 0; i < length; ++i) {
            AssetId asset = listed[i];
            if (!_isInPool(facility, asset)) continue;
            if (count != i) listed[count] = asset;
            ++count;
        }
        for (uint256 i = count; i < length; ++i) {
            listed.pop();
        }
    }

    function _remove(FacilityId facility, AssetId asset) internal {
        AssetId[] storage listed = _pools[facility];
        uint256 last = listed.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (listed[i] == asset) {
                listed[i] = listed[last];
                break;
            }
        }
        listed.pop();
    }

    function _replace(FacilityId facility, AssetId asset, AssetId replacement) internal {
        AssetId[] storage listed = _pools[facility];
        uint256 i;
        while (listed[i] != asset) ++i;
        listed[i] = replacement;
    }

    function _pledge(FacilityId facility, Facility storage record, AssetId asset) internal {
        LIENS.place(
            ILienRegistry.Pledge({
                asset: asset,
                pledgee: record.funder,
                securedMinor: record.debt.principalMinor,
                registeredAt: record.registeredAt,
                agreementHash: record.agreementHash,
                registrationHash: record.registrationHash
            }),
            record.borrower,
            asFinancing(facility)
        );
    }

    function _requireInPool(FacilityId facility, AssetId asset) internal view {
        if (!_isInPool(facility, asset)) revert AssetNotInPool(facility, asset);
    }

    function _isInPool(FacilityId facility, AssetId asset) internal view returns (bool) {
        ILienRegistry.Lien memory lien = LIENS.lienOf(asset);
        return lien.state == LienState.Active
            && FinancingId.unwrap(lien.financing) == FinancingId.unwrap(asFinancing(facility));
    }

    /// @dev Changes with every payment, and with every asset or part of one that comes or goes; not with time or
    /// prices.
    function _claimHash(FacilityId facility) internal view returns (bytes32 hash) {
        Facility storage record = _facilities[facility];
        AssetId[] memory assets = assetsOf(facility);
        hash = bytes32(uint256(record.debt.repaidMinor));
        for (uint256 i = 0; i < assets.length; ++i) {
            hash = keccak256(abi.encode(hash, assets[i], _worthOf(facility, record, assets[i], false).quantity));
        }
    }

    // ------------------------------------------------------------------------------------------------------ the value

    function _valuation(Facility storage record, Worth memory worth) internal view returns (Valuation memory) {
        (uint256 principal, uint256 interest) = record.debt.owed();
        uint256 debt = principal + interest;
        return Valuation({
            grossMinor: worth.grossMinor,
            valueMinor: worth.valueMinor,
            debtMinor: debt,
            ltvBps: _ltv(debt, worth.valueMinor),
            pricedAt: worth.pricedAt
        });
    }

    function _worthOfPool(FacilityId facility, Facility storage record, bool fresh)
        internal
        view
        returns (Worth memory total)
    {
        total = _nothing();
        AssetId[] memory assets = assetsOf(facility);
        for (uint256 i = 0; i < assets.length; ++i) {
            _add(total, _worthOf(facility, record, assets[i], fresh));
        }
    }

    /// @dev As `_worthOf`, of what is about to be pledged: at a fresh price and in the facility's currency.
    function _worthOfNew(FacilityId facility, Facility storage record, AssetId asset)
        internal
        view
        returns (Worth memory)
    {
        CurrencyCode currency = record.currency;
        if (asset.kindOf() == ASSET_KIND_LOT && LEDGER.noteOf(lotOfAsset(asset).noteOf()).currency != currency) {
            revert CurrencyUnlike(asset, currency);
        }
        return _worthOf(facility, record, asset, true);
    }

    /// @param fresh Whether a price that is missing or too old is refused; otherwise it counts as it is, or as nothing.
    function _worthOf(FacilityId facility, Facility storage record, AssetId asset, bool fresh)
        internal
        view
        returns (Worth memory worth)
    {
        worth = _nothing();
        bytes32 good = LOTS;
        uint8 decimals;
        bool isLot = asset.kindOf() == ASSET_KIND_LOT;
        bool sound = true;
        if (isLot) worth.quantity = _payableOn(lotOfAsset(asset));
        else (good, worth.quantity, decimals, sound) = _assetsOf(asset).goodsOf(asset);
        uint256 kept = _keptBps[facility][good];
        if (kept == 0) revert GoodNotAgreed(facility, good);
        if (isLot) {
            worth.grossMinor = worth.quantity;
        } else {
            (uint256 price, uint40 pricedAt) = PRICES.priceOf(record.priceSource, good, record.currency);
            if (fresh) _requireFresh(record, good, price, pricedAt);
            worth.grossMinor = price * worth.quantity / 10 ** decimals;
            worth.pricedAt = pricedAt;
        }
        // What is frozen, disputed or missing bears no debt; what it may be sold for at least is another question.
        if (sound) worth.valueMinor = worth.grossMinor * kept / BPS;
    }

    /// @dev A lot's share of what its debtor will pay as things stand: without what is disputed or was taken off.
    function _payableOn(LotId lot) private view returns (uint256) {
        INotes.NoteView memory note = LEDGER.noteOf(lot.noteOf());
        ILots.LotView memory current = LEDGER.lotOf(lot);
        uint256 unpaid = uint256(current.last) + 1 - current.first - LEDGER.paidOnLot(lot);
        if (note.state == NoteState.WrittenOff || unpaid == 0) return 0;
        uint256 unpaidOnNote = uint256(note.faceMinor) - note.paidMinor;
        // Settled in full: its last round is in the events, not on its lots.
        if (unpaidOnNote == 0) return 0;
        return unpaid * (unpaidOnNote - note.reducedMinor - note.disputedMinor) / unpaidOnNote;
    }

    function _requireFresh(Facility storage record, bytes32 good, uint256 price, uint256 pricedAt) private view {
        if (price == 0) revert PriceMissing(good);
        if (block.timestamp > pricedAt + record.priceMaxAgeS) revert PriceStale(pricedAt, block.timestamp);
    }

    function _assetsOf(AssetId asset) internal view returns (IPledgeable assets) {
        assets = IPledgeable(LIENS.assetKind(asset.kindOf()));
        if (address(assets) == address(0)) revert ILienRegistry.AssetKindUnknown(asset.kindOf());
    }

    function _existing(FacilityId facility) internal view returns (Facility storage record) {
        record = _facilities[facility];
        if (record.state == FacilityState.None) revert FacilityUnknown(facility);
    }

    function _nothing() internal pure returns (Worth memory worth) {
        worth.pricedAt = type(uint40).max;
    }

    function _add(Worth memory total, Worth memory worth) internal pure {
        total.grossMinor += worth.grossMinor;
        total.valueMinor += worth.valueMinor;
        if (worth.pricedAt < total.pricedAt) total.pricedAt = worth.pricedAt;
    }

    /// @dev Rounded up: a limit is kept to the last cent.
    function _ltv(uint256 debt, uint256 value) internal pure returns (uint256) {
        if (debt == 0) return 0;
        if (value == 0) return type(uint256).max;
        return (debt * BPS + value - 1) / value;
    }
}
