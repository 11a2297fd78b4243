"""The words that people wrote, by what stands in them."""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute("""
        create function words_with(parts text[], most bigint) returns table (word text) language plpgsql stable
        set enable_bitmapscan = on set enable_indexscan = off set enable_sort = on
        as $$
        declare part text;
        begin
            foreach part in array parts loop
                return query
                select k.word from known_words k where k.word like '%' || part || '%'
                order by length(k.word), k.word limit most;
            end loop;
        end $$
    """)
