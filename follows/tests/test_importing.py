"""What files of follows say. None of these tests needs a database: the reader is pure."""

import json
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from follows.importing import FORMAT, MAX_ROWS, MAX_VALUES, ImportRefused, Row, read

NOW = datetime(2026, 5, 1, tzinfo=UTC)
THEN = datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)
MASTODON = "Account address,Show boosts,Notify on new posts,Languages\n"
OWN = "account_id,handle,name,state,notify,followed_at\n"


def reading(data: bytes | str, *, now=NOW):
    return read(data.encode() if isinstance(data, str) else data, now=now)


def handles(data: bytes | str) -> list[str]:
    return [row.handle for row in reading(data).rows]


def refusal(data: bytes | str) -> str:
    with pytest.raises(ImportRefused) as refused:
        reading(data)
    assert refused.value.message.endswith(".")
    return refused.value.code


def tiktok(following: object) -> dict:
    return {"Activity": {"Following List": {"Following": following}}}


# --- Each kind ------------------------------------------------------------------------------------------------


def test_our_table():
    listing = reading(OWN + "7,mira,Mira,active,none,2023-01-02T03:04:05+00:00\n")
    assert listing.kind == "own"
    assert listing.rows == [Row("mira", 7, "none", THEN)]


def test_our_document():
    following = [{"account_id": 7, "handle": "mira", "notify": "none", "followed_at": "2023-01-02T03:04:05Z"}]
    listing = reading(json.dumps({"format": FORMAT, "version": 1, "following": following}))
    assert (listing.kind, listing.rows) == ("own", [Row("mira", 7, "none", THEN)])


def test_mastodons_notify_column_is_the_bell():
    listing = reading(MASTODON + 'Mira@social.example,true,true,\nNo@b.example,true,false,"en, de"\n')
    assert listing.kind == "mastodon"
    assert listing.rows == [Row("mira", notify="all"), Row("no", notify="none")]


@pytest.mark.parametrize(
    "document",
    [
        tiktok([{"Date": "2023-01-02 03:04:05", "UserName": "mira"}]),
        {"Your Activity": {"Following": {"Following": [{"Date": "2023-01-02 03:04:05 UTC", "UserName": "mira"}]}}},
        {"Profile And Settings": {"Following": {"Following": [{"date": "2023-01-02 03:04:05", "username": "mira"}]}}},
        {"Following List": [{"Date": "2023-01-02T03:04:05Z", "UserName": "@mira"}]},
        {"Following": None, "Profile": tiktok([{"Date": "2023-01-02 03:04:05", "UserName": "mira"}])},
        {
            "Profile": {"Follower": {"FansList": [{"Date": "2020-01-01 00:00:00", "UserName": "fan"}]}},
            **tiktok([{"Date": "2023-01-02 03:04:05", "UserName": "MIRA"}]),
        },
    ],
)
def test_tiktoks_list_is_found_wherever_it_stands(document):
    listing = reading(json.dumps(document))
    assert (listing.kind, listing.rows) == ("tiktok", [Row("mira", followed_at=THEN)])


# --- The same rows, written otherwise -------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_in_any_encoding(encoding):
    assert handles((OWN + "7,mira,Míra,active,all,\n").encode(encoding)) == ["mira"]
    assert handles(json.dumps(tiktok([{"UserName": "mira"}])).encode(encoding)) == ["mira"]


def test_bytes_that_are_no_utf_8_spoil_only_the_name():
    assert handles(b"handle,name\nmira,M\xfcra\nbob,Bob\n") == ["mira", "bob"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_with_any_line_ends_and_empty_lines(newline):
    assert handles(newline.join(["", "handle", "", "mira", " ", ",,", "bob", "", ""])) == ["mira", "bob"]


@pytest.mark.parametrize(
    "table",
    [
        "handle\nmira\n",
        "Handle,more,account_id\nmira,x,7\n",
        "account_id;handle\n7;mira\n",
        "account_id\thandle\n7\tmira\n",
        'name,handle\n"Mira, with ""quotes""",mira\n',
        "handle,name\nmira\n",
        "handle\nmira,too,many,cells\n",
        "\ufeffhandle\n @Mira@this.example \n",
    ],
)
def test_columns_missing_more_or_in_another_order(table):
    assert handles(table) == ["mira"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2023-01-02T03:04:05Z", THEN),
        ("2023-01-02 05:04:05+02:00", THEN),
        ("2023-01-02 03:04:05", THEN),
        ("1999-12-31", None),
        ("2026-05-02T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_that_cannot_be_true_is_none(said, meant):
    assert reading(f"handle,followed_at\nmira,{said}\n").rows == [Row("mira", followed_at=meant)]


@pytest.mark.parametrize("account_id", ["x", "-1", "1.5", "9" * 19, "9" * 5000, "²"])
def test_an_id_that_is_none_leaves_the_handle(account_id):
    assert reading(f"handle,account_id\nmira,{account_id}\n").rows == [Row("mira")]


@pytest.mark.parametrize("account_id", [True, "7", 1.5, -1, 2**63, None, [], {}])
def test_an_id_of_another_kind_leaves_the_handle(account_id):
    document = {"format": FORMAT, "version": 1, "following": [{"handle": "mira", "account_id": account_id}]}
    assert reading(json.dumps(document)).rows == [Row("mira")]


# --- Bad rows -------------------------------------------------------------------------------------------------

BAD_LINES = {
    "two words": "not_a_handle",
    "mira\x00": "not_a_handle",
    "x": "not_a_handle",
    "-dash-": "not_a_handle",
    "x" * 31: "not_a_handle",
    "=cmd|'/c calc'!A0": "not_a_handle",
    '"left,open': "not_a_handle",
    "@": "not_a_handle",
    '""': "no_handle",
    "x" * 200_000: "no_handle",  # longer than a cell may be
    "alice": "repeated",
}


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("bad", BAD_LINES)
def test_a_bad_line_at_any_place_spoils_only_itself(bad, position):
    good = ["alice", "bob", "carol"]
    lines = [*good[:position], bad, *good[position:]]
    rows = reading("\n".join(["handle,name", *(f"{line},Name" if '"l' not in line else line for line in lines)])).rows
    assert [row.handle for row in rows if not row.problem] == good
    assert [row.problem for row in rows if row.problem] == [BAD_LINES[bad]]
    assert all(len(row.handle) <= 100 and row.handle.isprintable() for row in rows)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    max_leaves=5,
)


@given(bad=JSON_VALUES, position=st.integers(0, 3))
def test_a_bad_entry_at_any_place_spoils_only_itself(bad, position):
    good = [{"UserName": name, "Date": "2023-01-02 03:04:05"} for name in ("alice", "bob", "carol")]
    listing = reading(json.dumps(tiktok([*good[:position], bad, *good[position:]])))
    assert [row.handle for row in listing.rows if not row.problem] == ["alice", "bob", "carol"]
    assert [row.problem for row in listing.rows if row.problem] in (["unreadable"], ["no_handle"])


@given(bad=JSON_VALUES, position=st.integers(0, 3))
def test_bad_values_in_our_own_entries_spoil_only_themselves(bad, position):
    entries = [{"handle": name} for name in ("alice", "bob", "carol")]
    entries.insert(position, {"handle": bad, "account_id": bad, "notify": bad, "followed_at": bad})
    rows = reading(json.dumps({"format": FORMAT, "version": 1, "following": entries})).rows
    assert {"alice", "bob", "carol"} <= {row.handle for row in rows if not row.problem}
    assert len(rows) == 4


# --- Files of another kind ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b",,;\n;\t,", "empty"),
        (b"PK\x03\x04" + b"\x00" * 100, "archive"),
        (b"\x1f\x8b\x08" + b"\x00" * 100, "archive"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0JFIF", "image"),
        (b"GIF89a", "image"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image"),
        (b"%PDF-1.7", "document"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b"  <html>", "html"),
        (b"eve@b.example\nmallory@c.example\n", "unnamed"),
        (b"Account address\neve@b.example\n", "unnamed"),
        (b"Account address,Hide notifications\neve@b.example,true\n", "mutes"),
        (b"Friends,eve@b.example\n", "lists"),
        (b"https://b.example/users/eve/statuses/1\n", "bookmarks"),
        (b"#domain,#severity\nbad.example,suspend\n", "domains"),
        (b"bad.example\nworse.example\n", "domains"),
        (b"Date: 2023-01-02 03:04:05\nUsername: mira\n", "tiktok_text"),
        (b"some words\nand more\n", "unknown"),
        (b"{]", "broken_json"),
        (b'{"Following": [', "broken_json"),
        (b"[" * 100_000, "broken_json"),
        (b'{"a":' * 100_000, "broken_json"),
        (b'{"n": ' + b"9" * 100_000 + b"}", "broken_json"),
        (b"[]", "no_list"),
        (b'{"hello": "world"}', "no_list"),
        (json.dumps({"format": FORMAT, "version": 2, "following": []}), "version"),
        (json.dumps({"format": FORMAT, "version": 1, "following": {}}), "no_list"),
        (b'{"Activity": {"Follower List": {"FansList": [{"UserName": "fan"}]}}}', "followers"),
        (b'{"Activity": {"Following List": {"Following": null}}}', "nobody"),
        (b"handle\n", "nobody"),
        (MASTODON.encode(), "nobody"),
    ],
)
def test_a_file_of_another_kind_is_refused(data, code):
    assert refusal(data) == code


def test_too_many_rows_are_refused():
    lines = "\n".join(f"user{n}" for n in range(MAX_ROWS + 1))
    assert refusal(f"handle\n{lines}") == "too_many"
    assert len(reading(f"handle\n{lines}\n".replace("\nuser0\n", "\n")).rows) == MAX_ROWS
    assert refusal(json.dumps(tiktok([{"UserName": "x"}] * (MAX_ROWS + 1)))) == "too_many"


@pytest.mark.parametrize("value", ["[]", "{}", "1.5", '""'])
def test_a_document_of_countless_values_is_refused_before_it_is_built(value):
    data = ("[" + ",".join([value] * (MAX_VALUES + 1)) + "]").encode()
    tracemalloc.start()
    assert refusal(data) == "too_many_values"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(data)


@given(st.binary(max_size=2000))
def test_rubbish_is_refused_or_read_and_nothing_else(data):
    with suppress(ImportRefused):
        assert read(data, now=NOW).rows


@given(st.text(max_size=500))
def test_rubbish_below_a_known_header_becomes_rows(text):
    with suppress(ImportRefused):
        rows = reading(f"handle,account_id,notify,followed_at\nmira\n{text}".encode("utf-8", "replace")).rows
        assert rows[0] == Row("mira")
        assert all(row.handle.isprintable() for row in rows)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"a." * 2_000_000 + b"!", "unknown"), (b"x, " * 2_000_000, "unknown"), (b"ab\n" * 2_500_000, "too_many_values")],
    ids=["one name", "one line of cells", "lines"],
)
def test_rubbish_costs_little_more_than_its_size(data, code):
    tracemalloc.start()
    assert refusal(data) == code
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * len(data)
