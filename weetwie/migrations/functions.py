"""Functions that the database itself offers."""

NEW_ID = (
    "create sequence running_number cycle minvalue 0 maxvalue 65535 start 0",
    """
    create function new_id(at timestamptz default clock_timestamp()) returns bigint language sql volatile as $$
        select (floor(extract(epoch from at) * 1000)::bigint << 16) | nextval('running_number')
    $$
    """,
)
