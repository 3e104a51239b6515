"""Settings come from variables, secret files and a documented file for each environment."""

import os
from pathlib import Path

import pytest

from config import ConfigurationError, Settings, load
from config.faults import DEVELOPMENT_SIGNING_KEY
from config.settings import ENVIRONMENTS

SOUND = {
    "STACKROOM_SECRET_KEY": "k" * 40,
    "STACKROOM_SIGNING_KEY": "c2lnbmluZyBrZXkgb2YgdGhlc2UgdGVzdHMgb25seSE=",
    "STACKROOM_DATABASE_URL": "postgresql+psycopg://app:hush@db/stackroom",
    "STACKROOM_DATABASE_OWNER_URL": "postgresql+psycopg://owner:hush@db/stackroom",
    "STACKROOM_REDIS_URL": "rediss://:hush@cache/0",
    "STACKROOM_BROKER_URL": "rediss://:hush@cache/1",
    "STACKROOM_SMTP_URL": "smtps://mailer:hush@mail",
    "STACKROOM_BASE_DOMAIN": "library.example",
}
WRONG = {
    "SECRET_KEY": "short",
    "SIGNING_KEY": DEVELOPMENT_SIGNING_KEY,
    "DATABASE_URL": "sqlite:///stackroom.db",
    "DATABASE_OWNER_URL": "",
    "REDIS_URL": "",
    "BROKER_URL": "",
    "SMTP_URL": "",
    "SCHEME": "http",
    "BASE_DOMAIN": "localhost",
    "RATE_LIMITS": "false",
    "CORS_ORIGINS": '["*"]',
    "SILOS": '{"north": {"url": "postgresql+psycopg://app:hush@db/north"}}',
}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("STACKROOM_")]:
        monkeypatch.delenv(name)


def given(monkeypatch: pytest.MonkeyPatch, environment: str, **variables: str) -> Settings:
    monkeypatch.setenv("STACKROOM_ENV", environment)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load()


@pytest.mark.parametrize("environment", ["development", "testing", "staging", "production"])
def test_each_environment_has_a_file_that_loads(
    monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    settings = given(monkeypatch, environment, **SOUND)
    assert settings.environment == environment
    assert (ENVIRONMENTS / f"{environment}.env").read_text().startswith("#")


def test_every_line_of_the_files_names_a_setting() -> None:
    known = {f"STACKROOM_{name.upper()}" for name in Settings.model_fields}
    for file in ENVIRONMENTS.glob("*.env"):
        lines = [line for line in file.read_text().splitlines() if line and line[0] != "#"]
        assert {line.partition("=")[0] for line in lines} <= known, file.name


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_nothing_that_suits_only_a_developer_starts_elsewhere(
    monkeypatch: pytest.MonkeyPatch, environment: str, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"STACKROOM_{name}: "):
        given(monkeypatch, environment, **{**SOUND, f"STACKROOM_{name}": value})


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {f"STACKROOM_{name}": value for name, value in WRONG.items()}
    with pytest.raises(ConfigurationError) as refused:
        given(monkeypatch, "production", **variables)
    told = {fault.partition(":")[0] for fault in refused.value.faults}
    assert told == set(variables)


def test_the_owner_s_role_is_not_the_app_s(monkeypatch: pytest.MonkeyPatch) -> None:
    same = SOUND["STACKROOM_DATABASE_URL"]
    with pytest.raises(ConfigurationError, match="two database roles"):
        given(monkeypatch, "production", **{**SOUND, "STACKROOM_DATABASE_OWNER_URL": same})


def test_a_secret_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "STACKROOM_SECRET_KEY").write_text("from a file, and long enough to be one")
    monkeypatch.setenv("STACKROOM_SECRETS_DIR", str(tmp_path))
    rest = {name: value for name, value in SOUND.items() if name != "STACKROOM_SECRET_KEY"}
    settings = given(monkeypatch, "production", **rest)
    assert settings.secret_key.get_secret_value() == "from a file, and long enough to be one"


def test_a_variable_comes_before_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "STACKROOM_BASE_DOMAIN").write_text("file.example")
    monkeypatch.setenv("STACKROOM_SECRETS_DIR", str(tmp_path))
    settings = given(monkeypatch, "development", STACKROOM_BASE_DOMAIN="variable.example")
    assert settings.base_domain == "variable.example"


def test_a_folder_of_secrets_that_is_not_there_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STACKROOM_SECRETS_DIR", str(tmp_path / "mistyped"))
    with pytest.raises(ConfigurationError, match="STACKROOM_SECRETS_DIR"):
        given(monkeypatch, "development")


def test_an_environment_that_does_not_exist_names_those_that_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ConfigurationError, match=r"STACKROOM_ENV: .*'staging'"):
        given(monkeypatch, "prod")


def test_a_secret_is_not_printed_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = repr(given(monkeypatch, "production", **SOUND))
    assert "library.example" in printed
    assert SOUND["STACKROOM_SECRET_KEY"] not in printed
    assert "hush" not in printed


@pytest.mark.parametrize(
    ("scheme", "port", "origin"),
    [
        ("http", 8000, "http://north.example:8000"),
        ("http", 80, "http://north.example"),
        ("https", 0, "https://north.example"),
    ],
)
def test_an_address_names_its_port_only_where_it_must(scheme: str, port: int, origin: str) -> None:
    settings = load(STACKROOM_ENV="development", scheme=scheme, public_port=port)
    assert settings.origin("north.example") == origin
