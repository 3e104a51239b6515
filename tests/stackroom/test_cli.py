"""The `stackroom` command, as somebody types it: a process, its words and its exit code."""

import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from config import Settings
from stackroom.cli import main
from stackroom.testing import databases
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House
from stackroom.testing.serving import STACKROOM, environment

Said = subprocess.CompletedProcess[str]
Command = Callable[..., Said]
RECORD = b"title,author,isbn\nA shelf of one's own,Ek,9780000000019\n"


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(commands(main)), ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*path, "--help"])
    assert said.exit_code == 0
    sentence = said.output.split("\n\n")[1].strip()
    assert re.match(r"[A-Z].*\.", sentence, re.DOTALL)


@pytest.fixture
def stackroom(settings: Settings, database: TestDatabase) -> Command:
    """Runs the command on the database of this test run."""

    def run(*arguments: str, **changed: str) -> Said:
        given = {"env": "testing", "database_url": database.app_url, **changed}
        return subprocess.run(
            [*STACKROOM, *arguments],
            env=environment(settings.data_dir, **given),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


class TestConfigCheck:
    def test_sound_settings_are_said_to_be_sound(self, stackroom: Command) -> None:
        said = stackroom("config", "check")
        assert (said.returncode, said.stdout) == (0, "The settings for testing are sound.\n")

    def test_every_fault_is_listed_and_no_secret(self, stackroom: Command) -> None:
        wrong = {"env": "production", "secret_key": "hush", "database_url": "sqlite:///hush.db"}
        said = stackroom("config", "check", **wrong)
        assert said.returncode == 2
        for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "SMTP_URL"):
            assert f"  - STACKROOM_{name}: " in said.stderr
        assert "hush" not in said.stdout + said.stderr

    def test_a_value_of_the_wrong_kind_is_named_and_not_repeated(self, stackroom: Command) -> None:
        said = stackroom("config", "check", web_workers="hush")
        assert said.returncode == 2
        assert "  - STACKROOM_WEB_WORKERS: " in said.stderr
        assert "hush" not in said.stderr


def test_the_demo_with_its_known_passwords_is_not_for_production(stackroom: Command) -> None:
    sound = {
        "env": "production", "secret_key": "k" * 40,
        "signing_key": "c2lnbmluZyBrZXkgb2YgdGhlc2UgdGVzdHMgb25seSE=", "base_domain": "library.example",
        "database_url": "postgresql+psycopg://app:a@127.0.0.1:1/stackroom",
        "database_owner_url": "postgresql+psycopg://owner:o@127.0.0.1:1/stackroom",
        "redis_url": "redis://127.0.0.1:1/0", "broker_url": "redis://127.0.0.1:1/1",
        "smtp_url": "smtps://mail.example",
    }  # fmt: skip
    said = stackroom("demo", **sound)
    assert said.returncode == 1
    assert "it is for trying out" in said.stderr


@pytest.mark.slow
class TestDatabaseUpgrade:
    @pytest.fixture
    def empty(self, dialect: str, tmp_path: Path) -> Iterator[TestDatabase]:
        with databases.empty(dialect, tmp_path) as made:
            yield made

    def test_a_second_time_changes_nothing(self, empty: TestDatabase, stackroom: Command) -> None:
        before = None
        for _ in range(2):
            said = stackroom("db", "upgrade", **urls(empty))
            assert (said.returncode, said.stdout) == (0, "The database is at head.\n")
            before, earlier = tables(empty), before
        assert before == earlier
        assert "loans" in before

    def test_two_at_once_take_turns(
        self, empty: TestDatabase, settings: Settings, dialect: str
    ) -> None:
        """As when two machines are deployed. A SQLite file belongs to one machine."""
        variables = environment(settings.data_dir, env="testing", **urls(empty))
        arguments = [*STACKROOM, "db", "upgrade"]
        pair = [
            subprocess.Popen(arguments, env=variables, stderr=subprocess.PIPE)
            for _ in range(2 if dialect == "postgresql" else 1)
        ]
        ended = [(each.communicate(timeout=120)[1], each.returncode) for each in pair]
        assert ended == [(b"", 0)] * len(pair)

    def test_a_database_that_is_away_is_said_to_be_away(self, stackroom: Command) -> None:
        away = "postgresql+psycopg://app:hush@127.0.0.1:1/stackroom"
        said = stackroom("db", "upgrade", database_url=away)
        assert said.returncode == 1
        assert "The database does not answer" in said.stderr
        assert "Traceback" not in said.stderr
        assert "hush" not in said.stderr


def urls(database: TestDatabase) -> dict[str, str]:
    two_roles = {"database_owner_url": database.owner_url}
    return {"database_url": database.app_url} | (
        two_roles if database.owner_url != database.app_url else {}
    )


def tables(database: TestDatabase) -> set[str]:
    engine = sa.create_engine(database.owner_url, poolclass=sa.NullPool)
    return set(sa.inspect(engine).get_table_names())


@pytest.mark.slow
class TestOrganisations:
    def test_a_list_shows_state_and_address(self, stackroom: Command, north: House) -> None:
        said = stackroom("organisation", "list")
        assert said.returncode == 0
        slug = north.tenant.slug
        assert re.search(
            rf"^{slug} +active +http://{slug}\.stackroom\.test$", said.stdout, re.MULTILINE
        )

    def test_a_suspended_organisation_is_read_only_until_it_is_resumed(
        self, stackroom: Command, north: House
    ) -> None:
        slug = north.tenant.slug
        stackroom("organisation", "suspend", slug, "--reason", "unpaid").check_returncode()
        north.app.resolver.forget(north.tenant.host)
        refused = north.api("admin").post("/api/v1/bibs", json={"title": "Too late"})
        assert refused.json["code"] == "organisation_suspended"

        stackroom("organisation", "resume", slug).check_returncode()
        north.app.resolver.forget(north.tenant.host)
        assert north.api("admin").post("/api/v1/bibs", json={"title": "Again"}).status_code == 201

    def test_a_slug_that_nobody_has_is_one_sentence(self, stackroom: Command) -> None:
        said = stackroom("organisation", "resume", "nobody-here")
        assert said.returncode == 1
        assert said.stderr == "Error: There is no organisation “nobody-here”.\n"


@pytest.mark.slow
class TestUserAdd:
    def add(self, stackroom: Command, house: House, email: str, role: str, word: str) -> Said:
        who = ("--name", "Eva Holm", "--role", role, "--password", word)
        return stackroom("user", "add", house.tenant.slug, email, *who)

    def test_who_is_added_signs_in(self, stackroom: Command, north: House) -> None:
        added = self.add(stackroom, north, "eva@north.example", "librarian", "five blue lanterns")
        assert added.returncode == 0, added.stderr
        credentials = {"email": "eva@north.example", "password": "five blue lanterns"}
        signed_in = north.anonymous().post("/api/v1/auth/tokens", json=credentials)
        assert signed_in.status_code == 200

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            (("eva@north.example", "emperor", "five blue lanterns"), "roles.*librarian"),
            (("eva@north.example", "librarian", "short"), "10 characters"),
            (("no address", "librarian", "five blue lanterns"), "email: "),
        ],
    )
    def test_what_cannot_be_is_refused_in_a_sentence(
        self, stackroom: Command, north: House, given: tuple[str, str, str], sentence: str
    ) -> None:
        refused = self.add(stackroom, north, *given)
        assert refused.returncode == 1
        assert re.search(sentence, refused.stderr)
        assert "Traceback" not in refused.stderr


@pytest.mark.slow
class TestImport:
    def test_a_file_is_counted_and_its_titles_are_there(
        self, stackroom: Command, north: House, tmp_path: Path
    ) -> None:
        file = tmp_path / "gift.csv"
        file.write_bytes(RECORD)
        said = stackroom("import", north.tenant.slug, str(file))
        assert said.returncode == 0, said.stderr
        assert "1 read: 1 created, 0 updated, 0 unchanged, 0 rejected" in said.stdout
        found = north.api("librarian").get("/api/v1/bibs?q=shelf")
        assert [bib["title"] for bib in found.json["items"]] == ["A shelf of one's own"]

    def test_a_file_of_another_kind_is_refused(
        self, stackroom: Command, north: House, tmp_path: Path
    ) -> None:
        file = tmp_path / "photo.mrc"
        file.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" * 100)
        said = stackroom("import", north.tenant.slug, str(file))
        assert said.returncode == 1
        assert "JPEG" in said.stderr or "picture" in said.stderr

    def test_a_file_that_is_not_there_is_a_mistake_in_the_command(
        self, stackroom: Command, north: House
    ) -> None:
        said = stackroom("import", north.tenant.slug, "nowhere.mrc")
        assert said.returncode == 2
        assert "'nowhere.mrc' does not exist" in said.stderr


class TestOperator:
    def test_is_added_listed_disabled_and_helped(self, stackroom: Command) -> None:
        email = f"cli-{secrets.token_hex(4)}@stackroom.example"
        added = stackroom(
            "operator", "add", email, "--name", "Cleo Ray", "--password", "a few quiet words"
        )
        assert added.returncode == 0, added.stderr
        assert "http://console.stackroom.test" in added.stdout
        again = stackroom(
            "operator", "add", email, "--name", "Cleo Ray", "--password", "a few quiet words"
        )
        assert again.returncode == 1
        assert "signs in with this e-mail address already" in again.stderr
        assert stackroom("operator", "disable", email).returncode == 0
        listed = next(
            line for line in stackroom("operator", "list").stdout.splitlines() if email in line
        )
        assert "disabled" in listed
        assert "no second factor yet" in listed
        assert stackroom("operator", "enable", email).returncode == 0
        assert stackroom("operator", "reset-mfa", email).returncode == 0

    def test_that_is_not_there_is_said(self, stackroom: Command) -> None:
        said = stackroom("operator", "disable", "nobody@stackroom.example")
        assert said.returncode == 1
        assert "There is no operator with this e-mail address." in said.stderr

    def test_needs_a_password_worth_hashing(self, stackroom: Command) -> None:
        said = stackroom("operator", "add", "x@y.example", "--name", "X", "--password", "short")
        assert said.returncode == 1
        assert "at least 10 characters" in said.stderr
