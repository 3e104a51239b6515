"""The words of the mails about the safety of an account."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`text` is filled with name, organisation, link and what a sender adds. The link stands in a
    paragraph of its own, which in HTML is the button `label`."""

    subject: str
    label: str
    text: str


RESET_ASKED = Words(
    "Choose a new password for {organisation}",
    "Choose a new password",
    """Hello {name},

somebody, hopefully you, has asked for a new password at {organisation}. Choose one here:

{link}

The link serves once, for an hour. When you have used it, every device is signed out.

If it was not you, do nothing: your password stays as it is.
""",
)
RESET_ORDERED = Words(
    "Choose a new password for {organisation}",
    "Choose a new password",
    """Hello {name},

an admin of {organisation} asks you to choose a new password. Choose one here:

{link}

The link serves once, for an hour. When you have used it, every device is signed out.

Until then your present password serves. If in doubt, ask your admin.
""",
)
PASSWORD_CHANGED = Words(
    "Your password at {organisation} was changed",
    "Choose another password",
    """Hello {name},

your password at {organisation} was changed just now, and other devices were signed out.

If it was you, all is well. If not, somebody may read your mail: secure your mailbox first, then
choose another password here, and tell your admin.

{link}
""",
)
NEW_DEVICE = Words(
    "A new sign-in at {organisation}",
    "Choose a new password",
    """Hello {name},

somebody signed in to {organisation} with your account, from a device that we had not seen before:
{program}, from the address {ip}, on {at}.

If it was you, there is nothing to do. If not, choose a new password now, which signs every device
out, and tell your admin:

{link}
""",
)
