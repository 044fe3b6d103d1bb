"""Reads of the follow graph, shaped like the pages and answers that show it."""

from follows.selectors.batches import batches_page, lost_by_unfollowing, report, rows_page, standing_still
from follows.selectors.history import history_page, silent_follows, whole_since
from follows.selectors.imports import imports_of, preview, preview_page, preview_row
from follows.selectors.lists import hidden_from, may_see_lists, people_page, requests_page
from follows.selectors.manager import FILTERS, SORTS, Wanted, count_matching, manager_page, open_requests_of
from follows.selectors.offers import named_meanwhile, offers_count, offers_page, was_offered
from follows.selectors.people import blocks_page, ended_by_block, mute_of, mutes_page, shut_out
from follows.selectors.ties import counts, relation, relations

__all__ = [
    "FILTERS",
    "SORTS",
    "Wanted",
    "batches_page",
    "blocks_page",
    "count_matching",
    "counts",
    "ended_by_block",
    "hidden_from",
    "history_page",
    "imports_of",
    "lost_by_unfollowing",
    "manager_page",
    "may_see_lists",
    "mute_of",
    "mutes_page",
    "named_meanwhile",
    "offers_count",
    "offers_page",
    "open_requests_of",
    "people_page",
    "preview",
    "preview_page",
    "preview_row",
    "relation",
    "relations",
    "report",
    "requests_page",
    "rows_page",
    "shut_out",
    "silent_follows",
    "standing_still",
    "was_offered",
    "whole_since",
]
