"""What `celery -A stackroom.worker` imports; Celery looks for the name `app`."""

from stackroom.app import create_app

served = create_app()
app = served.extensions["celery"]
