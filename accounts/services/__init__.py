"""Every write of accounts: coming in, profile and privacy, standing, deletion. A rule that two people could break at the
same moment is decided by the database inside the writing statement; `AccountRefused` says it in words."""

from accounts.services.archives import ask_for_archive
from accounts.services.entering import (
    ask_for_email,
    change_password,
    create_account,
    give_token,
    renew_token,
    revoke_token,
    sign_up,
)
from accounts.services.erasure import AT_ONCE, Eraser, NotYet, ask_for_deletion, carry_out, owe
from accounts.services.log_ins import end_log_in, end_other_log_ins
from accounts.services.profile import remove_avatar, set_avatar, set_language, set_privacy, update_profile
from accounts.services.refusals import HANDLE_TAKEN, AccountRefused
from accounts.services.standing import (
    deactivate,
    end_suspension_if_over,
    reactivate,
    suspend,
    suspension_ends,
    unsuspend,
)

__all__ = [
    "AT_ONCE",
    "HANDLE_TAKEN",
    "AccountRefused",
    "Eraser",
    "NotYet",
    "ask_for_archive",
    "ask_for_deletion",
    "ask_for_email",
    "carry_out",
    "change_password",
    "create_account",
    "deactivate",
    "end_log_in",
    "end_other_log_ins",
    "end_suspension_if_over",
    "give_token",
    "owe",
    "reactivate",
    "remove_avatar",
    "renew_token",
    "revoke_token",
    "set_avatar",
    "set_language",
    "set_privacy",
    "sign_up",
    "suspend",
    "suspension_ends",
    "unsuspend",
    "update_profile",
]
