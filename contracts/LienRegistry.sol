// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {Modules} from "./Modules.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {IParties} from "./interfaces/IParties.sol";
import {IPledgeable} from "./interfaces/IPledgeable.sol";
import {ASSET_KIND_LOT, AssetId, FinancingId, PartyId, assetOfLot, lotId, lotOfAsset} from "./types/Ids.sol";
import {LienState} from "./types/States.sol";

/// @title The one lien registry
/// @dev One word a lien. Agreement and registration hashes are in the event, which is what evidence is made from.
contract LienRegistry is Modules, LedgerClient, ILienRegistry {
    /// @dev sequence: of the lien that it was proposed under; consent to one is not consent to the next.
    struct Substitute {
        AssetId replacement;
        PartyId pledgor;
        uint16 sequence;
    }

    uint8 private constant MAX_BLOCKS = type(uint8).max;

    mapping(AssetId asset => Lien lien) private _liens;
    mapping(uint8 kind => IPledgeable assets) private _assets;
    mapping(AssetId asset => Substitute proposed) private _substitutes;
    mapping(AssetId asset => mapping(bytes32 matchHash => bool open)) private _blocks;

    constructor(address authority, ILedger ledger) AccessManaged(authority) LedgerClient(ledger) {}

    /// @inheritdoc ILienRegistry
    function pledge(Pledge calldata agreed) external {
        if (agreed.securedMinor == 0) revert SecuredAmountZero();
        _place(agreed, _actingParty(), FinancingId.wrap(0));
    }

    /// @inheritdoc ILienRegistry
    function place(Pledge calldata agreed, PartyId pledgor, FinancingId financing) external onlyModule {
        _place(agreed, pledgor, financing);
    }

    /// @inheritdoc ILienRegistry
    function release(AssetId asset, bytes32 reasonHash) external {
        PartyId actor = _actingParty();
        Lien storage lien = _active(asset);
        if (lien.pledgee != actor) revert NotPledgee(asset, actor);
        lien.state = LienState.Released;
        emit LienReleased(asset, lien.sequence, reasonHash);
        _unencumber(asset);
    }

    /// @inheritdoc ILienRegistry
    function releasePart(AssetId asset, bytes calldata how, bytes32 reasonHash)
        external
        returns (AssetId kept, AssetId freed)
    {
        PartyId actor = _actingParty();
        Lien storage stored = _active(asset);
        Lien memory lien = stored;
        if (lien.pledgee != actor) revert NotPledgee(asset, actor);
        if (reasonHash == 0) revert ReasonHashMissing();
        if (asset.kindOf() == ASSET_KIND_LOT) {
            // Its claim names the lot, which is about to become history.
            _requireOutsideClaim(asset, lien);
            (kept, freed) = LEDGER.divide(asset, abi.decode(how, (uint48)));
            stored.state = LienState.Divided;
            _liens[kept] = Lien({
                state: LienState.Active,
                pledgee: lien.pledgee,
                securedMinor: lien.securedMinor,
                financing: lien.financing,
                registeredAt: lien.registeredAt,
                sequence: 1,
                blocks: 0
            });
        } else {
            // The part would leave the block behind; lots have theirs on the note.
            if (lien.blocks != 0) revert AssetBlocked(asset, lien.blocks);
            kept = asset;
            freed = _assetsOf(asset).divide(asset, how);
        }
        emit LienDivided(asset, lien.sequence, kept, freed, reasonHash);
    }

    /// @inheritdoc ILienRegistry
    function proposeSubstitute(AssetId asset, AssetId replacement) external {
        PartyId actor = _actingParty();
        Lien memory lien = _active(asset);
        _requireOutsideClaim(asset, lien);
        if (_holderOf(asset) != actor) revert NotPledgor(asset, actor);
        if (asset == replacement) revert SubstituteIsAsset(asset);
        _substitutes[asset] = Substitute(replacement, actor, lien.sequence);
        emit SubstituteProposed(asset, replacement, actor);
    }

    /// @inheritdoc ILienRegistry
    function acceptSubstitute(AssetId asset, Pledge calldata agreed) external {
        PartyId actor = _actingParty();
        Lien storage stored = _active(asset);
        Lien memory lien = stored;
        if (lien.pledgee != actor) revert NotPledgee(asset, actor);
        _requireOutsideClaim(asset, lien);
        Substitute memory proposed = _substitutes[asset];
        // An asset that a court gave to somebody else meanwhile is no longer the proposer's to substitute.
        if (
            proposed.replacement != agreed.asset || proposed.sequence != lien.sequence
                || proposed.pledgor != _holderOf(asset)
        ) revert SubstituteUnknown(asset, agreed.asset);
        delete _substitutes[asset];
        stored.state = LienState.Released;
        Pledge memory substituted = agreed;
        substituted.pledgee = actor;
        substituted.securedMinor = lien.securedMinor;
        _place(substituted, proposed.pledgor, lien.financing);
        emit SubstituteAccepted(asset, agreed.asset);
        emit LienReleased(asset, lien.sequence, agreed.agreementHash);
        _unencumber(asset);
    }

    /// @inheritdoc ILienRegistry
    function transferPledge(Pledge calldata agreed) external {
        AssetId asset = agreed.asset;
        PartyId actor = _actingParty();
        Lien storage lien = _active(asset);
        if (lien.pledgee != actor) revert NotPledgee(asset, actor);
        _requireOutsideClaim(asset, lien);
        _reassign(asset, lien, agreed.pledgee, agreed.registeredAt, agreed.agreementHash, agreed.registrationHash);
    }

    /// @inheritdoc ILienRegistry
    function collect(AssetId asset, uint48 availableMinor) external onlyModule returns (uint48 takenMinor) {
        Lien storage lien = _active(asset);
        _requireOutsideClaim(asset, lien);
        uint48 secured = lien.securedMinor;
        takenMinor = availableMinor < secured ? availableMinor : secured;
        lien.securedMinor = secured - takenMinor;
        emit LienCollected(asset, lien.sequence, takenMinor, secured - takenMinor);
    }

    /// @inheritdoc ILienRegistry
    function discharge(AssetId asset) external onlyModule {
        Lien storage lien = _active(asset);
        lien.state = LienState.Discharged;
        emit LienDischarged(asset, lien.sequence);
        _unencumber(asset);
    }

    /// @inheritdoc ILienRegistry
    function reassign(AssetId asset, PartyId pledgee, bytes32 agreementHash) external onlyModule {
        Lien storage lien = _active(asset);
        _reassign(asset, lien, pledgee, 0, agreementHash, 0);
    }

    /// @inheritdoc ILienRegistry
    function enforce(AssetId asset, PartyId to, bytes32 reasonHash) external onlyModule {
        _enforce(asset, to, reasonHash);
    }

    /// @inheritdoc ILienRegistry
    function enforceByOrder(AssetId asset, PartyId to, bytes32 orderHash) external restricted {
        _enforce(asset, to, orderHash);
    }

    /// @inheritdoc ILienRegistry
    function blockAsset(AssetId asset, bytes32 matchHash) external restricted {
        if (matchHash == 0) revert ReasonHashMissing();
        // Names the asset's contract, so that nothing is blocked that cannot be pledged.
        _holderOf(asset);
        AssetId blocked = _blockedWith(asset);
        if (_blocks[blocked][matchHash]) revert BlockExists(blocked, matchHash);
        uint8 count = _liens[blocked].blocks;
        if (count == MAX_BLOCKS) revert TooManyBlocks(blocked, MAX_BLOCKS);
        _blocks[blocked][matchHash] = true;
        _liens[blocked].blocks = count + 1;
        emit BlockPlaced(blocked, matchHash);
    }

    /// @inheritdoc ILienRegistry
    function resolveBlock(AssetId asset, bytes32 matchHash, bool upheld, bytes32 reasonHash) external restricted {
        AssetId blocked = _blockedWith(asset);
        if (!_blocks[blocked][matchHash]) revert BlockUnknown(blocked, matchHash);
        if (reasonHash == 0) revert ReasonHashMissing();
        if (!upheld) {
            _blocks[blocked][matchHash] = false;
            --_liens[blocked].blocks;
        }
        emit BlockResolved(blocked, matchHash, upheld, reasonHash);
    }

    /// @inheritdoc ILienRegistry
    function setAssetKind(uint8 kind, address assets) external restricted {
        if (kind == 0 || kind == ASSET_KIND_LOT) revert AssetKindTaken(kind);
        _assets[kind] = IPledgeable(assets);
        emit AssetKindSet(kind, assets);
    }

    /// @inheritdoc ILienRegistry
    function lienOf(AssetId asset) external view returns (Lien memory) {
        return _liens[asset];
    }

    /// @inheritdoc ILienRegistry
    function assetKind(uint8 kind) external view returns (address assets) {
        return address(_assets[kind]);
    }

    /// @inheritdoc ILienRegistry
    function encumbranceOf(AssetId asset) external view returns (bool pledged, bool blocked) {
        return (_liens[asset].state == LienState.Active, _liens[_blockedWith(asset)].blocks != 0);
    }

    /// @inheritdoc ILienRegistry
    function blockOf(AssetId asset, bytes32 matchHash) external view returns (bool open) {
        return _blocks[_blockedWith(asset)][matchHash];
    }

    function _place(Pledge memory agreed, PartyId pledgor, FinancingId financing) private {
        AssetId asset = agreed.asset;
        Lien memory lien = _liens[asset];
        if (lien.state == LienState.Active) revert AssetEncumbered(asset);
        AssetId blocked = _blockedWith(asset);
        uint256 blocks = blocked == asset ? lien.blocks : _liens[blocked].blocks;
        if (blocks != 0) revert AssetBlocked(asset, blocks);
        if (agreed.pledgee == pledgor) revert PledgeeIsPledgor(pledgor);
        if (!_partyExists(agreed.pledgee)) revert PledgeeUnknown(agreed.pledgee);
        if (agreed.agreementHash == 0) revert AgreementHashMissing();
        if (agreed.registeredAt > block.timestamp) revert RegisteredInFuture(agreed.registeredAt, block.timestamp);
        lien = Lien({
            state: LienState.Active,
            pledgee: agreed.pledgee,
            securedMinor: agreed.securedMinor,
            financing: financing,
            registeredAt: agreed.registeredAt,
            sequence: lien.sequence + 1,
            // What blocks an asset forbids the pledge, so none is lost here.
            blocks: 0
        });
        _liens[asset] = lien;
        emit LienPlaced(
            asset,
            lien.sequence,
            agreed.pledgee,
            pledgor,
            agreed.securedMinor,
            financing,
            agreed.registeredAt,
            agreed.agreementHash,
            agreed.registrationHash
        );
        if (asset.kindOf() == ASSET_KIND_LOT) LEDGER.encumber(asset, pledgor);
        else _assetsOf(asset).requirePledgeable(asset, pledgor);
    }

    function _reassign(
        AssetId asset,
        Lien storage lien,
        PartyId pledgee,
        uint40 registeredAt,
        bytes32 agreementHash,
        bytes32 registrationHash
    ) private {
        if (agreementHash == 0) revert AgreementHashMissing();
        if (registeredAt > block.timestamp) revert RegisteredInFuture(registeredAt, block.timestamp);
        if (lien.pledgee == pledgee) revert PledgeeHoldsLien(asset);
        if (_holderOf(asset) == pledgee) revert PledgeeIsPledgor(pledgee);
        if (!LEDGER.isActive(pledgee)) revert PledgeeUnknown(pledgee);
        lien.pledgee = pledgee;
        // The lien goes over with the claim and keeps the place that its first registration gave it (Civil Code 547).
        if (lien.registeredAt == 0) lien.registeredAt = registeredAt;
        emit LienTransferred(asset, lien.sequence, pledgee, registeredAt, agreementHash, registrationHash);
    }

    function _enforce(AssetId asset, PartyId to, bytes32 reasonHash) private {
        Lien storage lien = _active(asset);
        if (reasonHash == 0) revert ReasonHashMissing();
        if (!LEDGER.isActive(to)) revert IParties.PartySuspended(to);
        if (_holderOf(asset) == to) revert EnforcedToHolder(asset);
        lien.state = LienState.Enforced;
        emit LienEnforced(asset, lien.sequence, to, reasonHash);
        if (asset.kindOf() == ASSET_KIND_LOT) {
            LEDGER.unencumber(asset);
            LEDGER.transferSold(lotOfAsset(asset), LEDGER.holderOf(asset), to);
        } else {
            _assetsOf(asset).transferEnforced(asset, to);
        }
    }

    /// @dev Title documents keep no state of their own for it.
    function _unencumber(AssetId asset) private {
        if (asset.kindOf() == ASSET_KIND_LOT) LEDGER.unencumber(asset);
    }

    function _requireOutsideClaim(AssetId asset, Lien memory lien) private pure {
        if (FinancingId.unwrap(lien.financing) != 0) revert LienOfLoan(asset, lien.financing);
    }

    function _active(AssetId asset) private view returns (Lien storage lien) {
        lien = _liens[asset];
        if (lien.state != LienState.Active) revert LienUnknown(asset);
    }

    function _holderOf(AssetId asset) private view returns (PartyId) {
        return asset.kindOf() == ASSET_KIND_LOT ? LEDGER.holderOf(asset) : _assetsOf(asset).holderOf(asset);
    }

    /// @dev Lots are cut from one another, so the undivided lot of their note stands for all of them.
    function _blockedWith(AssetId asset) private pure returns (AssetId) {
        if (asset.kindOf() != ASSET_KIND_LOT) return asset;
        return assetOfLot(lotId(lotOfAsset(asset).noteOf(), 0, 0));
    }

    function _assetsOf(AssetId asset) private view returns (IPledgeable assets) {
        assets = _assets[asset.kindOf()];
        if (address(assets) == address(0)) revert AssetKindUnknown(asset.kindOf());
    }
}
