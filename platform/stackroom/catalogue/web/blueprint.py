from flask import Blueprint

web = Blueprint("catalogue", __name__, template_folder="templates")
