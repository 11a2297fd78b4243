"""Functions that the database itself offers."""

NEW_ID = (
    "create sequence running_number cycle minvalue 0 maxvalue 65535 start 0",
    """
    create function new_id(at timestamptz default clock_timestamp()) returns bigint language sql volatile as $$
        select (floor(extract(epoch from at) * 1000)::bigint << 16) | nextval('running_number')
    $$
    """,
)

FORGET_HOME_ENTRIES = (
    """
    create function forget_home_entries() returns trigger language plpgsql as $$
    begin
        if tg_table_name = 'posts' then
            delete from home_entries where post_id in (select id from gone);
        else
            delete from home_entries where person_id in (select id from gone);
        end if;
        return null;
    end $$
    """,
    """
    create trigger posts_forget_home_entries after delete on posts
    referencing old table as gone for each statement execute function forget_home_entries()
    """,
    """
    create trigger people_forget_home_entries after delete on people
    referencing old table as gone for each statement execute function forget_home_entries()
    """,
)

AUDIT = (
    """
    create function keep_audit() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' then
            if current_setting('weetwie.audit_cut', true) = 'yes'
               and exists (select from audit_checkpoints where number >= old.number) then
                return old;
            end if;
        elsif old.number is null and new.number is not null
            and (new.id, new.act, new.ids, new.door, new.at) = (old.id, old.act, old.ids, old.door, old.at)
            and new.actor_id is not distinct from old.actor_id
            and new.subject_id is not distinct from old.subject_id
            and new.address is not distinct from old.address then
            return new;
        end if;
        raise exception 'the audit trail is only ever added to';
    end $$
    """,
    """
    create trigger audit_is_kept before update or delete on audit
    for each row execute function keep_audit()
    """,
)
"""The trail is added to, gets its place in the chain, and is cut behind a checkpoint: nothing else."""

EVIDENCE = (
    """
    create function forget_evidence() returns trigger language plpgsql as $$
    begin
        insert into evidence (post_id, is_gone)
        select id, true from gone where visibility <= 1 and boost_of_id is null
        on conflict (post_id) do update set
            is_gone = true, terms = '', endorsers = '{}', written_in = pg_current_xact_id(), revision = new_id();
        return null;
    end $$
    """,
    """
    create trigger posts_forget_evidence after delete on posts
    referencing old table as gone for each statement execute function forget_evidence()
    """,
    """
    create function words_like(said text) returns table (word text, likeness real) language plpgsql stable
    set enable_bitmapscan = on set enable_indexscan = off set enable_sort = on set pg_trgm.similarity_threshold = 0.35
    as $$
    begin
        return query
        select k.word, similarity(k.word, said) as near from known_words k
        where k.word % said and k.word <> said order by near desc, k.word limit 12;
    end $$
    """,
)
"""A row of a post that goes by whatever way leaves a sign for those who keep evidence in memory."""

NO_EVIDENCE = (
    "drop function forget_evidence",
    "drop function words_like",
)

MEDIA_KEY = """
    insert into secrets (name, value)
    values ('media', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
"""
"""Signs media addresses. Made here, so that whoever only reads finds it."""
