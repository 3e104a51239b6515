"""What an auditor may have checked about the desk."""

from stackroom.circulation.controls.back_dating import BACK_DATED
from stackroom.circulation.controls.overrides import OVERRIDES
from stackroom.circulation.controls.own_accounts import OWN_ACCOUNTS

CONTROLS = (OVERRIDES, OWN_ACCOUNTS, BACK_DATED)
