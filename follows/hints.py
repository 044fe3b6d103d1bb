"""What open pages hear of ties: that there may be something new between two accounts, and with which event. They ask for
the rest themselves, so that nobody is told more than they may see."""

from typing import Any

Hint = tuple[list[int], dict[str, Any]]


def hints_of(one_id: int, other_id: int, version: int | None, *, alone: bool = False) -> list[Hint]:
    """For `socialvideo.lib.live.publish_each`: each is told of the other; alone, only the first."""
    mine = ([one_id], {"kind": "relation", "account": other_id, "version": version})
    theirs = ([other_id], {"kind": "relation", "account": one_id, "version": version})
    return [mine] if alone else [mine, theirs]
