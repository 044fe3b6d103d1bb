"""How an account wants to be told."""

from collections.abc import Iterator
from dataclasses import dataclass

from feeds.models import NoticeChoice
from feeds.topics import Channel, Topic, by_default, is_fixed


@dataclass(frozen=True)
class Choice:
    topic: Topic
    channel: Channel
    wanted: bool

    @property
    def is_fixed(self) -> bool:
        return is_fixed(self.topic, self.channel)

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.channel}"


def choices(account_id: int) -> list[Choice]:
    """Of every topic and channel: as chosen, or as it is by default."""
    return list(_choices(account_id))


def _choices(account_id: int) -> Iterator[Choice]:
    rows = NoticeChoice.objects.filter(account_id=account_id).values_list("topic", "channel", "wanted")
    chosen = {(topic, channel): wanted for topic, channel, wanted in rows}
    for topic in Topic:
        for channel in Channel:
            yield Choice(topic, channel, chosen.get((topic, channel), by_default(topic, channel)))
