// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AssetId, PartyId} from "../types/Ids.sol";

/// @title What a kind of asset offers to the lien registry
/// @notice The registry alone calls these. An encumbered asset neither moves nor splits nor is pledged again, because
/// the asset's own contract says so, not because callers remember to ask.
interface IEncumbrable {
    event Encumbered(AssetId indexed asset);
    event Unencumbered(AssetId indexed asset);

    error AssetUnknown(AssetId asset);

    /// @dev Requirements: caller is a module; the asset is free, transferable and held by `pledgor`.
    function encumber(AssetId asset, PartyId pledgor) external;

    /// @notice Ends the encumbrance; of an asset that has ended meanwhile there is nothing left to free.
    /// @dev Requirements: caller is a module; the asset is encumbered or has ended.
    function unencumber(AssetId asset) external;

    /// @notice The party that holds the asset, whatever its state.
    function holderOf(AssetId asset) external view returns (PartyId);
}
