"""The answers to "Why isn't this here?" in words: what is the matter, and what is true now. Pure."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "here": (_("It is here"), _("This video of %(name)s is in your Following feed.")),
    "creator_here": (_("They are here"), _("You follow %(name)s, and their videos are in your Following feed.")),
    "not_following": (
        _("You do not follow %(name)s"),
        _(
            "Follow %(name)s, and their last 20 videos come into your feed at once, and every new one as it is published."
        ),
    ),
    "not_following_private": (
        _("You do not follow %(name)s"),
        _("Their account is private: ask to follow %(name)s, and their videos come once they approve it."),
    ),
    "requested": (
        _("%(name)s has not let you in yet"),
        _("You asked to follow %(name)s. Their videos come once they approve it."),
    ),
    "before_follow": (
        _("It is from before you followed %(name)s"),
        _("A new follow brings the last 20 videos into the feed. Older ones are on the profile."),
    ),
    "muted": (_("You muted %(name)s"), _("You still follow %(name)s. Their videos come back when you unmute them.")),
    "muted_until": (
        _("You muted %(name)s"),
        _("You still follow %(name)s. Their videos come back by themselves when the mute ends."),
    ),
    "blocked_by_me": (
        _("You block %(name)s"),
        _("Neither of you sees the other’s videos. Unblock %(name)s to see them again."),
    ),
    "nothing_yet": (
        _("%(name)s has nothing to show yet"),
        _("You follow %(name)s. Their next video is here the moment it is published."),
    ),
    "removed_by_creator": (
        _("%(name)s removed this video"),
        _("You were told of it. It can be seen no more."),
    ),
    "removed_by_moderator": (
        _("A moderator removed this video"),
        _("You were told of it when %(name)s published it. It can be seen no more."),
    ),
    "only_me": (_("%(name)s no longer shows this video to others"), _("It comes back if %(name)s shows it again.")),
    "for_adults": (
        _("This video is for adults"),
        _("You were told of it when %(name)s published it. It is kept from accounts under the age."),
    ),
    "suspended": (
        _("%(name)s’s account is suspended"),
        _("Your follow stands. Their videos come back when the account does."),
    ),
    "deactivated": (
        _("%(name)s deactivated their account"),
        _("Your follow stands. Their videos come back when the account does."),
    ),
    "gone": (_("%(name)s’s account is not available"), _("It is suspended or deactivated at the moment.")),
    "deleted": (_("This account was deleted"), _("Its videos are gone, and your follow ended with it.")),
    "cannot_see": (
        _("You cannot see this video"),
        _("It may not be there any more, or not be meant for you. Check the link, or ask whoever sent it."),
    ),
    "no_account": (
        _("There is no such account for you to see"),
        _("Check how it is written: a link, a handle or a name."),
    ),
    "own_account": (
        _("This is you"),
        _("Your Following feed shows the people you follow. Your own videos are on your profile."),
    ),
    "own_published": (
        _("This is your own video"),
        _("It is published. Your followers have it in their feeds."),
    ),
    "own_ready": (_("This is your own video"), _("Only you can see it. Nobody has it in their feed.")),
    "own_scheduled": (
        _("This is your own video"),
        _("It is not published yet. It comes into your followers’ feeds when it is."),
    ),
    "own_processing": (
        _("This is your own video"),
        _("It is still being processed, and nobody has it in their feed yet."),
    ),
    "own_failed": (_("This is your own video"), _("It could not be processed, and nobody has it in their feed.")),
    "own_removed": (_("This is your own video"), _("It was removed, and nobody has it in their feed.")),
}
