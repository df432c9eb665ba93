// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Administered} from "./Administered.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {IParties} from "./interfaces/IParties.sol";
import {IStocks} from "./interfaces/IStocks.sol";
import {CurrencyCode, PartyId, StockId} from "./types/Ids.sol";
import {ROLE_INSPECTOR, ROLE_KEEPER} from "./types/States.sol";

/// @title Stocks: what inspectors counted, and what receipts stand on it
/// @dev One word holds all that issuing and pledging ask of a stock.
abstract contract Stocks is Administered, LedgerClient, IStocks {
    struct Stock {
        PartyId keeper;
        uint64 attested;
        uint64 receipted;
        uint40 attestedAt;
        uint40 freshUntil;
        uint8 decimals;
    }

    struct StockKeys {
        bytes32 site;
        bytes32 good;
    }

    /// @dev Declared values of live receipts, in minor units.
    struct Exposure {
        uint96 minor;
        uint96 capMinor;
    }

    uint8 private constant MAX_DECIMALS = 18;
    uint32 private constant FIRST_MAX_AGE_S = 30 days;
    uint32 private constant MIN_MAX_AGE_S = 1 days;

    uint32 private _stockCount;
    uint32 private _attestationAge = FIRST_MAX_AGE_S;
    mapping(StockId stock => Stock record) private _stocks;
    mapping(StockId stock => StockKeys keys) private _stockKeys;
    mapping(bytes32 identity => StockId stock) private _stockByIdentity;
    /// @dev key: `currency << 24 | keeper`.
    mapping(uint256 account => Exposure exposure) private _exposures;

    /// @inheritdoc IStocks
    function openStock(bytes32 site, bytes32 good, uint8 decimals) external returns (StockId stock) {
        PartyId keeper = _actingPartyWith(ROLE_KEEPER);
        if (site == 0 || good == 0) revert StockKeyMissing();
        if (decimals > MAX_DECIMALS) revert DecimalsInvalid(decimals, MAX_DECIMALS);
        bytes32 identity = keccak256(abi.encode(keeper, site, good));
        StockId known = _stockByIdentity[identity];
        if (StockId.unwrap(known) != 0) revert StockExists(known);
        stock = StockId.wrap(++_stockCount);
        _stockByIdentity[identity] = stock;
        _stocks[stock].keeper = keeper;
        _stocks[stock].decimals = decimals;
        _stockKeys[stock] = StockKeys(site, good);
        emit StockOpened(stock, keeper, site, good, decimals);
    }

    /// @inheritdoc IStocks
    function attestStock(StockId stock, uint64 quantity, bytes32 evidenceHash) external {
        PartyId inspector = _actingPartyWith(ROLE_INSPECTOR);
        Stock storage record = _existingStock(stock);
        if (record.keeper == inspector) revert InspectorIsKeeper(inspector);
        if (evidenceHash == 0) revert EvidenceMissing();
        uint40 freshUntil = uint40(block.timestamp) + _attestationAge;
        record.attested = quantity;
        record.attestedAt = uint40(block.timestamp);
        record.freshUntil = freshUntil;
        emit StockAttested(stock, inspector, quantity, freshUntil, evidenceHash);
    }

    /// @inheritdoc IStocks
    function setAttestationAge(uint32 maxAgeS) external restricted {
        // Drafts' attestations are kept by the day.
        if (maxAgeS < MIN_MAX_AGE_S) revert AttestationAgeTooShort(maxAgeS, MIN_MAX_AGE_S);
        _attestationAge = maxAgeS;
        emit AttestationAgeSet(maxAgeS);
    }

    /// @inheritdoc IStocks
    function setExposureCap(PartyId keeper, CurrencyCode currency, uint96 capMinor) external restricted {
        if (!_partyExists(keeper)) revert IParties.PartyUnknown(keeper);
        _exposure(keeper, currency).capMinor = capMinor;
        emit ExposureCapSet(keeper, currency, capMinor);
    }

    /// @inheritdoc IStocks
    function stockOf(StockId stock) external view returns (StockView memory) {
        Stock memory record = _existingStock(stock);
        StockKeys memory keys = _stockKeys[stock];
        return StockView({
            keeper: record.keeper,
            attested: record.attested,
            receipted: record.receipted,
            attestedAt: record.attestedAt,
            freshUntil: record.freshUntil,
            decimals: record.decimals,
            site: keys.site,
            good: keys.good
        });
    }

    /// @inheritdoc IStocks
    function stockCount() external view returns (uint32) {
        return _stockCount;
    }

    /// @inheritdoc IStocks
    function attestationAge() public view returns (uint32 maxAgeS) {
        return _attestationAge;
    }

    /// @inheritdoc IStocks
    function exposureOf(PartyId keeper, CurrencyCode currency)
        external
        view
        returns (uint96 exposureMinor, uint96 capMinor)
    {
        Exposure memory exposure = _exposure(keeper, currency);
        return (exposure.minor, exposure.capMinor);
    }

    /// @dev A receipt over `quantity` comes to stand on the stock.
    function _putOnStock(StockId stock, PartyId keeper, CurrencyCode currency, uint64 quantity, uint48 valueMinor)
        internal
    {
        Stock storage record = _stocks[stock];
        Stock memory current = record;
        if (block.timestamp > current.freshUntil) {
            revert AttestationStale(stock, current.freshUntil, block.timestamp);
        }
        uint256 receipted = uint256(current.receipted) + quantity;
        if (receipted > current.attested) revert StockExceeded(stock, current.attested, receipted);
        record.receipted = uint64(receipted);
        Exposure storage exposure = _exposure(keeper, currency);
        uint256 exposed = uint256(exposure.minor) + valueMinor;
        if (exposed > exposure.capMinor) {
            revert ExposureAboveCap(keeper, currency, exposure.capMinor, exposed);
        }
        exposure.minor = uint96(exposed);
    }

    /// @dev A receipt over `quantity` ends. The goods leave the attested stock with it where they were delivered.
    function _takeOffStock(
        StockId stock,
        PartyId keeper,
        CurrencyCode currency,
        uint64 quantity,
        uint48 valueMinor,
        bool delivered
    ) internal {
        Stock storage record = _stocks[stock];
        if (delivered) {
            _requireCovered(stock, record);
            record.attested -= quantity;
        }
        record.receipted -= quantity;
        _exposure(keeper, currency).minor -= valueMinor;
    }

    /// @dev What a pledge asks of the stock: a fresh count, and one that covers all receipts.
    function _requirePledgeableStock(StockId stock) internal view {
        Stock memory record = _stocks[stock];
        if (block.timestamp > record.freshUntil) revert AttestationStale(stock, record.freshUntil, block.timestamp);
        _requireCovered(stock, record);
    }

    function _keeperOfStock(StockId stock) internal view returns (PartyId) {
        return _existingStock(stock).keeper;
    }

    function _goodOfStock(StockId stock) internal view returns (bytes32 good, uint8 decimals, bool covered) {
        Stock memory record = _stocks[stock];
        return (_stockKeys[stock].good, record.decimals, record.receipted <= record.attested);
    }

    function _requireCovered(StockId stock, Stock memory record) private pure {
        if (record.receipted > record.attested) revert StockShort(stock, record.attested, record.receipted);
    }

    function _existingStock(StockId stock) private view returns (Stock storage record) {
        record = _stocks[stock];
        if (StockId.unwrap(stock) == 0 || StockId.unwrap(stock) > _stockCount) revert StockUnknown(stock);
    }

    function _exposure(PartyId keeper, CurrencyCode currency) private view returns (Exposure storage) {
        return _exposures[(uint256(CurrencyCode.unwrap(currency)) << 24) | PartyId.unwrap(keeper)];
    }
}
