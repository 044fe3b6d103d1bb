"""Whether an account wants to be told, as SQL for the statements that tell. The arguments are SQL themselves: columns, or
literals in their quotes."""

from feeds.topics import DEFAULTS, TOPIC_OF, Channel


def topic_of(kind: str) -> str:
    """The topic of a notification's kind."""
    cases = " ".join(f"WHEN '{name}' THEN '{topic.value}'" for name, topic in TOPIC_OF.items())
    return f"CASE {kind} {cases} END"


def wants(account: str, topic: str, channel: Channel) -> str:
    """As chosen, or as it is by default."""
    usual = ", ".join(f"'{each.value}'" for each in sorted(DEFAULTS[channel]))
    return f"""coalesce((
        SELECT choice.wanted FROM feeds_noticechoice AS choice
        WHERE choice.account_id = {account} AND choice.topic = {topic} AND choice.channel = '{channel.value}'
    ), {topic} IN ({usual}))"""
