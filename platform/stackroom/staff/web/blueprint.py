from flask import Blueprint

web = Blueprint("staff", __name__, template_folder="templates")
