"""What identity refuses, beside the rules of the domain."""

from __future__ import annotations

from counterfoil.domain.errors import declare

LOGIN_FAILED = declare(
    "LoginFailed",
    "login and password do not belong together",
    "Check both; an administrator of your organisation can let you set a new password.",
)
LOGIN_DELAYED = declare(
    "LoginDelayed",
    "too many attempts went wrong; the next one is possible in {retry_after_s} seconds",
    "Wait, then try again; each further failure doubles the wait.",
)
RATE_LIMITED = declare(
    "RateLimited",
    "more requests than the service takes from one place",
    "Wait {retry_after_s} seconds and send fewer at a time.",
)
OPERATOR_EXISTS = declare(
    "OperatorExists",
    "the service has an operator already",
    "Log in as an administrator of the operator and create the rest there.",
)
ORGANISATION_UNKNOWN = declare(
    "OrganisationUnknown",
    "there is no organisation {org_id}",
    "List the organisations and choose one of them.",
)
ORGANISATION_UNFIT = declare(
    "OrganisationUnfit",
    "the organisation cannot be set up so: {reason}",
    "A member acts for one registered party that no other organisation acts for; others for none.",
)
OWN_ORGANISATION = declare(
    "OwnOrganisation",
    "an operator does not suspend itself",
    "Disable single users instead.",
)
USER_UNKNOWN = declare(
    "UserUnknown",
    "there is no user {user_id}",
    "List the users of your organisation and choose one of them.",
)
LOGIN_TAKEN = declare(
    "LoginTaken",
    "the login {login} cannot be used",
    "Choose another one, for example an e-mail address.",
)
ROLES_UNFIT = declare(
    "RolesUnfit",
    "users of this kind of organisation cannot have the role {role}",
    "An auditor's users are administrators and viewers: they never act.",
)
LAST_ADMIN = declare(
    "LastAdmin",
    "the organisation would have no administrator left",
    "Make somebody else an administrator first.",
)
SESSION_UNKNOWN = declare(
    "SessionUnknown",
    "there is no open session {session_id}",
    "List the sessions and choose one of them.",
)
RESET_INVALID = declare(
    "ResetInvalid",
    "the code is unknown, used or too old",
    "Have an administrator of your organisation make a new one.",
)
TOKEN_UNKNOWN = declare(
    "TokenUnknown",
    "there is no token {token_id}",
    "List the tokens and choose one of them.",
)
TOKEN_UNFIT = declare(
    "TokenUnfit",
    "the token cannot be made so: {reason}",
    "Ask for scopes that the user's roles allow, and at most a year.",
)
COMMAND_UNKNOWN = declare(
    "CommandUnknown",
    "there is no command {command_id}",
    "List the commands of your organisation and choose one of them.",
)
COMMAND_NOT_WAITING = declare(
    "CommandNotWaiting",
    "the command is {state}, and nothing is to be decided about it",
    "Read the command: it says what became of it, or what it waits for.",
)
COMMAND_UNDER_WAY = declare(
    "CommandUnderWay",
    "the command is {state} and cannot be taken back",
    "Wait for its result; what took effect is undone by another command only.",
)
OIDC_MISSING = declare(
    "OidcMissing",
    "the organisation has no identity provider",
    "Log in with a password, or have an administrator name the identity provider.",
)
OIDC_UNFIT = declare(
    "OidcUnfit",
    "the identity provider cannot be used: {reason}",
    "State its issuer exactly as its own documents do, with https and a public address.",
)
OIDC_UNREACHABLE = declare(
    "OidcUnreachable",
    "the identity provider gave no usable answer: {reason}",
    "Try again; if it stays, ask whoever runs the identity provider.",
)
OIDC_REFUSED = declare(
    "OidcRefused",
    "the identity provider's answer is not accepted: {reason}",
    "Begin the login again; if it stays, check how the identity provider is set up.",
)
