"""Whatever takes two administrators is proposed in one table; an inspection reads no more than when it was asked for."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        "create table policy_proposals ("
        " id bigint default new_id() not null,"
        " name text not null,"
        " value jsonb not null,"
        " proposer_id bigint not null,"
        " expires_at timestamp with time zone not null,"
        " constraint policy_proposals_pkey primary key (id),"
        " constraint policy_proposals_proposer_id_fkey foreign key (proposer_id) references people (id) on delete cascade)"
    )
    op.execute("create index ix_policy_proposals_proposer_id on policy_proposals (proposer_id)")
    op.execute(
        "insert into policy_proposals (id, name, value, proposer_id, expires_at)"
        " select id, 'works_council', to_jsonb(turns_on), proposer_id, expires_at from council_proposals"
    )
    op.execute("drop table council_proposals")
    op.execute("alter table inspections add column reads text default 'posts' not null")
    # What was opened before this reads what the policy lets it read today, and never more.
    op.execute(
        "update inspections set reads = coalesce((select choices ->> 'compliance_reads' from policy), 'nothing')"
    )
