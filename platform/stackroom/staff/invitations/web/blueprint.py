from flask import Blueprint

web = Blueprint("invitations", __name__, template_folder="templates")
