"""What begins so is looked for among the newest first, and only where that would cost more in the index, which gathers all of it.

An inverted index has to gather every post with any word that begins so before it can say which of them are new (ten milliseconds
among a million). How often such words stand in the newest posts tells both what looking through more of these would cost, and how
far back the index has to be asked otherwise, so that it is asked once.
"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_LOOK_THROUGH = """
create function newest_{of}s_with_words(wanted tsquery, above bigint, below bigint, many integer)
returns table ({of}_ids bigint[], looked bigint, last bigint) language plpgsql stable
set enable_indexscan = on set enable_bitmapscan = off set enable_sort = off
as $$
begin
    -- The operator would let the index be asked; the function that is behind it does not.
    return query
    select array_agg(w.{of}_id) filter (where ts_match_vq(w.words, wanted)), count(*), min(w.{of}_id)
    from (
        select n.{of}_id, n.words from {of}_words n
        where n.{of}_id > above and n.{of}_id < below order by n.{of}_id desc limit many
    ) w;
end $$
"""

_FIND = """
create or replace function {of}s_with_words(wanted tsquery, above bigint, below bigint, enough integer)
returns table ({of}_ids bigint[], reached bigint) language plpgsql stable
set enable_bitmapscan = on set enable_sort = on set enable_indexscan = off set enable_indexonlyscan = off
as $$
declare
    level integer := {level};
    age bigint;
    stretch tsquery;
    number float8 := (select reltuples from pg_class where oid = '{of}_words'::regclass);
    looked float8 := 0;
    found integer;
    step record;
begin
    if number < 20000 then
        level := 53;
    elsif strpos(wanted::text, ':*') > 0 then
        {of}_ids := '{{}}';
        reached := below;
        loop
            select * into step from newest_{of}s_with_words(wanted, above, reached, 500);
            {of}_ids := {of}_ids || step.{of}_ids;
            found := cardinality({of}_ids);
            looked := looked + 500;
            reached := case when step.looked < 500 then above else step.last end;
            if found >= enough or reached = above then
                return next;
                return;
            end if;
            -- To go on takes enough * looked / found more, and the index number * found / looked; the latter are dearer by half.
            exit when found * found * number < 1.5 * enough * looked * looked;
        end loop;
        while level <= 51 and found * 2::float8 ^ level < enough * (below - reached)::float8 loop
            level := level + 2;
        end loop;
    end if;
    loop
        age := below >> level;
        reached := (age - 1) << level;
        exit when level > 51 or reached <= above;
        stretch := format('('':%s=%s''|'':%s=%s'')', level, age, level, age - 1);
        {of}_ids := array(
            select w.{of}_id from {of}_words w
            where w.words @@ wanted and w.words @@ stretch and w.{of}_id + 0 > above and w.{of}_id + 0 < below
            order by w.{of}_id desc
        );
        found := cardinality({of}_ids);
        if found >= enough then
            return next;
            return;
        end if;
        level := level + case when found * 3 >= enough then 2 when found * 12 >= enough then 4 else 6 end;
    end loop;
    reached := above;
    {of}_ids := array(
        select w.{of}_id from {of}_words w
        where w.words @@ wanted and w.{of}_id + 0 > above and w.{of}_id + 0 < below
        order by w.{of}_id desc
    );
    return next;
end $$
"""


def upgrade() -> None:
    for of, level in (("post", 41), ("passage", 45)):
        for statement in (_LOOK_THROUGH, _FIND):
            op.get_bind().exec_driver_sql(statement.format(of=of, level=level))
