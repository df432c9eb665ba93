// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AssetId, PartyId} from "../types/Ids.sol";

/// @title What the ledger offers to the lien registry for its lots
/// @notice A lot repeats in its own word that it is pledged, so that moving it costs no second contract; title
/// documents ask the registry instead (IPledgeable). The registry's events say what happens: lots have none of their
/// own for it.
interface IEncumbrable {
    error AssetUnknown(AssetId asset);
    error KeptNotInside(AssetId asset, uint256 lengthMinor, uint256 keptMinor);

    /// @dev Requirements: caller is a module; the asset is free, transferable and held by `pledgor`.
    function encumber(AssetId asset, PartyId pledgor) external;

    /// @notice Ends the encumbrance; of an asset that has ended meanwhile there is nothing left to free.
    /// @dev Requirements: caller is a module; the asset is encumbered or has ended.
    function unencumber(AssetId asset) external;

    /// @notice Cuts a pledged lot in two: its first `keptMinor` stay pledged, the rest is free.
    /// @dev Requirements: caller is a module, which answers for the pledgee's consent; the asset is encumbered and
    /// transferable; 0 < keptMinor < its length.
    function divide(AssetId asset, uint48 keptMinor) external returns (AssetId kept, AssetId freed);

    /// @notice The party that holds the asset, whatever its state.
    function holderOf(AssetId asset) external view returns (PartyId);
}
