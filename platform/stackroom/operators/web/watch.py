"""What an operator keeps an eye on: jobs that wait, errors, and the operators' own acts."""

from flask import render_template, request

from stackroom.core.permissions import Host, requires
from stackroom.operators import acts as trail
from stackroom.operators import faults
from stackroom.operators import organisations as service
from stackroom.operators.permissions import OPERATE
from stackroom.operators.schemas import BacklogQuery
from stackroom.operators.web.blueprint import web
from stackroom.operators.web.parts import address
from stackroom.web.forms import Form


@web.get("/jobs")
@requires(OPERATE, host=Host.CONSOLE)
def jobs() -> str:
    query = BacklogQuery.model_validate(request.args.to_dict())
    return render_template("console/jobs.html", query=query, found=service.backlogs(query))


@web.get("/errors")
@requires(OPERATE, host=Host.CONSOLE)
def errors() -> str:
    form = Form(faults.FaultQuery, request.args.to_dict())
    with form.or_again("console/errors.html") as query:
        page = faults.faults(query)
    return render_template("console/errors.html", form=form, page=page, address=address)


@web.get("/acts")
@requires(OPERATE, host=Host.CONSOLE)
def acts() -> str:
    form = Form(trail.ActQuery, request.args.to_dict())
    choices = list(trail.ACTS.items())
    with form.or_again("console/acts.html", choices=choices) as query:
        page = trail.acts(query)
    return render_template(
        "console/acts.html", form=form, page=page, address=address, choices=choices, ACTS=trail.ACTS
    )
