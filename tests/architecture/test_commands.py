"""Every command opens the organisation it works for, or belongs to the platform and says why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from stackroom import cli
from stackroom.cli import main
from stackroom.core.http import Stackroom

PLATFORM = {
    "audit archive": "a year leaves as one; opens each organisation to write its file",
    "certificate key": "the key of this Stackroom",
    "certificate verify": "reads a file, and no database",
    "config check": "reads the settings of this process",
    "db partitions": "makes parts of tables, and reads no row",
    "db check": "reads roles, grants and policies",
    "db citus-ddl": "prints what tables need, and reads no row",
    "db roles": "makes the roles of a database",
    "db upgrade": "works on the tables of all",
    "demo": "makes organisations that are not there yet",
    "operator add": "operators belong to the platform",
    "operator disable": "as above",
    "operator enable": "as above",
    "operator list": "as above",
    "operator reset-mfa": "as above",
    "organisation import": "makes an organisation that is not there yet",
    "organisation list": "tells names and addresses, and no row of theirs",
    "reports verify": "reads a file, and no database",
    "reviews verify": "reads a file, and no database",
    "run": "begins the server",
    "serve": "as above",
}


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        whole = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, whole)
        else:
            yield whole, command


OF_ONE = {name: command for name, command in commands(main) if name not in PLATFORM}


def test_every_command_names_its_organisation_or_says_why_it_has_none() -> None:
    for name, command in commands(main):
        arguments = [it.name for it in command.params if isinstance(it, click.Argument)]
        of_one = bool(arguments) and arguments[0] in ("slug", "organisation")
        assert of_one != (name in PLATFORM), name


@pytest.mark.parametrize("name", OF_ONE)
def test_a_command_does_nothing_before_its_organisation_is_open(
    name: str, app: Stackroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli, "new_app", lambda: app)  # one that is made already
    given = [word for it in OF_ONE[name].params for word in words(it, tmp_path / "file")]
    said = CliRunner().invoke(main, [*name.split(), *given])
    assert said.exit_code == 1, said.output
    assert said.output.strip() == "Error: There is no organisation “nobodys”."


def words(parameter: click.Parameter, file: Path) -> list[str]:
    """What somebody would type, for an organisation of nobody's."""
    kind: Any = parameter.type
    if isinstance(kind, click.Path) and kind.exists:
        file.touch()
    value = str(file) if isinstance(kind, click.Path) else "nobodys"
    if isinstance(parameter, click.Argument):
        return [value]
    is_asked_for = isinstance(parameter, click.Option) and parameter.prompt
    return [parameter.opts[0], value] if parameter.required or is_asked_for else []


def test_the_list_names_no_command_that_is_gone() -> None:
    assert PLATFORM.keys() <= {name for name, _ in commands(main)}
