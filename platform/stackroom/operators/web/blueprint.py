from flask import Blueprint

web = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
