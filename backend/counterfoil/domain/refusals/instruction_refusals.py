"""What the ledger refuses about instructions, keys, the council and anchors, in plain words.

See ledger_refusals for how codes and facts are named.
"""

from __future__ import annotations

from counterfoil.domain.errors import declare
from counterfoil.domain.refusals.ledger_refusals import time_text

# -- instructions --

INSTRUCTION_EXPIRED = declare(
    "InstructionExpired",
    "the instruction was good until {deadline}, and now it is {now_s}",
    "Have the key sign it again with a later deadline.",
    show={"deadline": time_text, "now_s": time_text},
)
NONCE_SPENT = declare(
    "NonceSpent",
    "the instruction {nonce} of the key {key} was carried out, refused or revoked before",
    "Nothing to do where it took effect; otherwise give a new instruction.",
)
SIGNATURE_NOT_KEYS = declare(
    "SignatureNotKeys",
    "the signature is not the key {key}'s over this instruction",
    "Have the key sign exactly the message that was handed out.",
)
ARGUMENTS_MALFORMED = declare(
    "ArgumentsMalformed",
    "the arguments of the instruction {type_hash} are not encoded in the one form that is taken",
    "Encode them as the interface of the instructions says: every part once, in order, nothing after it.",
)
ROUTE_UNKNOWN = declare(
    "RouteUnknown",
    "the ledger knows no instruction with the type hash {type_hash}",
    "Use the messages of this ledger's version.",
)
ROUTE_KNOWN = declare(
    "RouteKnown",
    "the type hash {type_hash} has its meaning already, and keeps it",
    "Leave it out; what a signature means never changes.",
)
ROUTE_MALFORMED = declare(
    "RouteMalformed",
    "the layout for the type hash {type_hash} cannot be read",
    "Write it as the interface of the instructions says.",
)
ROUTE_FORBIDDEN = declare(
    "RouteForbidden",
    "instructions may not call {target}",
    "Name a contract of the ledger, and not the one that takes instructions.",
)
INSTRUCTION_STARVED = declare(
    "InstructionStarved",
    "instruction {index} of the batch was given less than its {gas_limit} gas",
    "Send the batch again with more gas; nothing of it took effect.",
)
REENTRANT = declare(
    "ReentrancyGuardReentrantCall",
    "the contract was called again while it carried out a call",
    "Report it with the transaction; no contract of the ledger does that.",
)

# -- a party's own keys --

KEY_PROOF_EXPIRED = declare(
    "KeyProofExpired",
    "the new key's proof was good until {deadline}, and now it is {now_s}",
    "Have the new key sign again with a later deadline.",
    show={"deadline": time_text, "now_s": time_text},
)
KEY_PROOF_NOT_KEYS = declare(
    "KeyProofNotKeys",
    "the key {added} did not sign that it becomes this party's key in this way",
    "Have the new key sign the message for this party, this change and this ledger.",
)
LAST_KEY = declare(
    "LastKey",
    "{key} is the last key of party {party}",
    "Add another key first, or put a new one in its place.",
)

# -- the council --

ALREADY_SEATED = declare(
    "AlreadySeated", "the council has its members", "Change them by a vote of the council itself."
)
TOO_FEW_MEMBERS = declare(
    "TooFewMembers",
    "{count} members are too few for a council: it takes {minimum}",
    "Name more parties, or admit another one first: two thirds of fewer than three leave nobody to spare.",
)
MEMBER_CANNOT_ACT = declare(
    "MemberCannotAct",
    "party {member} is suspended or has no key, and could not vote",
    "Let it act again, or give it a key, before it gets a seat.",
)
MEMBER_KEYS_UNLIKE = declare(
    "MemberKeysUnlike",
    "the keys of party {member} are not those that were voted for",
    "Look at its keys, have the party confirm them, and propose it again.",
)
DELAY_OUTSIDE = declare(
    "DelayOutside",
    "a delay of {delay_s} s is outside {shortest_s} s to {longest_s} s",
    "Set the council up with a delay between these two.",
)
ADMINISTRATION_LOST = declare(
    "AdministrationLost",
    "after this call the council would administer the ledger no more",
    "Appoint whoever comes after the council first, and have that one take the administration away.",
)
COUNCIL_WOULD_STOP = declare(
    "CouncilWouldStop",
    "after this call {able} members could act, and it takes {quorum} to decide anything",
    "Admit members first, or remove the party from the council in the place of suspending it.",
)
MEMBER_NEEDS_VOTE = declare(
    "MemberNeedsVote",
    "party {party} sits in the council and is suspended by the council's vote only",
    "Propose it to the council.",
)
NOT_A_MEMBER = declare(
    "NotAMember", "party {party} does not sit in the council", "Have a member of the council do it."
)
MEMBER_KNOWN = declare("MemberKnown", "party {member} sits in the council already", "Name each member once.")
TOO_MANY_MEMBERS = declare(
    "TooManyMembers", "the council has at most {maximum} members", "Have a member leave first."
)
ONLY_BY_VOTE = declare(
    "OnlyByVote",
    "only the council itself changes its members, not {caller}",
    "Make it a proposal to the council.",
)
ACT_TARGET_MISSING = declare(
    "ActTargetMissing", "there is no contract at {target}", "Name a contract of the ledger."
)
ACT_UNLIKE = declare(
    "ActUnlike",
    "proposal {proposal} is about another call",
    "Look at the proposal again and approve or carry out what it says.",
)
PROPOSAL_UNKNOWN = declare(
    "ProposalUnknown", "there is no proposal {proposal}", "Check the number of the proposal."
)
PROPOSAL_DONE = declare(
    "ProposalDone", "proposal {proposal} has been carried out", "Nothing to do; it cannot be taken back."
)
PROPOSAL_EXPIRED = declare(
    "ProposalExpired",
    "the time of proposal {proposal} ended on {expires_at}",
    "Propose it again.",
    show={"expires_at": time_text},
)
PROPOSAL_TOO_EARLY = declare(
    "ProposalTooEarly",
    "proposal {proposal} can be carried out from {executable_at} on",
    "Wait until then: everybody has that time to see it.",
    show={"executable_at": time_text},
)
APPROVAL_KNOWN = declare("ApprovalKnown", "party {member} has approved proposal {proposal}", "Nothing to do.")
APPROVAL_MISSING = declare(
    "ApprovalMissing",
    "party {member} has not approved proposal {proposal}",
    "Check the number of the proposal.",
)
QUORUM_MISSING = declare(
    "QuorumMissing",
    "{approvals} members that can act approve proposal {proposal}, it takes {quorum}",
    "Wait for further members to approve it.",
)
LIFETIME_TOO_SHORT = declare(
    "LifetimeTooShort",
    "proposals would end {lifetime_s} s after they are made, before their delay of {delay_s} s is over",
    "Set the council up with a longer time for its proposals.",
)

# -- anchors --

ANCHOR_HEAD_MISSING = declare(
    "AnchorHeadMissing", "the record's hash is missing", "Anchor the hash of the record's newest entry."
)
ANCHOR_NOT_NEWER = declare(
    "AnchorNotNewer",
    "{by} has anchored entry {last}, and {sequence} is no later one",
    "Anchor a later entry of the record.",
)
