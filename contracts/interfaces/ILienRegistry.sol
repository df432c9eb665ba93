// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AssetId, FinancingId, PartyId} from "../types/Ids.sol";
import {LienState} from "../types/States.sol";

/// @title The one lien registry
/// @notice Every lien over every kind of asset stands here, at most one on an asset at a time. The asset's own contract
/// refuses to move what is encumbered. Registration references are those of the public registry
/// (rule CN77-13: registered before or at drawdown).
interface ILienRegistry {
    /// @dev What is agreed and registered outside. registeredAt: seconds UTC, zero where nothing was registered.
    struct Pledge {
        AssetId asset;
        PartyId pledgee;
        uint48 securedMinor;
        uint40 registeredAt;
        bytes32 agreementHash;
        bytes32 registrationHash;
    }

    /// @dev financing zero: the claim secured lies outside the ledger and securedMinor is what it may still take.
    /// sequence counts the liens that the asset has ever carried.
    struct Lien {
        LienState state;
        PartyId pledgee;
        uint48 securedMinor;
        FinancingId financing;
        uint40 registeredAt;
        uint16 sequence;
    }

    event LienPlaced(
        AssetId indexed asset,
        uint16 indexed sequence,
        PartyId indexed pledgee,
        PartyId pledgor,
        uint48 securedMinor,
        FinancingId financing,
        uint40 registeredAt,
        bytes32 agreementHash,
        bytes32 registrationHash
    );
    event LienReleased(AssetId indexed asset, uint16 indexed sequence, bytes32 reasonHash);
    /// @dev A settlement paid the pledgee before the pledgor.
    event LienCollected(AssetId indexed asset, uint16 indexed sequence, uint48 paidMinor, uint48 securedMinor);
    event LienDischarged(AssetId indexed asset, uint16 indexed sequence);
    event AssetKindSet(uint8 indexed kind, address assets);

    error AssetEncumbered(AssetId asset);
    error LienUnknown(AssetId asset);
    error LienOfLoan(AssetId asset, FinancingId financing);
    error NotPledgee(AssetId asset, PartyId actor);
    error PledgeeIsPledgor(PartyId party);
    error PledgeeUnknown(PartyId pledgee);
    error AssetKindUnknown(uint8 kind);
    error AgreementHashMissing();
    error SecuredAmountZero();
    error RegisteredInFuture(uint256 registeredAt, uint256 nowAt);

    /// @notice The holder pledges an asset for a claim outside the ledger.
    /// @dev Requirements: caller holds the asset; it is free; the pledgee is another party that exists; agreement and
    /// secured amount are stated.
    function pledge(Pledge calldata agreed) external;

    /// @notice Places the lien of a loan.
    /// @dev Requirements: caller is a module, which answers for the pledgor's consent; otherwise as for pledge.
    function place(Pledge calldata agreed, PartyId pledgor, FinancingId financing) external;

    /// @notice The pledgee gives its lien up.
    /// @dev Requirements: caller is the pledgee of an active lien.
    function release(AssetId asset, bytes32 reasonHash) external;

    /// @notice Takes from a settlement what the secured claim is owed, where that claim lies outside the ledger.
    /// @dev Requirements: caller is a module; the lien is active and not a loan's.
    function collect(AssetId asset, uint48 availableMinor) external returns (uint48 takenMinor);

    /// @notice Ends a lien whose claim is paid or whose asset has ended.
    /// @dev Requirements: caller is a module; the lien is active.
    function discharge(AssetId asset) external;

    /// @dev Requirements: caller holds the governor role.
    function setAssetKind(uint8 kind, address assets) external;

    function lienOf(AssetId asset) external view returns (Lien memory);
}
