"""`stackroom`: serve, migrate, seed, and look after organisations and their people."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from config import ConfigurationError, Settings, load
from stackroom.catalogue.imports.cli import import_file
from stackroom.core.commands import NEW_APP
from stackroom.lifecycle import cli as lifecycle
from stackroom.lifecycle.bundle import cli as bundle
from stackroom.operators.cli import operator
from stackroom.oversight.retention.cli import audit
from stackroom.oversight.seals.cli import seals
from stackroom.staff.factors.cli import remove_factors
from stackroom.staff.reviews.cli import reviews

if TYPE_CHECKING:
    from stackroom.core.http import Stackroom
    from tenants.context import Tenant
    from tenants.models import Organisation


@click.group()
@click.pass_context
def main(ctx: click.Context) -> None:
    """Stackroom: library management for many libraries on one platform."""
    ctx.obj = working_for
    ctx.meta[NEW_APP] = new_app


main.add_command(audit)
main.add_command(import_file)
main.add_command(operator)
main.add_command(reviews)
main.add_command(seals)


def settings_or_exit() -> Settings:
    try:
        return load()
    except ConfigurationError as error:
        click.echo("The settings cannot start Stackroom:", err=True)
        for fault in error.faults:
            click.echo(f"  - {fault}", err=True)
        raise SystemExit(2) from None


@contextmanager
def database_faults_in_words() -> Iterator[None]:
    """One sentence for what the operator can mend, rather than a traceback."""
    from sqlalchemy.exc import OperationalError

    from tenants.errors import BypassingRole

    try:
        yield
    except BypassingRole as error:
        raise click.ClickException(str(error)) from None
    except OperationalError as error:
        told = str(error.orig).partition("\n")[0]
        raise click.ClickException(f"The database does not answer: {told}") from None


def new_app() -> "Stackroom":
    """Imported late, so that `--help` and `config check` answer at once."""
    settings = settings_or_exit()
    from stackroom.app import create_app

    with database_faults_in_words():
        return create_app(settings)


@contextmanager
def working_for(slug: str) -> Iterator["Tenant"]:
    """Open an organisation by its slug, as the system actor, from a terminal."""
    import sqlalchemy as sa

    from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
    from stackroom.core.database import behind_the_scenes, db, transaction
    from tenants import context
    from tenants.errors import ReadOnlyOrganisation
    from tenants.models import Organisation
    from tenants.slugs import tombstone

    with new_app().app_context(), acting_as(Provenance(SYSTEM, Channel.CLI)):
        with transaction(), context.unscoped("find an organisation by its slug"):
            # a purged organisation is found by the slug it had
            by_slug = Organisation.slug.in_((slug, tombstone(slug)))
            found = db.session.scalar(sa.select(Organisation).where(by_slug))
            tenant = found.as_tenant() if found else None
        if tenant is None:
            raise click.ClickException(f"There is no organisation “{slug}”.")
        try:
            with context.acting_for(tenant), behind_the_scenes():
                yield tenant
        except ReadOnlyOrganisation as error:
            raise click.ClickException(f"{error}.") from None


@main.group("config")
def config_group() -> None:
    """Settings of this process."""


@config_group.command("check")
def config_check() -> None:
    """Print every fault of the settings at once, or that there is none."""
    click.echo(f"The settings for {settings_or_exit().environment} are sound.")


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to the newest migration, as the owner role, and grant the app role; in
    each silo too."""
    from stackroom.core import migrations

    settings = settings_or_exit()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with database_faults_in_words():
        migrations.upgrade_all(settings)
    click.echo("The database is at head.")


@db.command("roles")
@click.option("--admin-url", help="a superuser's address; else STACKROOM_DATABASE_ADMIN_URL")
@click.option("--silo", help="a name in STACKROOM_SILOS, instead of the main database")
def db_roles(admin_url: str | None, silo: str | None) -> None:
    """Make the owner role, the app role and the database, or mend them; safe to run again.

    Names and passwords are those of the two configured addresses.
    """
    from stackroom.core.connections import time_outs
    from tenants.roles import establish

    settings = settings_or_exit()
    admin = admin_url or settings.database_admin_url
    if not admin:
        raise click.UsageError("Give --admin-url, or set STACKROOM_DATABASE_ADMIN_URL.")
    owner, app = _addresses(settings, silo)
    with database_faults_in_words():
        try:
            for sentence in establish(admin, owner, app, time_outs(settings).parameters()):
                click.echo(sentence)
        except ValueError as error:
            raise click.ClickException(f"{error}.") from None
    click.echo("The roles are as they must be. Next: stackroom db upgrade")


def _addresses(settings: Settings, silo: str | None) -> tuple[str, str]:
    if silo is None:
        return settings.owner_database, settings.database
    if silo not in settings.silos:
        raise click.UsageError(f"STACKROOM_SILOS names no “{silo}”.")
    return settings.silos[silo].owner_database, settings.silos[silo].url


@db.command("check")
def db_check() -> None:
    """Compare roles, grants, owners and policies with what must be, and list every fault."""
    from stackroom import app  # noqa: F401 - imports every model
    from stackroom.audit.versioning import history_tables
    from stackroom.core.inspection import faults

    with database_faults_in_words():
        found = faults(settings_or_exit(), history_tables())
    for fault in found:
        click.echo(fault, err=True)
    if found:
        raise click.ClickException("Run `stackroom db roles`, then `stackroom db upgrade`.")
    click.echo("The database holds its walls.")


@db.command("partitions")
def db_partitions() -> None:
    """Make the partitions of history for this year and the next, as the owner role, in each silo
    too; run by a timer, as `stackroom db upgrade` does it at each deploy."""
    from stackroom.audit import partitions
    from stackroom.core import clock, migrations

    with database_faults_in_words():
        for owner_url in migrations.owned(settings_or_exit()):
            with migrations.as_owner(owner_url) as connection:
                for name in partitions.extend(connection, clock.now()):
                    click.echo(f"{name} is made.")
    click.echo("History has its partitions until the end of next year.")


@db.command("citus-ddl")
def db_citus_ddl() -> None:
    """Print the statements that spread the tables over a Citus cluster by organisation."""
    from stackroom import app  # noqa: F401 - imports every model
    from tenants.citus import statements

    for statement in statements():
        click.echo(f"{statement};")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve with gunicorn, and a worker where the broker is a folder."""
    _refuse_database(settings_or_exit())
    _refuse_taken_port(host, port)
    command = [sys.executable, "-m", "stackroom.server", f"{host}:{port}"]
    os.execv(sys.executable, command)  # noqa: S606 - the server replaces this process


def _refuse_database(settings: Settings) -> None:
    """Here, rather than in each of the server's workers."""
    import sqlalchemy as sa

    from tenants.database import refuse_bypassing_role

    engine = sa.create_engine(settings.database)
    with database_faults_in_words():
        refuse_bypassing_role(engine)
    engine.dispose()


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} cannot be used ({error.strerror}): stop the program that "
                f"has it, or choose another with `make run PORT={port + 1}`."
            ) from None


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.pass_context
def run(ctx: click.Context, host: str, port: int) -> None:
    """Migrate, seed the demo organisations, say where they are, and serve: `make run`."""
    _refuse_taken_port(host, port)
    os.environ["STACKROOM_PUBLIC_PORT"] = str(port)  # links carry the port that is served
    ctx.invoke(db_upgrade)
    ctx.invoke(demo)
    ctx.invoke(serve, host=host, port=port)


@main.command()
def demo() -> None:
    """Make the demo organisations `north` and `harbour`, if they are not there yet."""
    from stackroom import demo as demonstration

    if settings_or_exit().environment in ("staging", "production"):
        raise click.ClickException("Everybody knows the demo's passwords: it is for trying out.")
    app = new_app()
    with app.app_context():
        demonstration.seed(app)
    click.echo(demonstration.directions(app.settings))


@main.group()
def organisation() -> None:
    """Organisations of this platform."""


organisation.add_command(bundle.export_organisation)
organisation.add_command(bundle.import_organisation)


@organisation.command("list")
def organisation_list() -> None:
    """Every organisation with its state and address."""
    import sqlalchemy as sa

    from stackroom.core.database import db as database
    from stackroom.core.database import transaction
    from tenants import context
    from tenants.models import Organisation

    app = new_app()
    with app.app_context(), transaction(), context.unscoped("list organisations"):
        for found in database.session.scalars(sa.select(Organisation).order_by(Organisation.slug)):
            click.echo(f"{found.slug:40} {found.status:14} {_address(app.settings, found)}")


def _address(settings: Settings, found: "Organisation") -> str:
    """A purged organisation has none; its identifier is what its certificate names."""
    return settings.origin(found.host) if found.status != "purged" else str(found.uuid)


@organisation.command("use-subdomain")
@click.argument("slug")
def organisation_use_subdomain(slug: str) -> None:
    """Lead pages to the subdomain again, where a domain of the organisation has gone astray."""
    from stackroom.core.database import transaction
    from stackroom.core.organisation import present
    from stackroom.domains import service
    from stackroom.domains.terms import terms

    with working_for(slug), transaction():
        service.use_subdomain(terms())
        click.echo(f"{slug} is at {present().host}.")


@organisation.command("plan")
@click.argument("slug")
@click.argument("plan")
@click.option("--reason", required=True, help="stands in the organisation's history")
def organisation_plan(slug: str, plan: str, reason: str) -> None:
    """Give an organisation another plan: free, standard or consortium."""
    from stackroom.core.database import transaction
    from stackroom.core.errors import Problem
    from stackroom.plans import service

    with working_for(slug), transaction():
        try:
            service.change_plan(plan, reason)
            over = service.too_much()
        except Problem as problem:
            raise click.ClickException(problem.detail) from None
    click.echo(f"{slug} has the plan {plan}.")
    for sentence in over:
        click.echo(f"  {sentence}")


for act in lifecycle.ACTS:
    organisation.add_command(act)
main.add_command(lifecycle.certificate)


@main.group()
def user() -> None:
    """People of an organisation."""


user.add_command(remove_factors)


@user.command("add")
@click.argument("slug")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, required=True, help="may be given more than once")
@click.password_option(help="asked for where it is not given")
def user_add(slug: str, email: str, name: str, roles: tuple[str, ...], password: str) -> None:
    """Add somebody who can sign in."""
    from flask import current_app
    from pydantic import ValidationError

    from stackroom.core.database import transaction
    from stackroom.core.errors import Problem
    from stackroom.core.problems import invalid
    from stackroom.staff import service
    from stackroom.staff.schemas import StaffIn

    with working_for(slug):
        hasher = current_app.extensions["passwords"]
        try:
            new = StaffIn.model_validate(
                {"email": email, "name": name, "roles": roles, "password": password}
            )
            with transaction():
                service.add(**new.model_dump(), hasher=hasher)
        except ValidationError as error:
            raise click.ClickException(invalid(error).detail) from None
        except Problem as problem:
            raise click.ClickException(problem.detail) from None
    click.echo(f"{email} can sign in to {slug}.")
