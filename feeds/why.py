"""The answers to "Why isn't this here?" in words: what is the matter, and what is true now. Pure."""

WORDS = {
    "here": ("It is here", "This video of {name} is in your Following feed."),
    "creator_here": ("They are here", "You follow {name}, and their videos are in your Following feed."),
    "not_following": (
        "You do not follow {name}",
        "Follow {name}, and their last 20 videos come into your feed at once, and every new one as it is published.",
    ),
    "not_following_private": (
        "You do not follow {name}",
        "Their account is private: ask to follow {name}, and their videos come once they approve it.",
    ),
    "requested": (
        "{name} has not let you in yet",
        "You asked to follow {name}. Their videos come once they approve it.",
    ),
    "before_follow": (
        "It is from before you followed {name}",
        "A new follow brings the last 20 videos into the feed. Older ones are on the profile.",
    ),
    "muted": ("You muted {name}", "You still follow {name}. Their videos come back when you unmute them."),
    "muted_until": (
        "You muted {name}",
        "You still follow {name}. Their videos come back by themselves when the mute ends.",
    ),
    "blocked_by_me": ("You block {name}", "Neither of you sees the other’s videos. Unblock {name} to see them again."),
    "nothing_yet": (
        "{name} has nothing to show yet",
        "You follow {name}. Their next video is here the moment it is published.",
    ),
    "removed_by_creator": (
        "{name} removed this video",
        "You were told of it. It can be seen no more.",
    ),
    "removed_by_moderator": (
        "A moderator removed this video",
        "You were told of it when {name} published it. It can be seen no more.",
    ),
    "only_me": ("{name} no longer shows this video to others", "It comes back if {name} shows it again."),
    "suspended": ("{name}’s account is suspended", "Your follow stands. Their videos come back when the account does."),
    "deactivated": (
        "{name} deactivated their account",
        "Your follow stands. Their videos come back when the account does.",
    ),
    "gone": ("{name}’s account is not available", "It is suspended or deactivated at the moment."),
    "deleted": ("This account was deleted", "Its videos are gone, and your follow ended with it."),
    "cannot_see": (
        "You cannot see this video",
        "It may not be there any more, or not be meant for you. Check the link, or ask whoever sent it.",
    ),
    "no_account": ("There is no such account for you to see", "Check how it is written: a link, a handle or a name."),
    "own_account": (
        "This is you",
        "Your Following feed shows the people you follow. Your own videos are on your profile.",
    ),
    "own_published": (
        "This is your own video",
        "It is published. Your followers have it in their feeds.",
    ),
    "own_ready": ("This is your own video", "Only you can see it. Nobody has it in their feed."),
    "own_scheduled": (
        "This is your own video",
        "It is not published yet. It comes into your followers’ feeds when it is.",
    ),
    "own_processing": ("This is your own video", "It is still being processed, and nobody has it in their feed yet."),
    "own_failed": ("This is your own video", "It could not be processed, and nobody has it in their feed."),
    "own_removed": ("This is your own video", "It was removed, and nobody has it in their feed."),
}
