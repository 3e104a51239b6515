"""What `celery -A stackroom.worker` imports; Celery looks for the name `app`."""

from stackroom.observability.together import count_together

count_together()

from stackroom.app import create_app  # noqa: E402

served = create_app()
app = served.extensions["celery"]
