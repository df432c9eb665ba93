// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {CurrencyCode, PartyId, StockId} from "../types/Ids.sol";

/// @title Stocks: what inspectors counted, and what receipts stand on it
/// @notice A stock is one keeper's goods of one kind (code, grade, unit) at one site. The live receipts over a stock
/// never come to more than its newest attestation allowed when they were issued. An attestation has an age limit; past
/// it nothing is issued or pledged over the stock. A newer count below the receipts is recorded as it is and leaves the
/// stock *short*: then nothing is issued, pledged or delivered over it until a count, or an arbiter's order over
/// receipts, ends the shortage.
interface IStocks {
    /// @dev attested, receipted: in units of 10 to the minus `decimals`. attestedAt, freshUntil: seconds UTC, zero
    /// before the first count. site, good: keccak of their canonical text.
    struct StockView {
        PartyId keeper;
        uint64 attested;
        uint64 receipted;
        uint40 attestedAt;
        uint40 freshUntil;
        uint8 decimals;
        bytes32 site;
        bytes32 good;
    }

    event StockOpened(StockId indexed stock, PartyId indexed keeper, bytes32 site, bytes32 good, uint8 decimals);
    event StockAttested(
        StockId indexed stock, PartyId indexed inspector, uint64 quantity, uint40 freshUntil, bytes32 evidenceHash
    );
    event AttestationAgeSet(uint32 maxAgeS);
    event ExposureCapSet(PartyId indexed keeper, CurrencyCode indexed currency, uint96 capMinor);

    error StockUnknown(StockId stock);
    error StockExists(StockId stock);
    error StockKeyMissing();
    error DecimalsInvalid(uint8 decimals, uint8 maximum);
    error EvidenceMissing();
    error InspectorIsKeeper(PartyId party);
    error AttestationStale(StockId stock, uint256 freshUntil, uint256 nowAt);
    error StockExceeded(StockId stock, uint256 attested, uint256 receipted);
    error StockShort(StockId stock, uint256 attested, uint256 receipted);
    error ExposureAboveCap(PartyId keeper, CurrencyCode currency, uint256 capMinor, uint256 exposureMinor);
    error AttestationAgeTooShort(uint32 maxAgeS, uint32 minimumS);

    /// @dev Requirements: caller is a keeper; site and good are stated; the caller has no such stock yet; at most 18
    /// decimals.
    function openStock(bytes32 site, bytes32 good, uint8 decimals) external returns (StockId stock);

    /// @notice Records a count of everything that lies in a stock, under receipts or not. The inspector counts after
    /// the last delivery on record: the ledger cannot know whether a count is older than that.
    /// @dev Requirements: caller is an inspector and not the stock's keeper; the stock exists; evidence is stated.
    function attestStock(StockId stock, uint64 quantity, bytes32 evidenceHash) external;

    /// @notice How long attestations that come after this are fresh.
    /// @dev Requirements: caller holds the governor role; at least a day.
    function setAttestationAge(uint32 maxAgeS) external;

    /// @notice The most that the declared values of a keeper's live receipts may add up to in a currency. Zero until
    /// set.
    /// @dev Requirements: caller holds the governor role; the keeper exists.
    function setExposureCap(PartyId keeper, CurrencyCode currency, uint96 capMinor) external;

    function stockOf(StockId stock) external view returns (StockView memory);

    function stockCount() external view returns (uint32);

    function attestationAge() external view returns (uint32 maxAgeS);

    function exposureOf(PartyId keeper, CurrencyCode currency)
        external
        view
        returns (uint96 exposureMinor, uint96 capMinor);
}
