// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {FacilityPools} from "./FacilityPools.sol";
import {ICash} from "./interfaces/ICash.sol";
import {Debts} from "./types/Debts.sol";
import {AssetId, FacilityId, FinancingId, PartyId, asFinancing} from "./types/Ids.sol";
import {FacilityState} from "./types/States.sol";

/// @title What a facility is owed, who may act on it, and its end
abstract contract FacilityDebts is FacilityPools {
    using Debts for Debts.Debt;

    ICash internal immutable CASH;

    constructor(ICash cash) {
        CASH = cash;
    }

    /// @dev Books a payment of at most the accrued debt. The last cent closes the facility; the caller frees its
    /// assets.
    function _book(FacilityId facility, Facility storage record, uint48 amountMinor, RepaidBy by)
        internal
        returns (bool debtLeft)
    {
        (uint48 toInterest, uint48 toPrincipal) = record.debt.pay(amountMinor);
        (uint48 principalLeft, uint48 interestLeft) = (record.debt.principalMinor, record.debt.interestMinor);
        emit FacilityRepaid(facility, toInterest, toPrincipal, principalLeft, interestLeft, by);
        debtLeft = principalLeft != 0 || interestLeft != 0;
        if (!debtLeft) {
            record.state = FacilityState.Closed;
            record.callDeadline = 0;
            emit FacilityClosed(facility);
        }
    }

    /// @dev Discharges what a closed facility still has in pledge. `settled`: an asset whose lien the caller ends.
    function _freeAssets(FacilityId facility, AssetId settled) internal {
        AssetId[] memory assets = assetsOf(facility);
        delete _pools[facility];
        for (uint256 i = 0; i < assets.length; ++i) {
            if (assets[i] != settled) LIENS.discharge(assets[i]);
        }
    }

    function _move(FacilityId facility, Facility storage record, PartyId from, PartyId to, uint256 amountMinor)
        internal
    {
        CASH.move(from, to, record.currency, amountMinor, _reference(facility));
    }

    /// @dev What cash and liens name as the ground of what is done.
    function _reference(FacilityId facility) internal pure returns (bytes32) {
        return bytes32(uint256(FinancingId.unwrap(asFinancing(facility))));
    }

    function _inState(FacilityId facility, FacilityState expected) internal view returns (Facility storage record) {
        record = _existing(facility);
        FacilityState current = record.state;
        if (current != expected) revert UnexpectedFacilityState(facility, current, expected);
    }

    function _drawnDown(FacilityId facility) internal view returns (Facility storage record) {
        record = _existing(facility);
        FacilityState current = record.state;
        if (current != FacilityState.Called && current != FacilityState.Defaulted && current != FacilityState.Open) {
            revert UnexpectedFacilityState(facility, current, FacilityState.Open);
        }
    }

    function _requireFunder(FacilityId facility, Facility storage record) internal view returns (PartyId actor) {
        actor = _actingParty();
        if (record.funder != actor) revert NotFacilityFunder(facility, actor);
    }

    function _requireBorrower(FacilityId facility, Facility storage record) internal view returns (PartyId actor) {
        actor = _actingParty();
        if (record.borrower != actor) revert NotFacilityBorrower(facility, actor);
    }
}
