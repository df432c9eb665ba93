// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ActingParty} from "./ActingParty.sol";
import {Instructed} from "./Instructed.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {PartyId} from "./types/Ids.sol";

/// @title A contract beside the ledger: it asks the ledger who acts
abstract contract LedgerClient is ActingParty {
    ILedger internal immutable LEDGER;

    /// @dev The instructions that count for the ledger count here.
    constructor(ILedger ledger) Instructed(_instructionsOf(IAccessManaged(address(ledger)).authority())) {
        LEDGER = ledger;
    }

    function _actorOf(address key) internal view override returns (PartyId party, uint32 roles) {
        return LEDGER.actorOf(key);
    }

    /// @dev The ledger numbers parties without gaps from 1.
    function _partyExists(PartyId party) internal view returns (bool) {
        return PartyId.unwrap(party) != 0 && PartyId.unwrap(party) <= LEDGER.partyCount();
    }
}
