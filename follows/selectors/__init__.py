"""Reads of the follow graph, shaped like the pages and answers that show it."""

from follows.selectors.lists import hidden_from, may_see_lists, people_page, requests_page
from follows.selectors.manager import manager_page, open_requests_of
from follows.selectors.people import blocks_page, ended_by_block, mute_of, mutes_page, shut_out
from follows.selectors.ties import counts, relation, relations

__all__ = [
    "blocks_page",
    "counts",
    "ended_by_block",
    "hidden_from",
    "manager_page",
    "may_see_lists",
    "mute_of",
    "mutes_page",
    "open_requests_of",
    "people_page",
    "relation",
    "relations",
    "requests_page",
    "shut_out",
]
