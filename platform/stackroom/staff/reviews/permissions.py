from stackroom.core.permissions import permission

REVIEWS_READ = permission(
    "reviews.read", "see access reviews and what came of them", "admin", "manager", "auditor"
)
REVIEWS_WRITE = permission(
    "reviews.write", "start, close and cancel access reviews", "admin", personal=True
)
REVIEWS_DECIDE = permission(
    "reviews.decide",
    "confirm or withdraw the roles that an access review asks about",
    "admin",
    "manager",
    personal=True,
)

PERMISSIONS = (REVIEWS_READ, REVIEWS_WRITE, REVIEWS_DECIDE)
