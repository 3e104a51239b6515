from flask import Blueprint

web = Blueprint("sso", __name__, template_folder="templates")
