// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {PartyId} from "../types/Ids.sol";
import {ProposalState} from "../types/States.sol";

/// @title The consortium's council
/// @notice Its members are parties of the ledger. What at least two thirds of them approve, the council does: a call of
/// any contract, in the council's own name. Everybody sees a proposal for a fixed time before it can be carried out.
/// Recovery of a lost key is a proposal to call the ledger's addKey or removeKey. On a consortium's ledger the council
/// alone administers the authority: roles, routes, modules and who sits here change by its votes and in no other way.
interface ICouncil {
    /// @param actHash keccak256(abi.encode(target, callData)).
    /// @param executableAt first second in which it can be carried out.
    /// @param expiresAt last second in which it can be approved or carried out.
    struct Proposal {
        ProposalState state;
        PartyId proposer;
        uint40 executableAt;
        uint40 expiresAt;
        bytes32 actHash;
    }

    event MemberAdmitted(PartyId indexed member);
    event MemberRemoved(PartyId indexed member);
    event ActProposed(
        uint64 indexed proposal,
        PartyId indexed proposer,
        address indexed target,
        bytes callData,
        bytes32 reasonHash,
        uint40 executableAt,
        uint40 expiresAt
    );
    event ActApproved(uint64 indexed proposal, PartyId indexed member);
    event ApprovalWithdrawn(uint64 indexed proposal, PartyId indexed member);
    /// @dev Stands behind the logs of the call. quorum: how many approvals it needed at that moment.
    event ActExecuted(uint64 indexed proposal, PartyId indexed by, uint256 approvals, uint256 quorum);

    error AlreadySeated();
    error TooFewMembers(uint256 count, uint256 minimum);
    error MemberCannotAct(PartyId member);
    error MemberKeysUnlike(PartyId member);
    error DelayOutside(uint32 delayS, uint32 shortestS, uint32 longestS);
    error AdministrationLost();
    error CouncilWouldStop(uint256 able, uint256 quorum);
    error LifetimeTooShort(uint32 lifetimeS, uint32 delayS);
    error NotAMember(PartyId party);
    error MemberKnown(PartyId member);
    error TooManyMembers(uint256 maximum);
    error OnlyByVote(address caller);
    error ReasonMissing();
    error ActTargetMissing(address target);
    error ProposalUnknown(uint64 proposal);
    error ProposalDone(uint64 proposal);
    error ProposalExpired(uint64 proposal, uint40 expiresAt);
    error ProposalTooEarly(uint64 proposal, uint40 executableAt);
    error ActUnlike(uint64 proposal);
    error ApprovalKnown(uint64 proposal, PartyId member);
    error ApprovalMissing(uint64 proposal, PartyId member);
    error QuorumMissing(uint64 proposal, uint256 approvals, uint256 quorum);

    /// @notice The first members, once; afterwards only the council's own votes change them.
    /// @dev Requirements: caller holds the governor role; nobody is seated; at least three and no more than 64, each an
    /// active party with a key and named once. The last three cannot be removed, so there is no second time.
    function seat(PartyId[] calldata first) external;

    /// @param keys of the party as the ledger has them, in its order: what members approve is a seat for those keys, and
    /// a key that is put beside them meanwhile does not come in with them.
    /// @dev Requirements: called by the council itself, for a proposal; the party is active, has just these keys and is no
    /// member; there are fewer than the most members.
    function admit(PartyId member, address[] calldata keys) external;

    /// @dev Requirements: called by the council itself, for a proposal; the party is a member; three or more remain.
    function remove(PartyId member) external;

    /// @notice Puts a call before the council. Proposing approves nothing.
    /// @dev Requirements: caller is a member; `target` is a contract; `reasonHash`, of the minutes or the request, is
    /// not zero.
    function propose(address target, bytes calldata callData, bytes32 reasonHash) external returns (uint64 proposal);

    /// @param actHash of what the member means, so that an approval never counts for another call under that number.
    /// @dev Requirements: caller is a member; the proposal is open, has not expired and is of that act; the member has
    /// not approved it.
    function approve(uint64 proposal, bytes32 actHash) external;

    /// @dev Requirements: caller is a member that approved; the proposal is open and has not expired.
    function withdrawApproval(uint64 proposal) external;

    /// @notice Makes the call, or reverts with its error; then the proposal stays open.
    /// @dev Requirements: caller is a member; the proposal is open, of that act, old enough and not expired; at least
    /// ceil(2n/3) of the n members at this moment approve and are not suspended (suspended members count among the n);
    /// afterwards enough members for a quorum can still act (CouncilWouldStop), and a council that administered the
    /// authority still does (AdministrationLost): whoever comes after it is appointed by it and then takes it away.
    function execute(uint64 proposal, address target, bytes calldata callData) external returns (bytes memory answer);

    function proposalOf(uint64 proposal) external view returns (Proposal memory);

    /// @notice How many members approve that could act now, and how many are needed now.
    function tallyOf(uint64 proposal) external view returns (uint256 approvals, uint256 quorum);

    function hasApproved(uint64 proposal, PartyId member) external view returns (bool);

    function members() external view returns (PartyId[] memory);

    function isMember(PartyId party) external view returns (bool);

    /// @return delayS from a proposal to the first second in which it can be carried out.
    /// @return lifetimeS from a proposal to the last one.
    function times() external view returns (uint32 delayS, uint32 lifetimeS);

    function proposalCount() external view returns (uint64);
}
