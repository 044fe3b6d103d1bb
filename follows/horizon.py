"""How much of the follow history is kept, as SQL. From the horizon on, a number of the sequence that only moves up, every
event is. Of what was before (`services/pruning.py`), each pair keeps what somebody may still ask for: its last event (the
relation's version), its last change (a follow that a block ended is offered back), the last act that was no mere grant
(what Undo goes by), and of a tie that stood its beginning (where it came from) and its activation (`since`).

That a row is none of these is asked by whoever forgets it, and once more by the trigger that lets it go."""

FIRST_KEPT = "coalesce((SELECT first_kept FROM follows_tallymark), 0)"
SAID = "retention"  # by the statement that forgets, as a cause is

_ACTIVATES = """({0}."after" = 'active' AND {0}."before" <> 'active')"""
_BEGINS_OR_ENDS = """({0}."before" = '' OR {0}."after" = '')"""
_CHANGES = """(({0}."before", {0}."after") <> ('', ''))"""
_GRANTS = "({0}.cause IN ('approved', 'went_public'))"

# Of the later events of an event's pair, whether there is one of each kind.
KINDS = {"any": "TRUE", "change": _CHANGES, "own": f"NOT {_GRANTS}", "turn": _BEGINS_OR_ENDS, "activation": _ACTIVATES}


def later(event: str, over: str = "") -> str:
    """The aggregates, over a window or over rows that are later anyway."""
    return ", ".join(f"bool_or({sql.format(event)}) {over} AS later_{name}" for name, sql in KINDS.items())


def needless(event: str) -> str:
    """Whether the later ones say all that somebody may ask for; NULL, too, where there are none."""
    return f"""(later_any AND (later_change OR NOT {_CHANGES.format(event)}) AND (later_own OR {_GRANTS.format(event)})
        AND (later_turn OR ({event}."before" <> '' AND (later_activation OR NOT {_ACTIVATES.format(event)}))))"""
