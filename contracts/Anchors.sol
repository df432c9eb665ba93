// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Administered} from "./Administered.sol";
import {Instructed} from "./Instructed.sol";
import {IAnchors} from "./interfaces/IAnchors.sol";

/// @title Anchors
contract Anchors is Administered, IAnchors {
    struct Anchor {
        bytes32 head;
        uint64 sequence;
    }

    mapping(address by => Anchor newest) private _newest;

    constructor(address authority) AccessManaged(authority) Instructed(_instructionsOf(authority)) {}

    /// @inheritdoc IAnchors
    function anchor(bytes32 head, uint64 sequence) external restricted {
        address by = _actingKey();
        if (head == 0) revert AnchorHeadMissing();
        Anchor storage newest = _newest[by];
        if (sequence <= newest.sequence) revert AnchorNotNewer(by, sequence, newest.sequence);
        (newest.head, newest.sequence) = (head, sequence);
        emit Anchored(by, head, sequence);
    }

    /// @inheritdoc IAnchors
    function last(address by) external view returns (bytes32 head, uint64 sequence) {
        Anchor storage newest = _newest[by];
        return (newest.head, newest.sequence);
    }
}
