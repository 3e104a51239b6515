from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.staff.reviews import notices
from stackroom.staff.reviews.controls import DORMANT
from stackroom.staff.reviews.events import SUBJECT
from stackroom.staff.reviews.models import AccessReview, AccessReviewLine
from stackroom.staff.reviews.permissions import PERMISSIONS, REVIEWS_READ
from stackroom.staff.reviews.rest.v1 import api
from stackroom.staff.reviews.tasks import REVIEWS
from stackroom.staff.reviews.web.views import web

feature = Feature(
    name="reviews",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Access reviews", "reviews.index", "shield-check", 81, REVIEWS_READ),),
    subscriptions={notices.MAIL: notices.send},
    chores=(REVIEWS,),
    controls=(DORMANT,),
    pages={SUBJECT: lambda review_id: url_for("reviews.show", access_review_id=review_id)},
    restorers={
        AccessReview: "A review is a record of what was decided then; start another.",
        AccessReviewLine: "A reviewer’s decision stands; give or withdraw the role itself.",
    },
)
