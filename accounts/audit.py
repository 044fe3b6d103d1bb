"""What must hold of accounts at any moment, checked on live data."""

from django.utils.translation import gettext_noop

from socialvideo.lib.audit import Check

OVERDUE = "SELECT account_id FROM accounts_erasure WHERE finished_at IS NULL AND due_at < now() - interval '1 day'"
FINISHED_UNCONFIRMED = """
    SELECT step.id FROM accounts_erasurestep AS step JOIN accounts_erasure AS erasure ON account_id = erasure_id
    WHERE finished_at IS NOT NULL AND confirmed_at IS NULL
"""
ERASED_BUT_NOT_BEGUN = """
    SELECT account.id FROM accounts_user AS account LEFT JOIN accounts_erasure AS erasure ON account_id = account.id
    WHERE (erased_at IS NULL) <> (begun_at IS NULL)
"""
STILL_HAS = """
    SELECT account.id FROM accounts_user AS account
    WHERE erased_at IS NOT NULL AND (
        EXISTS (SELECT 1 FROM account_emailaddress WHERE user_id = account.id)
        OR EXISTS (SELECT 1 FROM authtoken_token WHERE user_id = account.id)
        OR EXISTS (SELECT 1 FROM accounts_user_groups WHERE user_id = account.id)
        OR EXISTS (SELECT 1 FROM accounts_user_user_permissions WHERE user_id = account.id))
"""

CHECKS = [
    Check(gettext_noop("no deletion of an account is overdue"), "9", OVERDUE, "accounts_erasure"),
    Check(
        gettext_noop("no deletion ends before every app has confirmed it"),
        "9",
        FINISHED_UNCONFIRMED,
        "accounts_erasurestep",
    ),
    Check(
        gettext_noop("an account is erased exactly when its deletion is final"),
        "9",
        ERASED_BUT_NOT_BEGUN,
        "accounts_user",
    ),
    Check(
        gettext_noop("an erased account has no address, token or role"),
        "7",
        STILL_HAS,
        "accounts_user WHERE erased_at IS NOT NULL",
    ),
]
