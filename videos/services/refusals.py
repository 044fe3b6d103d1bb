"""Why an act on a video was not done, in words for whoever tried."""

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Nothing was changed. `code` names the rule, `message` says in plain words what to do. `wait`: it may be tried again in
    so many seconds."""

    def __init__(self, code: str, message: object, wait: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)
        self.wait = wait


NO_ROOM = ("no_space", _("There is no room for this file on the server at the moment. Try again later."))
GONE = ("gone", _("This video is not available."))


def not_yours() -> Refused:
    return Refused("not_yours", _("Only the creator can do this."))
