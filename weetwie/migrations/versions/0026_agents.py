"""Agents: clients without a secret, and tokens for one address that are refreshed."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("alter table apps alter column client_secret_hash drop not null")
    op.execute("alter table apps add column is_agent boolean default false not null")
    op.execute("alter table apps add column read_at timestamp with time zone")
    op.execute("alter table apps add column expires_at timestamp with time zone")
    op.execute("alter table tokens add column resource text")
    op.execute("alter table tokens add column expires_at timestamp with time zone")
    op.execute("alter table tokens add column refresh_hash bytea")
    op.execute("alter table tokens add column refresh_expires_at timestamp with time zone")
    op.execute("alter table tokens add column used_at timestamp with time zone")
    op.execute("alter table tokens add constraint tokens_refresh_hash_key unique (refresh_hash)")
    op.execute(
        "create table spent_refreshes ("
        " refresh_hash bytea not null,"
        " token_id bigint not null,"
        " spent_at timestamp with time zone default now() not null,"
        " constraint spent_refreshes_pkey primary key (refresh_hash),"
        " constraint spent_refreshes_token_id_fkey foreign key (token_id) references tokens (id) on delete cascade)"
    )
    op.execute("create index ix_spent_refreshes_token_id on spent_refreshes (token_id)")
