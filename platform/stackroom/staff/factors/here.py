"""What the services are handed: by which key secrets are kept, and where we are."""

from stackroom.core.http import app
from stackroom.staff.factors.codes import Seal
from stackroom.staff.factors.service.ceremonies import Site
from tenants import context


def seal() -> Seal:
    return Seal(app().settings, "second factors")


def site() -> Site:
    tenant = context.current()
    return Site(tenant.host, app().settings.origin(tenant.host), tenant.name)
