"""The one reader of the environment.

Variables begin with COUNTERFOIL_, for example COUNTERFOIL_HOME. The passphrase and the address of the
database are secrets: they are shown in no summary, message or log.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from annotated_types import Ge
from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

STANDARD_SCRYPT_N = 2**18
SETTLEMENT_LOTS_PER_CALL = 500


class Settings(BaseSettings):
    """Where things lie and how the ledger runs.

    home: directory of one installation. database: address of a PostgreSQL database that has the store, as
    postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE; None: the store is a SQLite file in the home.
    passphrase: opens the keys there; asked for where it is missing.
    allow_time_travel: lets the chain's clock be advanced, for demos and tests. keystore_scrypt_n: cost of
    guessing the passphrase of a key file, a power of two. settlement_lots_per_call: lots paid by one
    transaction at most. log_level: of the structured log on standard error.
    """

    model_config = SettingsConfigDict(env_prefix="COUNTERFOIL_", extra="forbid", frozen=True)

    home: Path = Path("counterfoil-home")
    database: SecretStr | None = None
    passphrase: SecretStr | None = None
    allow_time_travel: bool = False
    keystore_scrypt_n: Annotated[int, Ge(2)] = STANDARD_SCRYPT_N
    settlement_lots_per_call: Annotated[int, Ge(1)] = SETTLEMENT_LOTS_PER_CALL
    log_level: str = "WARNING"

    @field_validator("keystore_scrypt_n")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value & (value - 1):
            raise ValueError("must be a power of two")
        return value

    @field_validator("database")
    @classmethod
    def _empty_is_none(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is not None and value.get_secret_value() else None

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
    def deployment_path(self) -> Path:
        """Which contracts stand where; its existence says that the ledger is deployed."""
        return self.home / "deployment.json"
