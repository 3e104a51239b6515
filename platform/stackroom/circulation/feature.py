from flask import url_for

from stackroom.audit.related import Children, Parent
from stackroom.circulation.controls import CONTROLS
from stackroom.circulation.models import CirculationRule, Loan, LoanPolicy
from stackroom.circulation.permissions import LOANS_READ, PERMISSIONS
from stackroom.circulation.rest.v1 import api
from stackroom.circulation.service.loans import count_open, provision
from stackroom.circulation.web.views import web
from stackroom.core.features import Feature, Figure, NavItem, Restorer

feature = Feature(
    name="circulation",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(
        NavItem("Desk", "circulation.desk", "upc-scan", 10),
        NavItem("Loans", "circulation.loans", "arrow-left-right", 40),
        NavItem("My loans", "circulation.own_loans", "book", 15),
    ),
    figures=(
        Figure("On loan", "circulation.loans", "arrow-left-right", 40, LOANS_READ, count_open),
    ),
    provision=provision,
    related={"patron": (Children(Loan, "patron_id"),), "loan": (Parent(Loan, "item_id"),)},
    controls=CONTROLS,
    pages={
        "patron": lambda patron_id: url_for("circulation.patron", patron_id=patron_id),
        "loan": lambda _: url_for("circulation.loans"),
    },
    restorers={
        Loan: "A loan is lent, renewed and returned at the desk, never set back.",
        LoanPolicy: Restorer(),
        CirculationRule: Restorer(),
    },
)
