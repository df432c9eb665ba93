"""The consortium's council: proposals, approvals, acts, and the recovery of a lost key."""
