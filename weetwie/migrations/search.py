"""What the database itself does for search: how words are read, and the two readings that need more than one index at once."""

LANGUAGES = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
"""Those whose words PostgreSQL can take back to their stems."""


def _reading(language: str) -> list[str]:
    """A text search configuration whose words lose their accents before their endings."""
    stem = "simple" if language == "simple" else f"{language}_stem"
    return [
        f"create text search configuration words_{language} (copy = pg_catalog.{language})",
        (
            f"alter text search configuration words_{language}"
            f" alter mapping for hword, hword_part, word with unaccent, {stem}"
        ),
    ]


_WHEN = " ".join(f"when '{code}' then 'words_{language}'::regconfig" for code, language in LANGUAGES.items())

WORDS = (
    "create extension if not exists unaccent",
    "create extension if not exists pg_trgm",
    *(statement for language in sorted({"simple", *LANGUAGES.values()}) for statement in _reading(language)),
    f"""
    create function reading_of(language text) returns regconfig language sql stable as $$
        select case lower(split_part(language, '-', 1)) {_WHEN} else 'words_simple'::regconfig end
    $$
    """,
    """
    create function plain(said text) returns text language sql immutable strict parallel safe as $$
        select lower(public.unaccent('public.unaccent', said))
    $$
    """,
)
"""Before the tables: their indexes need it."""

READINGS = (
    """
    create function posts_with_words(wanted tsquery, above bigint, below bigint, enough integer)
    returns table (post_ids bigint[], reached bigint) language plpgsql stable
    set enable_bitmapscan = on set enable_sort = on set enable_indexscan = off set enable_indexonlyscan = off
    as $$
    declare
        level integer := 41;
        age bigint;
        stretch tsquery;
        found integer;
    begin
        if (select reltuples from pg_class where oid = 'post_words'::regclass) < 20000 then
            level := 53;
        elsif strpos(wanted::text, ':*') > 0 then
            -- What begins so is gathered anew at every step, however small: a few large ones are better.
            level := 45;
        end if;
        loop
            age := below >> level;
            reached := (age - 1) << level;
            exit when level > 51 or reached <= above;
            stretch := format('('':%s=%s''|'':%s=%s'')', level, age, level, age - 1);
            post_ids := array(
                select w.post_id from post_words w
                where w.words @@ wanted and w.words @@ stretch and w.post_id + 0 > above and w.post_id + 0 < below
                order by w.post_id desc
            );
            found := cardinality(post_ids);
            if found >= enough then
                return next;
                return;
            end if;
            level := level + case when found * 3 >= enough then 2 when found * 12 >= enough then 4 else 6 end;
        end loop;
        reached := above;
        post_ids := array(
            select w.post_id from post_words w
            where w.words @@ wanted and w.post_id + 0 > above and w.post_id + 0 < below
            order by w.post_id desc
        );
        return next;
    end $$
    """,
    """
    create function people_like(said text, beginning text)
    returns table (person_id bigint, begins boolean, by_name real, by_place real, by_bio real) language plpgsql stable
    set enable_bitmapscan = on set enable_indexscan = off set pg_trgm.word_similarity_threshold = 0.45
    as $$
    begin
        return query
        select p.id, (' ' || plain(p.handle || ' ' || p.name)) like beginning,
            word_similarity(said, ' ' || plain(p.handle || ' ' || p.name)),
            word_similarity(said, plain(p.unit || ' ' || p.place)),
            word_similarity(said, plain(p.bio))
        from people p
        where (' ' || plain(p.handle || ' ' || p.name)) like beginning
            or (' ' || plain(p.handle || ' ' || p.name)) %> said
            or plain(p.unit || ' ' || p.place) %> said
            or plain(p.bio) %> said;
    end $$
    """,
)
"""Behind the tables. Words lie in inverted indexes, which are read as a set of rows and never in an order; every other
statement here walks an index in its order, so sets are switched off for them and on in these alone
(docs/decisions/0011-search-in-the-database.md).

`posts_with_words` gives the newest posts with such words between two ids, newest first: at least `enough` of them if there
are so many, and how far back it has looked; `above` when it has seen all. It looks through the last hours, and as long as that is
too little through some days, weeks, months, a year, and then everything; the less it has found, the larger the next step. So a common word
does not cost what it has gathered over the years.
The bounds are written so (`+ 0`) that they are looked at in each row that has the words: as a set of their own they would be all posts there are.
"""

NO_SEARCH = (
    "drop function posts_with_words",
    "drop function people_like",
    "drop function plain",
    "drop function reading_of",
    *(
        f"drop text search configuration words_{language}"
        for language in sorted({"simple", *LANGUAGES.values()})
    ),
)
