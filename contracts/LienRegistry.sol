// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {Modules} from "./Modules.sol";
import {IEncumbrable} from "./interfaces/IEncumbrable.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {ILienRegistry} from "./interfaces/ILienRegistry.sol";
import {AssetId, FinancingId, PartyId} from "./types/Ids.sol";
import {LienState} from "./types/States.sol";

/// @title The one lien registry
/// @dev One word a lien. Agreement and registration hashes are in the event, which is what evidence is made from.
contract LienRegistry is Modules, LedgerClient, ILienRegistry {
    mapping(AssetId asset => Lien lien) private _liens;
    mapping(uint8 kind => IEncumbrable assets) private _assets;

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
        _assetsOf(asset).unencumber(asset);
    }

    /// @inheritdoc ILienRegistry
    function collect(AssetId asset, uint48 availableMinor) external onlyModule returns (uint48 takenMinor) {
        Lien storage lien = _active(asset);
        if (FinancingId.unwrap(lien.financing) != 0) revert LienOfLoan(asset, lien.financing);
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
        _assetsOf(asset).unencumber(asset);
    }

    /// @inheritdoc ILienRegistry
    function setAssetKind(uint8 kind, address assets) external restricted {
        _assets[kind] = IEncumbrable(assets);
        emit AssetKindSet(kind, assets);
    }

    /// @inheritdoc ILienRegistry
    function lienOf(AssetId asset) external view returns (Lien memory) {
        return _liens[asset];
    }

    function _place(Pledge calldata agreed, PartyId pledgor, FinancingId financing) private {
        AssetId asset = agreed.asset;
        Lien memory lien = _liens[asset];
        if (lien.state == LienState.Active) revert AssetEncumbered(asset);
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
            sequence: lien.sequence + 1
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
        _assetsOf(asset).encumber(asset, pledgor);
    }

    function _active(AssetId asset) private view returns (Lien storage lien) {
        lien = _liens[asset];
        if (lien.state != LienState.Active) revert LienUnknown(asset);
    }

    function _assetsOf(AssetId asset) private view returns (IEncumbrable assets) {
        assets = _assets[asset.kindOf()];
        if (address(assets) == address(0)) revert AssetKindUnknown(asset.kindOf());
    }
}
