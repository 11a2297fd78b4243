"""Posts in scripts without spaces are found by words within them."""

from alembic import op

revision = "0011"
down_revision = "0010"

_SIGN = (
    r"([\u0e01-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff])"
)
# What is written from now on is indexed so at once; here the signs are put beside what the index has already.
STATEMENT = rf"""
    with said as (
        select words.post_id, concat_ws(
            ' ', written.warning, written.text,
            (select string_agg(media.description, ' ') from media
             where media.post_id = words.post_id and media.place is not null),
            (select array_to_string(polls.options, ' ') from polls where polls.post_id = words.post_id)
        ) as whole
        from post_words words join post_texts written on written.post_id = words.post_id
    )
    update post_words set words = words || $$':gap':9$$::tsvector || to_tsvector(
        'words_simple', regexp_replace(left(whole, 200000), '{_SIGN}', ' \1 ', 'g')
    )
    from said where said.post_id = post_words.post_id and whole ~ '{_SIGN}'
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(STATEMENT)
