"""Signing up, on the platform's own host, and opening what signed up."""

from datetime import timedelta

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from stackroom.core.http import app
from stackroom.core.limits import attempts
from stackroom.core.permissions import Host, public
from stackroom.staff import sign_up
from stackroom.staff.authentication import hasher
from stackroom.staff.schemas import ZONE_CHOICES, SignUp, VerificationIn
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/sign-up")
@public("an organisation signs up before anybody can sign in", host=Host.PLATFORM)
def sign_up_form() -> str:
    return render_template("staff/sign_up.html", form=Form(SignUp), **_choices())


@web.post("/sign-up")
@public("an organisation signs up before anybody can sign in", host=Host.PLATFORM)
@attempts(10, timedelta(hours=1))
def sign_up_organisation() -> Response:
    form = submitted(SignUp)
    with form.or_again("staff/sign_up.html", **_choices()) as given:
        new = sign_up.NewOrganisation(**given.model_dump())
        sign_up.sign_up(new, base_domain=app().settings.base_domain, hasher=hasher())
    session["signed_up_as"] = new.admin_email
    return redirect(url_for(".check_mail"), 303)


def _choices() -> dict[str, object]:
    return {"timezones": ZONE_CHOICES, "base_domain": app().settings.base_domain}


@web.get("/sign-up/check-mail")
@public("says where the link went", host=Host.PLATFORM)
def check_mail() -> str:
    return render_template(
        "staff/check_mail.html",
        email=session.get("signed_up_as", ""),
        reads_mail=app().settings.is_development,
    )


@web.get("/verify")
@public("the link in the mail is the proof", host=Host.PLATFORM)
def verify_form() -> str:
    """Changes nothing: programs that scan mail fetch every link in it."""
    token = request.args.get("token", "")
    organisation = sign_up.organisation_of(token, _secret())
    return render_template("staff/verify.html", organisation_name=organisation.name, token=token)


@web.post("/verify")
@public("the link in the mail is the proof", host=Host.PLATFORM)
@attempts(30, timedelta(hours=1))
def verify() -> str:
    """Answers with a page and no redirect: the organisation's host is another origin, to which
    the content security policy lets no form lead. A second post changes nothing."""
    given = VerificationIn(token=request.form.get("token", "")[:2000])
    organisation = sign_up.verify(given.token, _secret())
    address = app().settings.origin(organisation.host)
    return render_template(
        "staff/verified.html",
        organisation_name=organisation.name,
        address=address,
        organisation=None,  # the page is the platform's: its header leads to no sign-in here
    )


def _secret() -> str:
    return app().settings.secret_key.get_secret_value()
