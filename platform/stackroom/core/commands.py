"""What commands of features are given by `stackroom`, which none of them knows."""

NEW_APP = "stackroom.new_app"
"""Where click's `meta` keeps how an app is made: it is assembled from the features."""
