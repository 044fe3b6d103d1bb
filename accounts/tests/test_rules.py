from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.rules import age_on, check_birth_date, plain_handle, plain_line, plain_text

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(2013, 3, 1), TODAY, 13),
        (date(2013, 3, 2), TODAY, 12),
        (date(2012, 2, 29), date(2025, 2, 28), 12),
        (date(2012, 2, 29), date(2025, 3, 1), 13),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
    ],
)
def test_age_is_in_whole_years(born: date, today: date, age: int) -> None:
    assert age_on(today, born) == age


@pytest.mark.parametrize("born", [date(2026, 3, 2), date(2013, 3, 2), date(1900, 1, 1), date(1, 1, 1)])
def test_too_young_unborn_and_impossible_dates_are_refused(born: date) -> None:
    with pytest.raises(ValidationError):
        check_birth_date(born, today=TODAY, minimum_age=13)


def test_the_birthday_itself_is_old_enough() -> None:
    check_birth_date(date(2013, 3, 1), today=TODAY, minimum_age=13)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" @Alice ", "alice"), ("ALICE", "alice"), ("a.b_c", "a.b_c"), ("x" * 30, "x" * 30), ("7a", "7a")],
)
def test_handles_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert plain_handle(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "a", "x" * 31, "a b", "a@b", "alice.", ".alice", "_alice", "аlice", "ａｌｉｃｅ", "ali\u200bce", "İstanbul",
        "alice\n", "a\x00b", "😀😀", "a/b", "a-b", "%00",
    ],
)  # fmt: skip
def test_other_letters_are_refused(typed: str) -> None:
    if typed == "alice\n":
        assert plain_handle(typed) == "alice"
        return
    with pytest.raises(ValidationError):
        plain_handle(typed)


@pytest.mark.parametrize("typed", ["admin", "Ad_Min", "a.p.i", "settings", "upload", "MyTube", "my.tube"])
def test_names_that_speak_for_the_site_are_reserved(typed: str) -> None:
    with pytest.raises(ValidationError, match="kept for the site"):
        plain_handle(typed, site_name="MyTube")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Mira \t Lee ", "Mira Lee"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069", "ab"),
        ("سارا", "سارا"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("e\u0301", "é"),
        ("\u200b\u2060", ""),
        ("\u200d", ""),
        ("line\nbreak", "line break"),
        ("bell\x07", "bell"),
    ],
)
def test_names_keep_every_script_and_nothing_invisible(typed: str, kept: str) -> None:
    assert plain_line(typed) == kept


def test_a_bio_keeps_its_lines_and_one_blank_one() -> None:
    assert plain_text("  one \r\n\r\n\r\n\r\n two\u202e  \r\n") == "one\n\ntwo"
