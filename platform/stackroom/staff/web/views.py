"""Pages: sign-up, verification, sign-in, staff, the organisation's settings."""

from flask import Blueprint

web = Blueprint("staff", __name__, template_folder="templates")
