"""What `celery -A stackroom.worker` imports: the app, and the Celery app that serves it."""

from stackroom.app import create_app

app = create_app()
celery = app.extensions["celery"]
