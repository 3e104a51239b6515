"""An organisation under test, with a person of each role. Tests share one database and open new
organisations: the wall that is being built is also what keeps tests apart."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from stackroom.core import outbox
from stackroom.core.actor import ANONYMOUS, Actor, Channel, Provenance, acting_as
from stackroom.core.database import db, placement, transaction
from stackroom.core.http import Stackroom
from stackroom.staff import sign_in, sign_up, tokens
from stackroom.staff.models import Account
from stackroom.staff.service import create_account
from tenants import context
from tenants.context import Tenant
from tenants.models import Organisation

PASSWORD = "a few quiet words"
ROLES = ("admin", "librarian", "auditor", "patron")


class Answer(TestResponse):
    """What a client gets back. Only a type: a test that reads JSON means that there is some."""

    @property
    def json(self) -> Any: ...


@dataclass(slots=True)
class Api:
    """A client that speaks to one host, with or without a bearer token."""

    client: FlaskClient
    host: str
    token: str = ""

    def request(self, method: str, path: str, **options: Any) -> Answer:
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        headers |= options.pop("headers", {})
        answer = self.client.open(
            path,
            method=method,
            base_url=f"http://{self.host}",
            headers=headers,
            buffered=True,
            **options,
        )
        return cast("Answer", answer)

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Any) -> Answer:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.request("DELETE", path, **options)


@dataclass(slots=True)
class House:
    app: Stackroom
    tenant: Tenant

    @contextmanager
    def work(self, role: str = "librarian", channel: Channel = Channel.API) -> Iterator[Session]:
        """One transaction inside this organisation, in the name of one of its people."""
        with self.app.app_context(), context.acting_for(self.tenant):
            present = Provenance(self.actor(role), channel, request_id="test")
            with acting_as(present), transaction() as session:
                yield session

    @property
    def engine(self) -> sa.Engine:
        """Of the database in which its rows live."""
        with self.app.app_context():
            return placement().bind_for(self.tenant) or db.engine

    def account(self, role: str) -> Account:
        return db.session.scalars(sa.select(Account).where(Account.email == self.email(role))).one()

    def actor(self, role: str) -> Actor:
        with self.app.app_context(), context.acting_for(self.tenant), transaction():
            return sign_in.actor_of(self.account(role))

    def email(self, role: str) -> str:
        return f"{role}@{self.tenant.slug}.example"

    def anonymous(self) -> Api:
        return Api(self.app.test_client(), self.tenant.host)

    def api(self, role: str) -> Api:
        """Signed in with a bearer token, without the cost of a password hash."""
        return Api(self.app.test_client(), self.tenant.host, self.token(role))

    def token(self, role: str) -> str:
        """As signing in gives it, which a read-only organisation allows as well."""
        with self.work(role), context.writing_though_read_only("somebody signs in"):
            signed_in = sign_in.open_session(self.account(role), timedelta(days=1))
            return tokens.issue(signed_in.account.id, signed_in.session.id, timedelta(hours=1))

    def deliver(self) -> int:
        """Run what the outbox holds, as the worker would."""
        with self.app.app_context(), context.acting_for(self.tenant):
            return outbox.deliver()

    def suspend(self, reason: str = "unpaid") -> None:
        self._act(lambda found: found.suspend(reason))

    def resume(self) -> None:
        self._act(lambda found: found.resume())

    def _act(self, act: Callable[[Organisation], None]) -> None:
        with self.app.app_context(), transaction(), context.unscoped("another state for a test"):
            found = db.session.scalars(
                sa.select(Organisation).where(Organisation.uuid == self.tenant.uuid)
            ).one()
            act(found)
            self.tenant = found.as_tenant()
        self.app.resolver.forget(self.tenant.host)


def new_slug(name: str = "house") -> str:
    return f"{name}-{secrets.token_hex(4)}"


def open_house(
    app: Stackroom,
    name: str = "house",
    timezone: str = "Europe/Zurich",
    plan: str = "consortium",
    slug: str = "",
) -> House:
    """Sign up, verify, and give each shipped role one person. The largest plan, so that only tests
    of limits meet one."""
    slug = slug or new_slug(name)
    return copy_context().run(_open_house, app, slug, timezone, plan)


def _open_house(app: Stackroom, slug: str, timezone: str, plan: str) -> House:
    hasher = app.extensions["passwords"]
    new = sign_up.NewOrganisation(
        name=slug.title(), slug=slug, admin_name="Ada Admin", admin_email=f"admin@{slug}.example",
        password=PASSWORD, timezone=timezone,
    )  # fmt: skip
    with app.app_context(), acting_as(Provenance(ANONYMOUS, Channel.WEB)):
        with transaction():
            organisation = sign_up.sign_up(new, base_domain=app.settings.base_domain, hasher=hasher)
            organisation.open()
            organisation.plan = plan
            tenant = organisation.as_tenant()
        with context.acting_for(tenant), transaction():
            for role in ROLES[1:]:
                create_account(
                    email=f"{role}@{slug}.example", name=f"{role.title()} of {slug}",
                    roles=[role], password_hash=hasher.hash(PASSWORD),
                )  # fmt: skip
    return House(app, tenant)
