"""One `Settings`, read from the environment, secret files and the documented file per environment.

Precedence: `STACKROOM_*` variables, then files in `STACKROOM_SECRETS_DIR` named like the
variables, then `config/environments/<environment>.env`, then the defaults below.
"""

import os
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.faults import DEVELOPMENT_SIGNING_KEY, bad_signing_key, production_faults

ENVIRONMENTS = Path(__file__).parent / "environments"
Environment = Literal["development", "testing", "staging", "production"]


class ConfigurationError(Exception):
    """The settings cannot start a process; `faults` lists everything that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Silo(BaseModel):
    """The database of organisations that are placed apart; addresses as for the main one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    owner_url: str = ""

    @property
    def owner_database(self) -> str:
        return self.owner_url or self.url

    @property
    def app_role(self) -> str | None:
        return urlsplit(self.url).username if self.owner_url else None


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="STACKROOM_", extra="ignore", frozen=True)

    environment: Environment = Field("development", alias="STACKROOM_ENV")
    data_dir: Path = Path("var")
    secret_key: SecretStr = SecretStr("development-only-key-not-for-production-use")

    signing_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SIGNING_KEY),
        description="base64 of 32 random bytes: the Ed25519 key of certificates and manifests",
    )

    base_domain: str = "localhost"
    console_host: str = Field("", description="the operators' console; console.<base domain>")
    scheme: Literal["http", "https"] = "http"
    public_port: int = Field(8000, ge=0, le=65535, description="shown in links; 0 for the standard")
    proxy_hops: int = Field(0, ge=0, le=5)

    database_url: str = Field("", repr=False)  # as others below: it holds a password
    database_owner_url: str = Field("", repr=False)
    database_admin_url: str = Field("", repr=False, description="for `stackroom db roles` only")
    database_pool_size: int = Field(10, ge=1, le=200)
    database_pool_overflow: int = Field(10, ge=0, le=200, description="opened in a rush, then shut")
    database_pool_seconds: float = Field(10, gt=0, description="a request waits for a connection")
    database_recycle_seconds: int = Field(1800, ge=1, description="the age of a connection")
    database_pooler: bool = Field(
        False, description="PgBouncer, or alike, pools transactions before PostgreSQL"
    )
    statement_seconds: float = Field(15, gt=0, description="a request's statement may take")
    job_statement_seconds: float = Field(600, gt=0, description="the same, of a job or command")
    lock_seconds: float = Field(5, gt=0, description="a statement waits for another's row")
    idle_transaction_seconds: float = Field(60, gt=0, description="between two statements")
    silos: dict[str, Silo] = Field(
        default_factory=dict, repr=False, description="databases of organisations of their own"
    )

    dns_servers: tuple[str, ...] = Field((), description="addresses; empty: the machine's own")
    dns_port: int = Field(53, ge=1, le=65535)
    dns_timeout: float = Field(4, gt=0, le=30, description="seconds for all tries of a look-up")
    domain_grace_days: float = Field(
        3, ge=0, le=90, description="how long a domain is served after its proof has gone"
    )

    redis_url: str = Field("", repr=False)
    broker_url: str = Field("", repr=False)
    rate_limits: bool = True
    socket_check_seconds: float = Field(
        30, gt=0, le=30, description="how long a socket may outlive its sign-in"
    )
    cors_origins: tuple[str, ...] = ()

    smtp_url: str = Field("", repr=False)
    mail_from: str = "Stackroom <no-reply@localhost>"
    flags_document: Path = Path(__file__).parent / "flags.json"

    closing_days: int = Field(
        30, ge=1, le=365, description="from closing an organisation to its purge; may be undone"
    )

    audit_retention_floor_years: int = Field(
        2, ge=1, le=100, description="whole years of history that stay at hand, whoever wants less"
    )

    access_token_minutes: int = Field(15, ge=1, le=60)
    refresh_token_days: int = Field(30, ge=1, le=365)
    argon2_memory_kib: int = Field(19456, ge=8, description="OWASP: 19 MiB, t=2, p=1")
    argon2_time: int = Field(2, ge=1)
    max_body_mib: int = Field(2, ge=1, description="JSON and form bodies")
    max_upload_mib: int = Field(2048, ge=1, description="import files")

    otlp_endpoint: str = Field(
        "", description="an OpenTelemetry collector (OTLP over HTTP) that takes traces"
    )
    worker_metrics_port: int = Field(
        0, ge=0, le=65535, description="where a worker that Celery starts tells its metrics"
    )
    web_workers: int = Field(1, ge=1)
    web_worker_class: str = "gevent"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("signing_key")
    @classmethod
    def _thirty_two_bytes(cls, given: SecretStr) -> SecretStr:
        if bad_signing_key(given.get_secret_value()):
            raise ValueError("use the base64 of 32 random bytes, as `openssl rand -base64 32` says")
        return given

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment in ("staging", "production") and (faults := production_faults(self)):
            raise ConfigurationError(faults)
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'stackroom.db'}"

    @property
    def owner_database(self) -> str:
        return self.database_owner_url or self.database

    @property
    def app_role(self) -> str | None:
        """The role that needs grants after a migration; None where owner and app are one."""
        if not self.database_owner_url:
            return None
        return urlsplit(self.database_url).username

    @property
    def console(self) -> str:
        """The host of the operators' console."""
        return (self.console_host or f"console.{self.base_domain}").lower()

    @property
    def is_development(self) -> bool:
        return self.environment == "development"

    def origin(self, host: str) -> str:
        """The address of a stored host, for links in mails and redirects."""
        standard = {"http": 80, "https": 443}[self.scheme]
        port = f":{self.public_port}" if self.public_port not in (0, standard) else ""
        return f"{self.scheme}://{host}{port}"


def load(**overrides: Any) -> Settings:
    """Read the settings of this process.

    Raises:
        ConfigurationError: with one sentence for every fault found.
    """
    environment = overrides.get("STACKROOM_ENV") or os.environ.get("STACKROOM_ENV", "development")
    secrets = os.environ.get("STACKROOM_SECRETS_DIR")
    if secrets and not Path(secrets).is_dir():
        raise ConfigurationError([f"STACKROOM_SECRETS_DIR: there is no folder {secrets}"])
    try:
        return Settings(
            _env_file=ENVIRONMENTS / f"{environment}.env",
            _secrets_dir=secrets,
            **overrides,
        )
    except ValidationError as error:
        raise ConfigurationError(
            [f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        ) from None


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0]) if location else "settings"
    return name if name.startswith("STACKROOM_") else f"STACKROOM_{name.upper()}"
