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

MEDIA_KEY = """
    insert into secrets (name, value)
    values ('media', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
"""
"""Signs media addresses. Made here, so that whoever only reads finds it."""
