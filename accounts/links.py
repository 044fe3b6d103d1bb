"""How pages name what they must not give away: a session, and the file of a download. The address of a file is signed for
one account and one file, and works for a day where that account is logged in: long enough for a large file on a slow line,
interrupted and taken up again."""

from datetime import timedelta

from django.core import signing
from django.utils.crypto import salted_hmac

from accounts.models import Archive

WORKS = timedelta(days=1)
_SALT = "accounts.archive"


def log_in_id_of(session_key: str) -> str:
    """Nobody can become that session by it."""
    return salted_hmac("accounts.log_in", session_key).hexdigest()[:16]


def sign(archive: Archive) -> str:
    return signing.dumps([archive.account_id, archive.pk], salt=_SALT)


def archive(signed: str, account_id: int) -> Archive | None:
    """While the file is offered."""
    try:
        whose, archive_id = signing.loads(signed, salt=_SALT, max_age=WORKS)
    except signing.BadSignature:
        return None
    found = Archive.objects.filter(pk=archive_id, account_id=account_id).first() if whose == account_id else None
    return found if found and found.is_offered else None
