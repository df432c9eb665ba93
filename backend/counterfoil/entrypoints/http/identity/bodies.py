"""What the routes of identity take and answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from counterfoil.domain.access import OrganisationKind, Scope, UserRole
from counterfoil.domain.approvals import EVERY_OPERATION, MOST_APPROVALS, Limits
from counterfoil.domain.passwords import MAX_CHARACTERS
from counterfoil.ports.identity import (
    GrantsRecord,
    OrganisationRecord,
    OrganisationState,
    TokenRecord,
    UserRecord,
    UserState,
)

MOST_MINOR = 2**63 - 1

Operation = Annotated[
    str,
    Field(
        pattern=r"^(\*|[a-z][a-z0-9_]{0,62})$",
        description="Name of an operation, or `*` for all without a line of their own.",
        examples=[EVERY_OPERATION],
    ),
]
Name = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["Nordwind GmbH"]),
]
Login = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]*$",
        description="What the user types to log in, unique in the whole service; capitals do not matter.",
        examples=["erika@nordwind.example"],
    ),
]
Password = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS, examples=["seven tall green lamps"])]
Comment = Annotated[
    str,
    Field(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$", description="Kept with it in the log."),
]
BodyHash = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        description="`body_hash` of the command as it was read: this and nothing else is decided about.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]


class Body(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LoginBody(Body):
    """Login and password."""

    login: Annotated[
        str,
        Field(
            min_length=1,
            max_length=254,
            pattern=r"^[^\x00-\x1f\x7f]+$",
            examples=["erika@nordwind.example"],
        ),
    ]
    password: Password


class PasswordChangeBody(Body):
    """The password so far, and the new one: at least 12 characters, nothing else is asked of it."""

    current_password: Password
    new_password: Password


class PasswordSetBody(Body):
    """The code that an administrator handed over, and the password from now on."""

    code: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^cfr_[A-Za-z0-9_-]+$")]
    password: Password


class SessionAnswer(BaseModel):
    """A session. token: shown this once; send it as `Authorization: Bearer ...`."""

    token: str
    expires_at: datetime
    user_id: str
    org_id: str


class SessionLine(BaseModel):
    """An open session. current: the one that asks."""

    session_id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


class Sessions(BaseModel):
    """Open sessions, oldest first."""

    items: list[SessionLine]


class Limit(Body):
    """Most that a user may enter, or approve, at a time."""

    operation: Operation = EVERY_OPERATION
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
    limit_minor: Annotated[int, Field(ge=0, le=MOST_MINOR, strict=True, examples=[500_000_00])]


class UserBody(Body):
    """A new user of the own organisation."""

    login: Login
    display_name: Name
    roles: Annotated[list[UserRole], Field(min_length=1, max_length=4, examples=[["maker"]])]
    limits: Annotated[list[Limit], Field(max_length=500)] = []


class RolesBody(Body):
    """The user's roles from now on."""

    roles: Annotated[list[UserRole], Field(min_length=1, max_length=4, examples=[["checker"]])]


class SubjectBody(Body):
    """How the organisation's identity provider calls the user (claim `sub`); null for not at all."""

    subject: Annotated[
        str | None,
        Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["248289761001"]),
    ]


class LimitsBody(Body):
    """The user's limits from now on. Nothing is allowed in a currency without a limit."""

    limits: Annotated[list[Limit], Field(max_length=500)]


class UserAnswer(BaseModel):
    """A user."""

    user_id: str
    org_id: str
    login: str
    display_name: str
    state: UserState
    roles: list[UserRole]
    limits: list[Limit]
    has_password: bool
    oidc_subject: str | None
    created_at: datetime

    @classmethod
    def of(cls, user: UserRecord, grants: GrantsRecord) -> UserAnswer:
        """As the record says."""
        return cls(
            user_id=user.user_id,
            org_id=user.org_id,
            login=user.login,
            display_name=user.display_name,
            state=user.state,
            roles=sorted(grants.roles),
            limits=limit_lines(grants.limits),
            has_password=user.password_hash is not None,
            oidc_subject=user.oidc_subject,
            created_at=user.created_at,
        )


class UserWithCode(BaseModel):
    """A user and the code with which it sets its password; `code` is null when the answer is repeated."""

    user: UserAnswer
    code: str | None


class Users(BaseModel):
    """Users in the order in which they were created."""

    items: list[UserAnswer]
    next_cursor: str | None


class SessionView(BaseModel):
    """Who asks."""

    user: UserAnswer
    organisation: OrganisationAnswer
    scopes: list[Scope]
    credential: Literal["session", "token"]


class OrganisationBody(Body):
    """A new organisation with its first administrator."""

    name: Name
    kind: Annotated[Literal[OrganisationKind.MEMBER, OrganisationKind.AUDITOR], Field(examples=["member"])]
    party_id: Annotated[
        int | None,
        Field(gt=0, lt=2**24, strict=True, description="Number of the member's party on the ledger."),
    ] = None
    admin_login: Login
    admin_name: Name


class OrganisationAnswer(BaseModel):
    """An organisation. party_id: its party's number on the ledger, null without one."""

    org_id: str
    name: str
    kind: OrganisationKind
    state: OrganisationState
    party_id: int | None
    has_identity_provider: bool
    created_at: datetime

    @classmethod
    def of(cls, organisation: OrganisationRecord, party_id: int | None) -> OrganisationAnswer:
        """As the record says."""
        return cls(
            org_id=organisation.org_id,
            name=organisation.name,
            kind=organisation.kind,
            state=organisation.state,
            party_id=party_id,
            has_identity_provider=organisation.oidc_json is not None,
            created_at=organisation.created_at,
        )


class OrganisationCreatedAnswer(BaseModel):
    """The organisation, its administrator, and the code with which that one sets a password."""

    organisation: OrganisationAnswer
    admin: UserAnswer
    code: str | None


class Organisations(BaseModel):
    """Organisations in the order in which they were created."""

    items: list[OrganisationAnswer]
    next_cursor: str | None


class PolicyBody(Body):
    """How many others must approve, by operation; `*` stands for all without a number of their own."""

    approvals: Annotated[
        dict[Operation, Annotated[int, Field(ge=0, le=MOST_APPROVALS, strict=True)]],
        Field(max_length=200, examples=[{"*": 1, "propose_note": 2}]),
    ]


class PolicyAnswer(BaseModel):
    """The approval policy of the own organisation."""

    approvals: dict[str, int]


class IdentityProviderBody(Body):
    """An OpenID Connect provider of the own organisation."""

    issuer: Annotated[
        str,
        Field(min_length=8, max_length=500, pattern=r"^https?://[^\s]+$", examples=["https://id.example"]),
    ]
    client_id: Annotated[str, Field(min_length=1, max_length=500, examples=["counterfoil"])]
    client_secret: Annotated[
        str | None,
        Field(min_length=1, max_length=500, description="Kept sealed. Null for a client without one."),
    ] = None
    create_users: Annotated[
        bool,
        Field(description="Whether somebody whom the provider knows and we do not becomes a viewer."),
    ] = False


class IdentityProviderAnswer(BaseModel):
    """The organisation's OpenID Connect provider, without the secret."""

    issuer: str
    client_id: str
    has_client_secret: bool
    create_users: bool


class TokenBody(Body):
    """A new API token of the user who asks."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4, examples=[["read", "write"]])]
    expires_at: Annotated[
        AwareDatetime, Field(description="At most a year ahead.", examples=["2027-06-30T00:00:00Z"])
    ]


class TokenAnswer(BaseModel):
    """An API token, without its secret."""

    token_id: str
    user_id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, token: TokenRecord) -> TokenAnswer:
        """As the record says."""
        return cls(
            token_id=token.token_id,
            user_id=token.user_id,
            name=token.name,
            scopes=sorted(token.scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )


class TokenWithSecret(BaseModel):
    """A token and its secret, shown this once; `secret` is null when the answer is repeated."""

    token: TokenAnswer
    secret: str | None


class Tokens(BaseModel):
    """API tokens, oldest first."""

    items: list[TokenAnswer]


class AuditEntryAnswer(BaseModel):
    """An entry of the audit log, with what its hash covers."""

    sequence: int
    at: datetime
    org_id: str | None
    user_id: str | None
    action: str
    subject: str
    correlation_id: str
    detail: dict[str, Any]
    previous_hash: str
    entry_hash: str


class AuditEntries(BaseModel):
    """Entries in order; next_cursor is the number of the last one, null where there are no more."""

    items: list[AuditEntryAnswer]
    next_cursor: str | None


class AuditVerification(BaseModel):
    """The whole log was followed. anchored_up_to: newest entry that is on chain, as the store noted it."""

    sequence: int
    entry_hash: str
    anchors: int
    anchored_up_to: int


class DecisionBody(Body):
    """A decision about a command as it was read."""

    body_hash: BodyHash
    comment: Comment = ""


class WithdrawBody(Body):
    """Taking a command back."""

    comment: Comment = ""


def limits_of(lines: list[Limit]) -> dict[tuple[str, str], int]:
    """Limits by operation and currency; of two for the same the later one stands."""
    return {(line.operation, line.currency): line.limit_minor for line in lines}


def limit_lines(limits: Limits) -> list[Limit]:
    """Limits as lines, sorted."""
    return [
        Limit(operation=operation, currency=currency, limit_minor=limit_minor)
        for (operation, currency), limit_minor in sorted(limits.items())
    ]


def json_of(model: BaseModel) -> Mapping[str, Any]:
    """The model as JSON values."""
    shown: dict[str, Any] = model.model_dump(mode="json")
    return shown


SessionView.model_rebuild()
