// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Administered} from "./Administered.sol";
import {Instructed} from "./Instructed.sol";
import {ICouncil} from "./interfaces/ICouncil.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IRegistrarDesk} from "./interfaces/IRegistrarDesk.sol";
import {PartyId} from "./types/Ids.sol";
import {PartyState} from "./types/States.sol";

/// @title Registrar's desk
/// @dev Holds the standing role at the ledger and uses it for suspension alone; the ledger tells of it.
contract RegistrarDesk is Administered, IRegistrarDesk {
    ILedger private immutable LEDGER;
    ICouncil private immutable COUNCIL;

    constructor(address authority, ILedger ledger, ICouncil council)
        AccessManaged(authority)
        Instructed(_instructionsOf(authority))
    {
        (LEDGER, COUNCIL) = (ledger, council);
    }

    /// @inheritdoc IRegistrarDesk
    function suspend(PartyId party) external restricted {
        if (COUNCIL.isMember(party)) revert MemberNeedsVote(party);
        LEDGER.setPartyState(party, PartyState.Suspended);
    }
}
