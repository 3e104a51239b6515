"""What stops a staging or production start, as one list: the remedy stands in each line."""

from base64 import b64decode
from binascii import Error
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.settings import Settings

DEVELOPMENT_KEY = "development-only-key-not-for-production-use"
DEVELOPMENT_SIGNING_KEY = "ZGV2ZWxvcG1lbnQtb25seS1zaWduaW5nLWtleS0zMiE="


def production_faults(settings: "Settings") -> list[str]:
    checks = (
        (_weak_key(settings), "SECRET_KEY: set a random secret of at least 32 characters"),
        (
            settings.signing_key.get_secret_value() == DEVELOPMENT_SIGNING_KEY,
            "SIGNING_KEY: set the base64 of 32 random bytes (openssl rand -base64 32)",
        ),
        (not settings.database_url, "DATABASE_URL: set the PostgreSQL address of the app role"),
        (
            _not_postgresql(settings),
            "DATABASE_URL: SQLite is for development; use postgresql+psycopg://",
        ),
        (not settings.database_owner_url, "DATABASE_OWNER_URL: set the address of the owner role"),
        (_one_role(settings), "DATABASE_OWNER_URL: owner and app must be two database roles"),
        (
            _weak_silo(settings),
            "SILOS: each needs `url` and `owner_url`, two roles of a PostgreSQL database",
        ),
        (
            not settings.redis_url,
            "REDIS_URL: rate limits and tokens must be shared; set a Redis address",
        ),
        (not settings.broker_url, "BROKER_URL: jobs need a broker; set a Redis address"),
        (
            not settings.smtp_url,
            "SMTP_URL: mail must leave the machine; set smtp(s)://user:password@host",
        ),
        (settings.scheme != "https", "SCHEME: sign-in needs TLS; set https"),
        (settings.base_domain.endswith("localhost"), "BASE_DOMAIN: set the public domain"),
        (not settings.rate_limits, "RATE_LIMITS: cannot be switched off here"),
        (_open_cors(settings), "CORS_ORIGINS: list exact https:// origins"),
    )
    return [f"STACKROOM_{sentence}" for wrong, sentence in checks if wrong]


def bad_signing_key(key: str) -> bool:
    try:
        return len(b64decode(key, validate=True)) != 32
    except (Error, ValueError):
        return True


def _weak_key(settings: "Settings") -> bool:
    key = settings.secret_key.get_secret_value()
    return key == DEVELOPMENT_KEY or len(key) < 32


def _not_postgresql(settings: "Settings") -> bool:
    return bool(settings.database_url) and not settings.database_url.startswith("postgresql")


def _one_role(settings: "Settings") -> bool:
    return bool(settings.database_url) and settings.database_url == settings.database_owner_url


def _open_cors(settings: "Settings") -> bool:
    return any(not origin.startswith("https://") for origin in settings.cors_origins)


def _weak_silo(settings: "Settings") -> bool:
    return any(
        not silo.owner_url or silo.owner_url == silo.url or not silo.url.startswith("postgresql")
        for silo in settings.silos.values()
    )
