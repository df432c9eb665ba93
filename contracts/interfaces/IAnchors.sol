// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Heads of records that are kept elsewhere
/// @notice Whoever keeps a hash-chained record, such as a service its audit log, puts its newest hash here from time to
/// time. What stands before it cannot be changed afterwards without everybody seeing it.
interface IAnchors {
    /// @param sequence the number of the record's last entry under `head`.
    event Anchored(address indexed by, bytes32 head, uint64 sequence);

    error AnchorHeadMissing();
    error AnchorNotNewer(address by, uint64 sequence, uint64 last);

    /// @dev Requirements: caller holds the anchor role; `head` is not zero; `sequence` is above the caller's last.
    function anchor(bytes32 head, uint64 sequence) external;

    /// @notice The newest anchor of that address; zeros before its first.
    function last(address by) external view returns (bytes32 head, uint64 sequence);
}
