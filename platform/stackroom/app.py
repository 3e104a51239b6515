"""The app, assembled by hand, in order."""

from config import Settings, load
from stackroom.api import openapi
from stackroom.api.docs import docs
from stackroom.audit import versioning, writer
from stackroom.audit.feature import feature as audit
from stackroom.catalogue.feature import feature as catalogue
from stackroom.catalogue.imports.feature import feature as imports
from stackroom.circulation.feature import feature as circulation
from stackroom.core import cache, database, limits, problems
from stackroom.core.database import WalledSession
from stackroom.core.features import registry
from stackroom.core.http import Stackroom
from stackroom.domains.feature import feature as domains
from stackroom.flags import client as flags
from stackroom.flags.feature import feature as flags_feature
from stackroom.jobs import celery as jobs
from stackroom.libraries.feature import feature as libraries
from stackroom.lifecycle.bundle.feature import feature as bundle
from stackroom.lifecycle.feature import feature as lifecycle
from stackroom.notifications.feature import feature as notifications
from stackroom.observability import logs, metrics, tracing
from stackroom.observability.health import health
from stackroom.operators import authentication as operators
from stackroom.operators.feature import feature as console
from stackroom.operators.support.feature import feature as support
from stackroom.oversight.flag_changes.feature import feature as flag_changes
from stackroom.oversight.past.feature import feature as past
from stackroom.patrons.feature import feature as patrons
from stackroom.plans import service as plans
from stackroom.plans.feature import feature as plans_feature
from stackroom.realtime import sockets, withdrawals
from stackroom.staff import authentication
from stackroom.staff.factors.feature import feature as factors
from stackroom.staff.feature import feature as staff
from stackroom.staff.invitations.feature import feature as invitations
from stackroom.staff.keys.feature import feature as keys
from stackroom.staff.reviews.feature import feature as reviews
from stackroom.staff.roles.feature import feature as roles
from stackroom.staff.scim.feature import feature as directory
from stackroom.staff.security.feature import feature as security_feature
from stackroom.staff.sso.feature import feature as sso
from stackroom.web import pages, security
from tenants.resolver import Resolver

FEATURES = (
    libraries, domains, plans_feature, staff, roles, invitations, reviews, security_feature,
    factors, keys, directory, sso, catalogue, imports, patrons, circulation, lifecycle, bundle,
    support, console, audit, past, flags_feature, flag_changes, notifications,
)  # fmt: skip

registry.assemble(FEATURES)
versioning.install()  # once every model is imported, before the first session
writer.watch(WalledSession)
withdrawals.watch(WalledSession)


def create_app(settings: Settings | None = None) -> Stackroom:
    """Raises ConfigurationError or BypassingRole: a process that cannot hold the walls must not
    start."""
    settings = settings or load()
    logs.configure(settings)
    app = openapi.new_app()
    app.settings = settings
    app.resolver = Resolver(settings.base_domain)
    security.install(app, settings)  # hosts, proxies, cookies, headers: before anything answers
    database.connect(app, settings)
    cache.install(app, settings)
    limits.install(app, settings)
    app.calls_allowed = plans.calls_allowed
    flags.install(app, settings)
    jobs.install(app, settings)
    authentication.install(app, settings)
    operators.install(app, settings)
    problems.install(app)
    app.register_blueprint(health)
    logs.note_requests(app)
    metrics.install(app)
    tracing.install(app, settings)
    pages.install(app)  # what every page shows; below, the console puts its own frame in place
    for feature in FEATURES:
        for blueprint in (feature.api, feature.web):
            if blueprint:
                app.register_blueprint(blueprint)
    sockets.install(app, settings)
    app.register_blueprint(openapi.api)
    app.register_blueprint(docs)
    app.refuse_undeclared_routes()
    return app
