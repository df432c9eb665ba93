"""Administrators, their users, organisations, policies and API tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.domain.access import OrganisationKind, Scope, UserRole
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.identity import OrganisationState, UserRecord
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.identity.organisations import (
    create_operator,
    create_organisation,
    set_organisation_state,
    set_policy,
)
from counterfoil.usecases.identity.rights import check_afresh, identify
from counterfoil.usecases.identity.sessions import (
    end_own_session,
    log_out,
    log_out_everywhere,
    open_sessions,
)
from counterfoil.usecases.identity.tokens import create_token, revoke_token
from counterfoil.usecases.identity.users import (
    create_user,
    disable_user,
    enable_user,
    end_sessions,
    link_subject,
    reset_password,
    set_limits,
    set_roles,
)
from identity.identity_support import NOON, PASSWORD, Town, at_once, codes

ABSENT = "usr_" + "0" * 26


@pytest.fixture
def town(small_town: Town) -> Town:
    small_town.add_organisation("Operator", OrganisationKind.OPERATOR)
    small_town.add_user("oskar", "Operator", {UserRole.ADMIN})
    small_town.add_user("olli", "Operator", {UserRole.VIEWER})
    return small_town


def creates(town: Town, name: str, login: str, *roles: UserRole) -> UserRecord:
    asking = town.asking(name)
    with town.store.concurrent() as work:
        user, _ = create_user(
            work, asking, login=login, display_name="N", roles=roles, limits={("*", "EUR"): 5}
        )
    return user


def test_a_new_user_belongs_to_the_administrators_organisation(town: Town) -> None:
    user = creates(town, "abel", " New.User@Nordwind.Example ", UserRole.MAKER, UserRole.CHECKER)
    assert (user.org_id, user.login) == (town.organisations["Nordwind"], "new.user@nordwind.example")
    with town.store.read() as work:
        assert work.identity.user(user.user_id) == user
        grants = work.identity.grants_of((user.user_id,))[user.user_id]
    assert grants.roles == {UserRole.MAKER, UserRole.CHECKER}
    assert grants.limits == {("*", "EUR"): 5}
    assert user.password_hash is None


@pytest.mark.parametrize("name", ["mara", "chen", "olli"])
def test_only_administrators_create_users(town: Town, name: str) -> None:
    with pytest.raises(CounterfoilError) as refused:
        creates(town, name, "somebody", UserRole.MAKER)
    assert refused.value.code == "NotPermitted"


def test_a_login_is_unique_in_the_whole_service_in_any_case(town: Town) -> None:
    with pytest.raises(CounterfoilError) as refused:
        creates(town, "abel", "SVEN", UserRole.MAKER)
    assert refused.value.code == "LoginTaken"


CHANGES = {
    "roles": lambda work, asking, user_id: set_roles(work, asking, user_id=user_id, roles={UserRole.MAKER}),
    "limits": lambda work, asking, user_id: set_limits(
        work, asking, user_id=user_id, limits={("*", "EUR"): 1}
    ),
    "disable": lambda work, asking, user_id: disable_user(work, asking, user_id=user_id),
    "enable": lambda work, asking, user_id: enable_user(work, asking, user_id=user_id),
    "end": lambda work, asking, user_id: end_sessions(work, asking, user_id=user_id),
    "reset": lambda work, asking, user_id: reset_password(work, asking, user_id=user_id),
    "link": lambda work, asking, user_id: link_subject(work, asking, user_id=user_id, subject="s"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("administrator", ["tina", "oskar"])
def test_somebody_elses_user_is_as_if_it_did_not_exist(town: Town, change: str, administrator: str) -> None:
    with town.store.read() as work:
        before = work.identity.user(town.users["mara"])
    answers = []
    for user_id in (town.users["mara"], ABSENT):
        asking = town.asking(administrator)
        with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
            CHANGES[change](work, asking, user_id)
        answers.append((refused.value.code, refused.value.message.replace(user_id, "")))
    assert answers[0] == answers[1]
    assert answers[0][0] == "UserUnknown"
    with town.store.read() as work:
        assert work.identity.user(town.users["mara"]) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["mara", "chen"])
def test_users_change_nothing_of_each_other(town: Town, change: str, name: str) -> None:
    asking = town.asking(name)
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        CHANGES[change](work, asking, town.users["dora"])
    assert refused.value.code == "NotPermitted"


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_told_and_counts_the_version_up(town: Town, change: str) -> None:
    asking = town.asking("abel")
    with town.store.read() as work:
        before = work.identity.version()
    with town.store.concurrent() as work:
        CHANGES[change](work, asking, town.users["dora"])
    with town.store.read() as work:
        assert work.identity.version() == before + 1
        entry = work.audit.entries()[-1].entry
        user = work.identity.user(town.users["dora"])
    assert user is not None
    assert user.version == 2
    assert (entry.user_id, entry.subject) == (town.users["abel"], f"user:{town.users['dora']}")


def test_the_operator_helps_an_administrator_who_is_locked_out_and_nobody_else(town: Town) -> None:
    asking = town.asking("oskar")
    with town.store.concurrent() as work:
        user, code = reset_password(work, asking, user_id=town.users["abel"])
    assert user.org_id == town.organisations["Nordwind"]
    assert code.startswith("cfr_")
    with town.store.read() as work:
        told = [kept.entry for kept in work.audit.entries()[-2:]]
    assert [entry.org_id for entry in told] == [
        town.organisations["Operator"],
        town.organisations["Nordwind"],
    ]
    assert {(entry.action, entry.user_id) for entry in told} == {("user.reset", town.users["oskar"])}


@pytest.mark.parametrize("change", ["roles", "disable"])
def test_an_organisation_keeps_an_administrator(town: Town, change: str) -> None:
    asking = town.asking("abel")
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        CHANGES[change](work, asking, town.users["abel"])
    assert refused.value.code == "LastAdmin"
    town.add_user("anna", "Nordwind", {UserRole.ADMIN})
    with town.store.concurrent() as work:
        CHANGES[change](work, asking, town.users["abel"])


def test_auditors_never_act(town: Town) -> None:
    asking = town.asking("oskar")
    with town.store.concurrent() as work:
        created = create_organisation(
            work,
            asking,
            name="Audit",
            kind=OrganisationKind.AUDITOR,
            party_id=None,
            admin_login="audit",
            admin_name="A",
        )
    town.users["audit"] = created.admin.user_id
    for role in (UserRole.MAKER, UserRole.CHECKER):
        with pytest.raises(CounterfoilError) as refused:
            creates(town, "audit", "worker", role)
        assert refused.value.code == "RolesUnfit"
    creates(town, "audit", "reader", UserRole.VIEWER)


@pytest.mark.parametrize(
    ("kind", "party_id", "reason"),
    [
        (OrganisationKind.MEMBER, None, "needs party_id"),
        (OrganisationKind.MEMBER, 99, "no party"),
        (OrganisationKind.MEMBER, 1, "another organisation"),
        (OrganisationKind.AUDITOR, 1, "acts for no party"),
    ],
)
def test_a_member_acts_for_one_party_of_its_own(
    town: Town, kind: OrganisationKind, party_id: int | None, reason: str
) -> None:
    asking = town.asking("oskar")
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        create_organisation(
            work, asking, name="X", kind=kind, party_id=party_id, admin_login="xena", admin_name="X"
        )
    assert refused.value.code == "OrganisationUnfit"
    assert reason in refused.value.message
    with town.store.read() as work:
        assert work.identity.user_by_login("xena") is None


@pytest.mark.parametrize("name", ["abel", "olli", "mara"])
def test_only_the_operators_administrators_create_and_suspend(town: Town, name: str) -> None:
    asking = town.asking(name)
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        create_organisation(
            work,
            asking,
            name="X",
            kind=OrganisationKind.AUDITOR,
            party_id=None,
            admin_login="xena",
            admin_name="X",
        )
    assert refused.value.code == "NotPermitted"
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        set_organisation_state(
            work, asking, org_id=town.organisations["Suedtor"], state=OrganisationState.SUSPENDED
        )
    assert refused.value.code == "NotPermitted"


def test_nobody_of_a_suspended_organisation_gets_in_until_it_is_let_in_again(town: Town) -> None:
    town.principal("sven")
    asking = town.asking("oskar")
    org_id = town.organisations["Suedtor"]
    with town.store.concurrent() as work:
        set_organisation_state(work, asking, org_id=org_id, state=OrganisationState.SUSPENDED)
    with pytest.raises(CounterfoilError) as refused:
        town.principal("sven")
    assert refused.value.code == "CredentialInvalid"
    with town.store.concurrent() as work:
        set_organisation_state(work, asking, org_id=org_id, state=OrganisationState.ACTIVE)
    town.principal("sven")


def test_an_operator_does_not_suspend_itself(town: Town) -> None:
    asking = town.asking("oskar")
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        set_organisation_state(
            work, asking, org_id=town.organisations["Operator"], state=OrganisationState.SUSPENDED
        )
    assert refused.value.code == "OwnOrganisation"


def test_a_policy_without_a_line_for_all_means_four_eyes(town: Town) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        assert set_policy(work, asking, policy={"propose_note": 0}) == {"*": 1, "propose_note": 0}
    with town.store.read() as work:
        assert work.identity.policy_of(town.organisations["Nordwind"]) == {"*": 1, "propose_note": 0}
        assert work.identity.policy_of(town.organisations["Suedtor"]) == {}


def test_there_is_one_operator_even_if_two_are_created_at_once(store: Store) -> None:
    town = Town(store)

    def create() -> object:
        with store.begin() as work:
            return create_operator(
                work,
                town.passwords,
                name="Op",
                login="root@op.example",
                display_name="R",
                password=PASSWORD,
                now=NOON,
            )

    assert codes(at_once(create, create, create)) == ["OperatorExists"] * 2
    with store.read() as work:
        assert len(work.identity.organisations()) == 1


def test_an_operator_needs_a_good_password(small_town: Town) -> None:
    with pytest.raises(CounterfoilError) as refused, small_town.store.begin() as work:
        create_operator(
            work,
            small_town.passwords,
            name="Op",
            login="root",
            display_name="R",
            password="administrator1",
            now=NOON,
        )
    assert refused.value.code == "PasswordUnfit"


def makes_token(town: Town, name: str, *scopes: Scope, days: float = 30) -> tuple[str, str]:
    asking = town.asking(name)
    with town.store.concurrent() as work:
        token, secret = create_token(
            work, asking, name="erp", scopes=scopes, expires_at=asking.now + timedelta(days=days)
        )
    return token.token_id, secret


def test_a_token_has_its_scopes_as_far_as_the_roles_allow(town: Town) -> None:
    _, secret = makes_token(town, "sven", Scope.READ, Scope.WRITE)
    with town.store.read() as work:
        principal = identify(work, secret, now=town.clock()).principal
    assert principal.scopes == {Scope.READ, Scope.WRITE}
    assert principal.roles == {UserRole.MAKER, UserRole.CHECKER}
    asking = town.asking("tina")
    with town.store.concurrent() as work:
        set_roles(work, asking, user_id=town.users["sven"], roles={UserRole.CHECKER})
    with town.store.read() as work:
        assert identify(work, secret, now=town.clock()).principal.scopes == {Scope.READ}


@pytest.mark.parametrize(
    ("name", "scopes", "days", "reason"),
    [
        ("mara", [Scope.APPROVE], 1, "roles"),
        ("chen", [Scope.READ, Scope.WRITE], 1, "roles"),
        ("mara", [Scope.ADMIN], 1, "roles"),
        ("mara", [], 1, "no scope"),
        ("mara", [Scope.READ], 0, "later than now"),
        ("mara", [Scope.READ], -1, "later than now"),
        ("mara", [Scope.READ], 366.001, "a year"),
    ],
)
def test_a_token_is_no_more_than_its_user_and_lasts_a_year_at_most(
    town: Town, name: str, scopes: list[Scope], days: float, reason: str
) -> None:
    with pytest.raises(CounterfoilError) as refused:
        makes_token(town, name, *scopes, days=days)
    assert refused.value.code == "TokenUnfit"
    assert reason in refused.value.message


def test_a_token_makes_no_tokens(town: Town) -> None:
    _, secret = makes_token(town, "mara", Scope.READ, Scope.WRITE)
    town.secrets["mara"] = secret
    with pytest.raises(CounterfoilError) as refused:
        makes_token(town, "mara", Scope.READ)
    assert refused.value.code == "TokenUnfit"


def test_a_token_runs_out_and_is_revoked(town: Town) -> None:
    _, short = makes_token(town, "mara", Scope.READ, days=1)
    token_id, other = makes_token(town, "mara", Scope.READ, days=3)
    town.clock.advance(days=1)
    town.secrets.clear()
    asking = town.asking("mara")
    for secret, holds in ((short, False), (other, True)):
        with town.store.read() as work:
            if holds:
                identify(work, secret, now=town.clock())
                continue
            with pytest.raises(CounterfoilError):
                identify(work, secret, now=town.clock())
    with town.store.concurrent() as work:
        assert revoke_token(work, asking, token_id=token_id).revoked_at == town.clock()
    with pytest.raises(CounterfoilError) as refused, town.store.read() as work:
        identify(work, other, now=town.clock())
    assert refused.value.code == "CredentialInvalid"
    told = len(town.actions())
    with town.store.concurrent() as work:
        revoke_token(work, asking, token_id=token_id)
    assert len(town.actions()) == told


@pytest.mark.parametrize(("name", "may"), [("mara", True), ("abel", True), ("chen", False), ("tina", False)])
def test_tokens_are_revoked_by_their_user_and_its_administrators(town: Town, name: str, may: bool) -> None:
    token_id, secret = makes_token(town, "mara", Scope.READ)
    asking = town.asking(name)
    if may:
        with town.store.concurrent() as work:
            revoke_token(work, asking, token_id=token_id)
        return
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        revoke_token(work, asking, token_id=token_id)
    assert refused.value.code == "TokenUnknown"
    with town.store.read() as work:
        identify(work, secret, now=town.clock())


@pytest.mark.parametrize("change", ["disable", "reset"])
def test_who_is_disabled_or_reset_loses_every_token_for_good(town: Town, change: str) -> None:
    _, secret = makes_token(town, "mara", Scope.READ)
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        CHANGES[change](work, asking, town.users["mara"])
        enable_user(work, asking, user_id=town.users["mara"])
    with pytest.raises(CounterfoilError), town.store.read() as work:
        identify(work, secret, now=town.clock())


@pytest.mark.parametrize("scope", list(Scope))
def test_the_scope_of_a_token_binds_also_where_the_role_is_there(town: Town, scope: Scope) -> None:
    town.add_user("omni", "Nordwind", set(UserRole))
    _, secret = makes_token(town, "omni", scope)
    with town.store.concurrent() as work:
        principal = identify(work, secret, now=town.clock()).principal
        for asked in Scope:
            if asked is scope:
                check_afresh(work, principal, now=town.clock(), scope=asked)
                continue
            with pytest.raises(CounterfoilError) as refused:
                check_afresh(work, principal, now=town.clock(), scope=asked)
            assert refused.value.code == "NotPermitted"


def test_a_token_ends_nothing_but_itself(town: Town) -> None:
    """One that only reads and was stolen must not stop what its user's programs and browsers do."""
    other, other_secret = makes_token(town, "mara", Scope.READ, Scope.WRITE)
    own, stolen = makes_token(town, "mara", Scope.READ)
    session = town.secrets["mara"]
    with town.store.read() as work:
        named = open_sessions(work, town.users["mara"], now=town.clock())[0].session_id
    town.secrets["mara"] = stolen
    asking = town.asking("mara")
    for ends in (
        lambda work: revoke_token(work, asking, token_id=other),
        lambda work: log_out(work, asking),
        lambda work: log_out_everywhere(work, asking),
        lambda work: end_own_session(work, asking, session_id=named),
    ):
        with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
            ends(work)
        assert refused.value.code == "NotPermitted"
    with town.store.concurrent() as work:
        assert revoke_token(work, asking, token_id=own).revoked_at == town.clock()
    with town.store.read() as work:
        for secret in (other_secret, session):
            identify(work, secret, now=town.clock())
