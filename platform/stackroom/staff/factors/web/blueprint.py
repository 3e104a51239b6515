from flask import Blueprint

web = Blueprint("factors", __name__, template_folder="templates")
