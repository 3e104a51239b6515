"""The `stackroom` command, as somebody types it: a process, its words and its exit code."""

import base64
import re
import secrets
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from click.testing import CliRunner

from config import Settings
from stackroom.cli import main
from stackroom.core import migrations
from stackroom.core.organisation import present
from stackroom.testing import databases
from stackroom.testing.databases import TestDatabase
from stackroom.testing.ending import close, end_days
from stackroom.testing.factors import give_app, sign_in
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
        data_dir = Path(changed.pop("data_dir", settings.data_dir))
        given = {"env": "testing", "database_url": database.app_url, **changed}
        return subprocess.run(
            [*STACKROOM, *arguments],
            env=environment(data_dir, **given),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture
def elsewhere(stackroom: Command, tmp_path: Path) -> Command:
    """The command of another Stackroom, which has another key, on SQLite."""
    database = databases.sqlite(tmp_path)

    def run(*arguments: str) -> Said:
        key = b64encode(b"another key, of thirty-two bytes").decode()
        return stackroom(
            *arguments, database_url=database.app_url, data_dir=str(tmp_path), signing_key=key
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
        "signing_key": "c2lnbmluZyBrZXkgb2YgdGhlc2UgdGVzdHMgb25seSE=",
        "base_domain": "library.example",
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

    def test_two_at_once_take_turns(self, empty: TestDatabase, settings: Settings) -> None:
        """As when two machines are deployed, or two processes of one machine with SQLite."""
        variables = environment(settings.data_dir, env="testing", **urls(empty))
        arguments = [*STACKROOM, "db", "upgrade"]
        pair = [
            subprocess.Popen(arguments, env=variables, stderr=subprocess.PIPE) for _ in range(2)
        ]
        ended = [(each.communicate(timeout=120)[1], each.returncode) for each in pair]
        assert ended == [(b"", 0)] * 2
        head = ScriptDirectory.from_config(migrations.configuration()).get_current_head()
        engine = sa.create_engine(empty.owner_url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            stamped = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
            assert stamped.scalars().all() == [head]

    @pytest.mark.postgresql
    def test_a_table_that_is_held_is_not_waited_for_without_end(
        self, empty: TestDatabase, stackroom: Command
    ) -> None:
        """Behind a migration that waits for a table, every request for it waits too."""
        stackroom("db", "upgrade", **urls(empty)).check_returncode()
        engine = sa.create_engine(empty.owner_url, poolclass=sa.NullPool)
        with engine.connect() as holder:
            holder.exec_driver_sql("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
            said = stackroom("db", "upgrade", **urls(empty))
        assert said.returncode == 1
        assert "lock timeout" in said.stderr
        assert "Traceback" not in said.stderr

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

    def test_an_address_that_has_gone_astray_is_led_back(
        self, stackroom: Command, north: House
    ) -> None:
        slug = north.tenant.slug
        with north.work("admin"):
            present().host = f"{slug}.example"
        said = stackroom("organisation", "use-subdomain", slug)
        assert said.stdout == f"{slug} is at {slug}.stackroom.test.\n"
        assert f"http://{slug}.stackroom.test" in stackroom("organisation", "list").stdout

    def test_a_plan_is_changed_and_says_what_does_not_fit(
        self, stackroom: Command, north: House
    ) -> None:
        slug = north.tenant.slug
        admin = north.api("admin")
        person = {"name": "Eva Holm", "roles": ["auditor"], "password": "a few quiet words"}
        admin.post("/api/v1/staff", json={**person, "email": "eva@x.example"})
        said = stackroom("organisation", "plan", slug, "free", "--reason", "as they asked")
        assert said.returncode == 0, said.stderr
        assert said.stdout.splitlines() == [
            f"{slug} has the plan free.",
            "  4 staff accounts are there, and the plan allows 3 staff accounts: nothing can be "
            "added until it fits.",
        ]
        refused = admin.post("/api/v1/staff", json={**person, "email": "two@x.example"})
        assert refused.json["code"] == "plan_limit_reached"
        assert admin.get("/api/v1/usage").json["plan"] == "free"

    def test_a_plan_that_is_not_known_is_one_sentence(
        self, stackroom: Command, north: House
    ) -> None:
        said = stackroom("organisation", "plan", north.tenant.slug, "gold", "--reason", "why not")
        assert said.returncode == 1
        assert said.stderr == (
            "Error: There is no plan “gold”; use one of free, standard, consortium.\n"
        )

    def test_an_organisation_is_closed_and_reopened_and_what_cannot_be_is_one_sentence(
        self, stackroom: Command, north: House
    ) -> None:
        slug = north.tenant.slug
        refused = stackroom("organisation", "reopen", slug)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr == (
            "Error: An organisation that is active cannot be reopened; "
            "it can be suspended, closed.\n"
        )
        closed = stackroom("organisation", "close", slug, "--reason", "moved")
        assert closed.stdout.startswith(f"{slug} is closing: it will be purged from 20")
        early = stackroom("organisation", "purge", slug, "--yes")
        assert early.returncode == 1
        assert "come back in 30 days" in early.stderr
        no_proof = stackroom("organisation", "certificate", slug)
        assert no_proof.stderr.startswith("Error: There is no certificate")
        assert stackroom("organisation", "reopen", slug).stdout == f"{slug} is active.\n"

    def test_a_purge_leaves_a_certificate_that_is_checked_without_the_database(
        self, stackroom: Command, north: House, tmp_path: Path
    ) -> None:
        slug = north.tenant.slug
        close(north)
        end_days(north)
        asked = stackroom("organisation", "purge", slug)
        assert "Aborted" in asked.stderr
        purged = stackroom("organisation", "purge", slug, "--yes")
        assert purged.returncode == 0, purged.stderr
        printed = stackroom("organisation", "certificate", slug).stdout
        file = tmp_path / "certificate.json"
        file.write_text(printed)
        away = {"database_url": "postgresql+psycopg://app:a@127.0.0.1:1/stackroom"}
        sound = stackroom("certificate", "verify", str(file), **away)
        assert sound.returncode == 0, sound.stderr
        assert sound.stdout.startswith(f"Sound. The organisation {north.tenant.uuid} was purged")
        key = stackroom("certificate", "key").stdout.strip()
        other = {"signing_key": base64.b64encode(b"another key, of 32 bytes, at all").decode()}
        assert stackroom("certificate", "verify", str(file), **other).returncode == 1
        elsewhere = stackroom("certificate", "verify", str(file), "--public-key", key, **other)
        assert elsewhere.returncode == 0
        file.write_text(printed.replace('"bibs": 0', '"bibs": 1'))
        assert "changed after it was signed" in stackroom("certificate", "verify", str(file)).stderr
        listed = stackroom("organisation", "list").stdout
        assert str(north.tenant.uuid) in listed
        assert slug not in listed

    def test_a_command_changes_nothing_of_a_suspended_organisation(
        self, stackroom: Command, north: House
    ) -> None:
        north.suspend()
        who = ("--name", "Eva", "--role", "librarian", "--password", "five blue lanterns")
        said = stackroom("user", "add", north.tenant.slug, "eva@north.example", *who)
        assert said.returncode == 1
        assert "is suspended: nothing of it is changed" in said.stderr
        assert "Traceback" not in said.stderr

    def test_a_slug_that_nobody_has_is_one_sentence(self, stackroom: Command) -> None:
        said = stackroom("organisation", "resume", "nobody-here")
        assert said.returncode == 1
        assert said.stderr == "Error: There is no organisation “nobody-here”.\n"


@pytest.mark.slow
def test_lost_factors_of_the_only_admin_are_taken_away(stackroom: Command, north: House) -> None:
    give_app(north, "admin")
    who = (north.tenant.slug, north.email("admin").upper())
    assert "otp_required" in sign_in(north, "admin").text
    done = stackroom("user", "remove-factors", *who)
    assert done.returncode == 0, done.stderr
    assert sign_in(north, "admin").status_code == 200
    again = stackroom("user", "remove-factors", *who)
    assert (again.returncode, again.stderr) == (1, "Error: Ada Admin has no second factor.\n")


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


class TestMovingAnOrganisation:
    def test_out_of_one_stackroom_and_into_another(
        self, stackroom: Command, elsewhere: Command, north: House, tmp_path: Path
    ) -> None:
        bundle = str(tmp_path / "north.zip")
        taken = stackroom("organisation", "export", north.tenant.slug, bundle)
        assert taken.returncode == 0, taken.stderr
        key = taken.stdout.rpartition(" ")[2].strip()

        unknown = elsewhere("organisation", "import", bundle)
        assert unknown.returncode == 1
        assert "not known here" in unknown.stderr
        wrong = elsewhere("organisation", "import", bundle, "--public-key", key[::-1])
        assert wrong.returncode == 1
        brought = elsewhere(
            "organisation", "import", bundle, "--public-key", key, "--slug", "north-anew"
        )
        assert brought.returncode == 0, brought.stderr
        assert brought.stdout.startswith(f"{north.tenant.name} is here: http://north-anew.")
        assert "north-anew" in elsewhere("organisation", "list").stdout
        again = elsewhere("organisation", "import", bundle, "--public-key", key)
        assert "is here already" in again.stderr

    def test_whoever_accepts_an_unknown_key_is_told_which(
        self, stackroom: Command, elsewhere: Command, harbour: House, tmp_path: Path
    ) -> None:
        bundle = str(tmp_path / "harbour.zip")
        key = stackroom("organisation", "export", harbour.tenant.slug, bundle).stdout.split()[-1]
        brought = elsewhere("organisation", "import", bundle, "--accept-unknown-key")
        assert brought.returncode == 0, brought.stderr
        assert key in brought.stderr

    def test_what_is_no_bundle_is_said_in_words(self, stackroom: Command, tmp_path: Path) -> None:
        (tmp_path / "holiday.jpg").write_bytes(b"no zip")
        said = stackroom("organisation", "import", str(tmp_path / "holiday.jpg"))
        assert (said.returncode, said.stdout) == (1, "")
        assert "holiday.jpg: this is no whole ZIP file" in said.stderr
        assert "Traceback" not in said.stderr


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
