"""What is searched: the same reading of what stands there and of what is asked for, and an index for each question.

Folded: compatible forms alike, no accents, small letters, nothing that joins words. Words are those of any language, none
left out and none cut; scripts without spaces are read letter by letter, so that a word is found inside them. The
functions bind what they call when they are made, wherever the database keeps its extensions."""

_JOINING = "-+./:@_&<"  # what PostgreSQL's parser takes for parts of addresses, numbers and markup
_WITHOUT_SPACES = r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"

SCHEMA = rf"""
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION feeds_folded(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN translate(lower(CASE WHEN octet_length(said) = length(said) THEN said
                       ELSE unaccent('unaccent', normalize(said, NFKC)) END), '{_JOINING}', repeat(' ', {len(_JOINING)}));

CREATE FUNCTION feeds_spaced(folded text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN regexp_replace(folded, '({_WITHOUT_SPACES})', ' \1 ', 'g');

CREATE FUNCTION feeds_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
RETURN to_tsvector('simple', feeds_spaced(feeds_folded(said)));

-- All of the words, the last one as far as it is written unless it is whole. Nothing that can be read: NULL.
CREATE FUNCTION feeds_asked(said text, whole boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT (string_agg(phrase, ' & ' ORDER BY n) || CASE WHEN whole THEN '' ELSE ':*' END)::tsquery
    FROM (SELECT n, phraseto_tsquery('simple', feeds_spaced(word))::text AS phrase
          FROM regexp_split_to_table(feeds_folded(said), '\s+') WITH ORDINALITY AS part (word, n)) AS phrases
    WHERE phrase <> ''
);

-- Of handles and names, as people are asked for by either.
CREATE INDEX feeds_search_people ON accounts_user USING gin (feeds_words(handle || ' ' || name));
CREATE INDEX feeds_search_people_alike ON accounts_user USING gin (feeds_folded(handle || ' ' || name) gin_trgm_ops);
-- Of captions, which hold the tags.
CREATE INDEX feeds_search_videos ON videos_video USING gin (feeds_words(caption)) WHERE state = 'published';
-- Of tags, written with or without their spaces and accents.
CREATE INDEX feeds_search_tags ON videos_tag (replace(feeds_folded(name), ' ', '') text_pattern_ops);
CREATE INDEX feeds_search_tags_alike ON videos_tag USING gin (feeds_folded(name) gin_trgm_ops);

-- Those written much like it, most like it first: nearly half of its groups of three letters. Scripts of which the
-- database's locale makes no such groups are not searched at all: that would read everything.
CREATE FUNCTION feeds_people_alike(said text, most integer) RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE
SET pg_trgm.word_similarity_threshold = 0.45 AS $$
    SELECT id FROM accounts_user
    WHERE cardinality(show_trgm(feeds_folded(said))) > 3 AND feeds_folded(said) <% feeds_folded(handle || ' ' || name)
    ORDER BY word_similarity(feeds_folded(said), feeds_folded(handle || ' ' || name)) DESC, id LIMIT most
$$;

CREATE FUNCTION feeds_tags_alike(said text, most integer) RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE
SET pg_trgm.word_similarity_threshold = 0.45 AS $$
    SELECT id FROM videos_tag
    WHERE cardinality(show_trgm(feeds_folded(said))) > 3 AND feeds_folded(said) <% feeds_folded(name)
    ORDER BY word_similarity(feeds_folded(said), feeds_folded(name)) DESC, id LIMIT most
$$;
"""

DROP_SCHEMA = """
DROP INDEX feeds_search_people, feeds_search_people_alike, feeds_search_videos, feeds_search_tags, feeds_search_tags_alike;
DROP FUNCTION feeds_people_alike(text, integer), feeds_tags_alike(text, integer), feeds_asked(text, boolean),
    feeds_words(text), feeds_spaced(text), feeds_folded(text);
"""
