"""What the organisation wrote elsewhere: channels and passages, the words by which they are found, and what was decided about them."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_TABLES = """
create table channels (
    id bigint not null default new_id() primary key,
    import_id bigint not null references imports (id) on delete cascade,
    key text not null,
    name text not null,
    ring smallint not null constraint channels_ring check (ring in (0, 1, 2)),
    link text not null default ''
);
create unique index channels_key on channels (import_id, key);
create table passages (
    id bigint not null default new_id() primary key,
    import_id bigint not null references imports (id) on delete cascade,
    channel_id bigint not null references channels (id) on delete cascade,
    key text not null,
    author_id bigint references people (id) on delete cascade,
    author_key text not null default '',
    author_name text not null default '',
    thread_key text not null,
    root_id bigint,
    accepted_key text not null default '',
    ring smallint not null constraint passages_ring check (ring in (0, 1, 2)),
    is_question boolean not null default false,
    is_hidden boolean not null default false,
    title text not null default '',
    text text not null default '',
    language text,
    link text not null default '',
    files text[] not null default '{}',
    tags text[] not null default '{}',
    endorsers bigint[] not null default '{}',
    edited_at timestamptz,
    content_hash bytea not null
);
create unique index passages_key on passages (import_id, key);
create index passages_thread on passages (import_id, thread_key, id);
create index passages_of_channel on passages (channel_id, id);
create index passages_by_author on passages (author_id, id) where author_id is not null;
create index passages_names on passages (import_id, author_key, id) where author_id is null;
create index passages_waiting on passages (import_id, id) where root_id is null and thread_key <> key;
create table passage_choices (
    person_id bigint not null primary key references people (id) on delete cascade,
    choice smallint not null,
    chosen_at timestamptz not null default now()
);
create table deleted_passages (
    import_id bigint not null references imports (id) on delete cascade,
    key text not null,
    primary key (import_id, key)
);
create table passage_words (
    passage_id bigint not null primary key references passages (id) on delete cascade,
    words tsvector not null
);
create index passage_words_words on passage_words using gin (words) with (fastupdate = off);
create table forgotten_authors (
    token_hash bytea not null primary key,
    forgotten_at timestamptz not null default now()
);
alter table evidence add column is_passage boolean not null default false;
alter table imports add column report jsonb not null default '{}';
alter table addresses add column kept_until timestamptz;
"""

_FORGET = """
create function forget_evidence_of_passages() returns trigger language plpgsql as $$
begin
    insert into evidence (post_id, is_gone, is_passage)
    select id, true, true from gone
    on conflict (post_id) do update set
        is_gone = true, terms = '', endorsers = '{}', written_in = pg_current_xact_id(), revision = new_id();
    return null;
end $$
"""
_FORGETS = """
create trigger passages_forget_evidence after delete on passages
referencing old table as gone for each statement execute function forget_evidence_of_passages()
"""

_FIND = """
create function passages_with_words(wanted tsquery, above bigint, below bigint, enough integer)
returns table (passage_ids bigint[], reached bigint) language plpgsql stable
set enable_bitmapscan = on set enable_sort = on set enable_indexscan = off set enable_indexonlyscan = off
as $$
declare
    level integer := 45;
    age bigint;
    stretch tsquery;
    found integer;
begin
    if (select reltuples from pg_class where oid = 'passage_words'::regclass) < 20000 then
        level := 53;
    end if;
    loop
        age := below >> level;
        reached := (age - 1) << level;
        exit when level > 51 or reached <= above;
        stretch := format('('':%s=%s''|'':%s=%s'')', level, age, level, age - 1);
        passage_ids := array(
            select w.passage_id from passage_words w
            where w.words @@ wanted and w.words @@ stretch and w.passage_id + 0 > above and w.passage_id + 0 < below
            order by w.passage_id desc
        );
        found := cardinality(passage_ids);
        if found >= enough then
            return next;
            return;
        end if;
        level := level + case when found * 3 >= enough then 2 when found * 12 >= enough then 4 else 6 end;
    end loop;
    reached := above;
    passage_ids := array(
        select w.passage_id from passage_words w
        where w.words @@ wanted and w.passage_id + 0 > above and w.passage_id + 0 < below
        order by w.passage_id desc
    );
    return next;
end $$
"""


def upgrade() -> None:
    for statement in (*_TABLES.split(";\n"), _FORGET, _FORGETS, _FIND):
        if statement.strip():
            op.execute(sa.text(statement.replace(":", "\\:")))
