// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AssetId, FinancingId, PartyId} from "../types/Ids.sol";
import {LienState} from "../types/States.sol";

/// @title The one lien registry
/// @notice Every lien over every kind of asset stands here, at most one on an asset at a time: lots, warehouse
/// receipts, bills of lading. The asset's own contract refuses to move what is encumbered. Registration references are
/// those of the public registry (rule CN77-13: registered before or at drawdown). A lien that stands elsewhere is a
/// *block*: nothing more is pledged until it is resolved. A block on a lot counts for its whole note, since lots are
/// cut from one another.
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
    /// sequence counts the liens that the asset has ever carried. blocks: how many are open, of the asset itself.
    struct Lien {
        LienState state;
        PartyId pledgee;
        uint48 securedMinor;
        FinancingId financing;
        uint40 registeredAt;
        uint16 sequence;
        uint8 blocks;
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
    /// @dev The pledgee gave a part free. kept is the asset itself, or for a lot the part that the lien goes on over as
    /// its first.
    event LienDivided(AssetId indexed asset, uint16 indexed sequence, AssetId kept, AssetId freed, bytes32 reasonHash);
    /// @dev The secured claim went to another funder, and the lien with it.
    event LienTransferred(
        AssetId indexed asset,
        uint16 indexed sequence,
        PartyId indexed pledgee,
        uint40 registeredAt,
        bytes32 agreementHash,
        bytes32 registrationHash
    );
    event LienEnforced(AssetId indexed asset, uint16 indexed sequence, PartyId indexed to, bytes32 reasonHash);
    event SubstituteProposed(AssetId indexed asset, AssetId indexed replacement, PartyId indexed pledgor);
    /// @dev Between the LienPlaced of the replacement and the LienReleased of the asset.
    event SubstituteAccepted(AssetId indexed asset, AssetId indexed replacement);
    event BlockPlaced(AssetId indexed asset, bytes32 indexed matchHash);
    /// @dev upheld: the other lien is real, and the block stays.
    event BlockResolved(AssetId indexed asset, bytes32 indexed matchHash, bool upheld, bytes32 reasonHash);
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
    error AssetKindTaken(uint8 kind);
    error AssetBlocked(AssetId asset, uint256 blocks);
    error BlockUnknown(AssetId asset, bytes32 matchHash);
    error BlockExists(AssetId asset, bytes32 matchHash);
    error TooManyBlocks(AssetId asset, uint256 maximum);
    error ReasonHashMissing();
    error SubstituteUnknown(AssetId asset, AssetId replacement);
    error SubstituteIsAsset(AssetId asset);
    error NotPledgor(AssetId asset, PartyId actor);
    error PledgeeHoldsLien(AssetId asset);
    error EnforcedToHolder(AssetId asset);
    error RegisteredInFuture(uint256 registeredAt, uint256 nowAt);

    /// @notice The holder pledges an asset for a claim outside the ledger.
    /// @dev Requirements: caller holds the asset; it is free and not blocked, and fit for a pledge by its kind's rules;
    /// the pledgee is another party that exists; agreement and secured amount are stated.
    function pledge(Pledge calldata agreed) external;

    /// @notice Places the lien of a loan.
    /// @dev Requirements: caller is a module, which answers for the pledgor's consent; otherwise as for pledge.
    function place(Pledge calldata agreed, PartyId pledgor, FinancingId financing) external;

    /// @notice The pledgee gives its lien up.
    /// @dev Requirements: caller is the pledgee of an active lien.
    function release(AssetId asset, bytes32 reasonHash) external;

    /// @notice The pledgee gives a part of the asset free and keeps its lien on the rest.
    /// @param how For a lot `abi.encode(uint48 keptMinor)`; for others as its contract's `divide` says.
    /// @return kept Under the lien: the asset itself, or a lot that takes its place.
    /// @return freed The part that is free.
    /// @dev Requirements: caller is the pledgee of an active lien; a lot's lien is not a loan's; the reason is stated.
    function releasePart(AssetId asset, bytes calldata how, bytes32 reasonHash)
        external
        returns (AssetId kept, AssetId freed);

    /// @notice The pledgor offers another asset in place of a pledged one. A later offer takes the place of an earlier
    /// one; offering asset zero takes it back.
    /// @dev Requirements: caller holds the asset; its lien is active and not a loan's; the replacement is another
    /// asset.
    function proposeSubstitute(AssetId asset, AssetId replacement) external;

    /// @notice The pledgee takes the replacement and releases the asset, at once. The new lien secures what the old one
    /// did.
    /// @param agreed asset is the replacement; agreement and registration are those of the substitution; pledgee and
    /// securedMinor are the old lien's and not read.
    /// @dev Requirements: caller is the pledgee; its lien is not a loan's; the holder proposed just this under this
    /// very lien; the replacement fulfils what pledge asks.
    function acceptSubstitute(AssetId asset, Pledge calldata agreed) external;

    /// @notice The secured claim, which lies outside the ledger, goes to another funder with its lien.
    /// @param agreed asset, the new pledgee, and agreement and registration of the transfer; securedMinor is not read.
    /// A lien that was registered keeps the time of its first registration.
    /// @dev Requirements: caller is the pledgee of an active lien, not a loan's; the new one is active, not the pledgee
    /// and not the holder; the agreement is stated.
    function transferPledge(Pledge calldata agreed) external;

    /// @notice Executes an order: the asset goes to whom it was sold or awarded. Who gets the money is settled outside.
    /// @dev Requirements: caller holds the arbiter role; the lien is active; the order is stated; the receiver is
    /// active and not the holder.
    function enforceByOrder(AssetId asset, PartyId to, bytes32 orderHash) external;

    /// @notice Records that a lien registered elsewhere seems to cover the asset.
    /// @dev Requirements: caller holds the examiner role; the asset's kind exists; the match is new on it; at most 255
    /// open ones.
    function blockAsset(AssetId asset, bytes32 matchHash) external;

    /// @notice Decides on a block: lifted, or upheld and so kept.
    /// @dev Requirements: caller holds the arbiter role; the block is open; the reason is stated.
    function resolveBlock(AssetId asset, bytes32 matchHash, bool upheld, bytes32 reasonHash) external;

    /// @notice Takes from a settlement what the secured claim is owed, where that claim lies outside the ledger.
    /// @dev Requirements: caller is a module; the lien is active and not a loan's.
    function collect(AssetId asset, uint48 availableMinor) external returns (uint48 takenMinor);

    /// @notice Ends a lien whose claim is paid or whose asset has ended.
    /// @dev Requirements: caller is a module; the lien is active.
    function discharge(AssetId asset) external;

    /// @notice A loan's claim goes to another funder, and its lien with it.
    /// @dev Requirements: caller is a module, which answers for the funders' consent; the lien is active.
    function reassign(AssetId asset, PartyId pledgee, bytes32 agreementHash) external;

    /// @notice Ends a lien by giving the asset to whom it was sold or given.
    /// @dev Requirements: caller is a module, which answers for the right to enforce and for the money; the lien is
    /// active.
    function enforce(AssetId asset, PartyId to, bytes32 reasonHash) external;

    /// @notice Names the contract of a kind of assets other than lots, which are the ledger's.
    /// @dev Requirements: caller holds the governor role; the kind is neither 0 nor that of lots.
    function setAssetKind(uint8 kind, address assets) external;

    function lienOf(AssetId asset) external view returns (Lien memory);

    /// @notice The contract of a kind of assets other than lots: zero where there is none.
    function assetKind(uint8 kind) external view returns (address assets);

    /// @notice What an asset's contract asks before it moves: whether a lien is active, and whether a block is open.
    function encumbranceOf(AssetId asset) external view returns (bool pledged, bool blocked);

    /// @return open Whether the match blocks the asset now.
    function blockOf(AssetId asset, bytes32 matchHash) external view returns (bool open);
}
