from datetime import timedelta

from stackroom.core.features import Chore, Feature
from stackroom.oversight.flag_changes.service import look

feature = Feature(name="flag_changes", chores=(Chore("flag-changes", timedelta(minutes=5), look),))
