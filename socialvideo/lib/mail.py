"""Mail by SMTP, with so long for one connection and not longer."""

from smtplib import SMTP, SMTP_SSL
from typing import Any

from django.core.mail.backends import smtp

from socialvideo.lib.last_moment import LastMoment

AT_MOST = 120  # seconds, from the first byte to the last


class _Limited(LastMoment):
    def connect(self, *args: Any, **kwargs: Any) -> Any:
        self.ends_within(AT_MOST)
        return super().connect(*args, **kwargs)  # type: ignore[misc]


class _Plain(_Limited, SMTP):
    pass


class _Encrypted(_Limited, SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[SMTP]:
        return _Encrypted if self.use_ssl else _Plain
