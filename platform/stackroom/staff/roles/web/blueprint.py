from flask import Blueprint

web = Blueprint("roles", __name__, template_folder="templates")
