// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AssetId, PartyId} from "../types/Ids.sol";

/// @title What a title document offers to the lien registry
/// @notice The lien registry alone keeps whether such an asset is pledged: the asset's own contract asks it before
/// anything moves, so no second copy of the fact can disagree (docs/decisions/0006-goods.md).
interface IPledgeable {
    error AssetUnknown(AssetId asset);
    error NotLienRegistry(address caller);
    error NotDivisible(AssetId asset);

    /// @notice Reverts with the reason where the asset may not be pledged by this party.
    /// @dev Requirements: the asset exists, is in circulation and held by `pledgor`; what its kind asks for besides.
    function requirePledgeable(AssetId asset, PartyId pledgor) external view;

    /// @notice Cuts a part off a pledged asset; the part is free, the rest stays under its lien and its number.
    /// @param how What the asset's kind needs to cut it, ABI-encoded.
    /// @return freed The part.
    /// @dev Requirements: caller is the lien registry, which answers for the pledgee's consent.
    function divide(AssetId asset, bytes calldata how) external returns (AssetId freed);

    /// @notice Moves an asset whose lien is enforced.
    /// @dev Requirements: caller is the lien registry; the asset is in circulation, disputed or not; the receiver may
    /// hold it.
    function transferEnforced(AssetId asset, PartyId to) external;

    /// @notice The party that holds the asset, whatever its state.
    function holderOf(AssetId asset) external view returns (PartyId);

    /// @notice What the asset gives title to. quantity: in units of 10 to the minus `decimals` of the good's unit.
    /// sound: it is in circulation, neither disputed nor frozen, and no count fell short of it.
    function goodsOf(AssetId asset) external view returns (bytes32 good, uint64 quantity, uint8 decimals, bool sound);
}
