"""The one reader of the environment.

Variables begin with COUNTERFOIL_, for example COUNTERFOIL_HOME. The passphrase, tokens and the addresses of
database and node are secrets: they are shown in no summary, message or log.
"""

from __future__ import annotations

from errno import ENODATA
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

STANDARD_SCRYPT_N = 2**18
SETTLEMENT_LOTS_PER_CALL = 500
NETWORK_LANES = 4


LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return f"COUNTERFOIL_{field.upper()}"


class Settings(BaseSettings):
    """Where things lie and how the ledger runs.

    home: directory of one installation. database: address of a PostgreSQL database that has the store, as
    postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE; None: the store is a SQLite file in the home.
    passphrase: opens the keys there; asked for where it is missing.
    allow_time_travel: lets the chain's clock be advanced, for demos and tests. keystore_scrypt_n: cost of
    guessing the passphrase of a key file, a power of two. settlement_lots_per_call: lots paid by one
    transaction at most. log_level: of the structured log on standard error. signing_keys: directory of keys
    that `counterfoil sign` signs with, apart from any home. token: session or API token with which
    `counterfoil --server` asks a service.

    For the service:

    passphrase_file: a file whose first line is the passphrase, such as a credential of systemd.
    backup_passphrase: of encrypted backups.
    chain: JSON-RPC addresses of a network, http or https, with commas between them, or the path of its
    network.json; None: the embedded chain in the home. chain_agreement: endpoints that must agree on what
    cannot be proven; None: one more than may lie by the engine's rule. chain_lag_blocks: how far behind the
    others an endpoint is refused.
    host, port: where HTTP is served. http_connections, worker_connections: transactions that each process
    runs at once on the database. stop_after_s: how long the processes have to finish when they are stopped.
    public_url: as clients reach the service, such as https://ledger.example; identity providers send people
    back there. None: host and port. trusted_proxies: addresses, with commas between them, whose header
    X-Forwarded-For is believed; without it everybody behind a proxy counts as one address.
    private_identity_providers: whether these may stand in the own network and speak plain http.
    private_webhooks: whether webhooks may lead into the own network and to plain http, for pilots.
    credential_requests_per_s, address_requests_per_s: taken from one session or token, and from one address;
    five times that at once after a pause.
    metrics_token: whoever sends it as a bearer token may read /metrics from elsewhere than this machine.
    otlp_endpoint: where OpenTelemetry traces are sent, by OTLP over HTTP; None: nothing is traced.
    confirmations: blocks on top of a transaction before it is final; None: as the engine's profile says.
    relay_lanes: keys that send the service's transactions, each with nonces of its own; None: 4 on a network,
    1 on the embedded chain. relay_in_flight: transactions of one of them that wait to be mined at once; None:
    4 where blocks are final at once, else 1. relay_batch: commands in one transaction at most.
    audit_anchor_interval_s: how often the head of the audit log is put on the chain, where it changed.
    lag_blocks, beat_age_s: from when on the service is not ready, blocks not indexed and seconds without a
    sign of the worker.
    """

    model_config = SettingsConfigDict(env_prefix="COUNTERFOIL_", extra="forbid", frozen=True)

    home: Path = Path("counterfoil-home")
    database: SecretStr | None = None
    passphrase: SecretStr | None = None
    allow_time_travel: bool = False
    keystore_scrypt_n: Annotated[int, Ge(2)] = STANDARD_SCRYPT_N
    settlement_lots_per_call: Annotated[int, Ge(1)] = SETTLEMENT_LOTS_PER_CALL
    log_level: LogLevel = "WARNING"
    signing_keys: Path = Path("counterfoil-keys")
    token: SecretStr | None = None

    passphrase_file: Path | None = None
    backup_passphrase: SecretStr | None = None
    chain: SecretStr | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Ge(0), Le(65535)] = 8080
    http_connections: Annotated[int, Ge(2), Le(200)] = 16
    worker_connections: Annotated[int, Ge(2), Le(200)] = 8
    stop_after_s: Annotated[float, Gt(0), Le(300)] = 8.0
    public_url: str | None = None
    trusted_proxies: str = ""
    private_identity_providers: bool = False
    private_webhooks: bool = False
    credential_requests_per_s: Annotated[float, Gt(0)] = 1000.0
    address_requests_per_s: Annotated[float, Gt(0)] = 2000.0
    metrics_token: SecretStr | None = None
    otlp_endpoint: str | None = None
    chain_agreement: Annotated[int, Ge(1), Le(1000)] | None = None
    chain_lag_blocks: Annotated[int, Ge(1), Le(10_000)] = 5
    confirmations: Annotated[int, Ge(0), Le(10_000)] | None = None
    relay_lanes: Annotated[int, Ge(1), Le(64)] | None = None
    relay_in_flight: Annotated[int, Ge(1), Le(64)] | None = None
    relay_batch: Annotated[int, Ge(1), Le(500)] = 64
    audit_anchor_interval_s: Annotated[int, Ge(1)] = 600
    lag_blocks: Annotated[int, Ge(1)] = 50
    beat_age_s: Annotated[float, Gt(0)] = 15.0

    @field_validator("keystore_scrypt_n")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value & (value - 1):
            raise ValueError("must be a power of two")
        return value

    @field_validator("database", "chain", "metrics_token", "token")
    @classmethod
    def _empty_is_none(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is not None and value.get_secret_value() else None

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: str) -> str:
        for each in filter(None, (part.strip() for part in value.split(","))):
            ip_network(each, strict=False)
        return value

    @property
    def own_url(self) -> str:
        """As clients reach the service."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @field_validator("otlp_endpoint", "passphrase_file", "public_url", mode="before")
    @classmethod
    def _empty_text_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("chain")
    @classmethod
    def _addresses_or_path(cls, value: SecretStr | None) -> SecretStr | None:
        text = "" if value is None else value.get_secret_value()
        schemes = ("http://", "https://")
        is_path = "://" not in text and text.endswith(".json")
        if text and not is_path and not all(each.strip().startswith(schemes) for each in text.split(",")):
            raise ValueError(
                "must be addresses that begin with http:// or https://, or the path of a network.json"
            )
        return value

    @property
    def lane_count(self) -> int:
        """Keys that send the service's transactions."""
        if self.relay_lanes is not None:
            return self.relay_lanes
        return 1 if self.chain is None else NETWORK_LANES

    def given_passphrase(self) -> str | None:
        """The passphrase of the environment or its file, or None. Raises OSError for a file without one."""
        if self.passphrase is not None:
            return self.passphrase.get_secret_value()
        if self.passphrase_file is None:
            return None
        lines = self.passphrase_file.read_text(encoding="utf-8").splitlines()
        if not lines or not lines[0]:
            raise OSError(ENODATA, "it has no passphrase in its first line", str(self.passphrase_file))
        return lines[0]

    def summary(self) -> dict[str, str]:
        """Every setting by its variable's name, in words; secrets say only whether they are set."""
        told: dict[str, str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                told[variable(name)] = "(set)"
            else:
                told[variable(name)] = "(not set)" if value is None else str(value)
        return told

    @property
    def chain_directory(self) -> Path:
        """Blocks of the embedded chain."""
        return self.home / "chain"

    @property
    def store_path(self) -> Path:
        """The SQLite store, where no other database is set."""
        return self.home / "store.sqlite"

    @property
    def keys_directory(self) -> Path:
        """Encrypted keys, and the encrypted fingerprint key."""
        return self.home / "keys"

    @property
    def service_lock_path(self) -> Path:
        """Held by the one service that runs on this home."""
        return self.home / "service.lock"

    @property
    def deployment_path(self) -> Path:
        """Which contracts stand where; its existence says that the ledger is deployed."""
        return self.home / "deployment.json"
