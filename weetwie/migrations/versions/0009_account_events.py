"""What is done to the ways in which somebody signs in is kept for them."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        "create table account_events ("
        " id bigint default new_id() not null,"
        " person_id bigint not null,"
        " act text not null,"
        " by_id bigint,"
        " is_shown boolean default false not null,"
        " at timestamp with time zone default now() not null,"
        " constraint account_events_pkey primary key (id),"
        " constraint account_events_person_id_fkey foreign key (person_id) references people (id) on delete cascade,"
        " constraint account_events_by_id_fkey foreign key (by_id) references people (id) on delete set null)"
    )
    op.execute("create index ix_account_events_person_id on account_events (person_id)")
    op.execute("create index ix_account_events_by_id on account_events (by_id)")
    op.execute("alter table sessions add column told_id bigint default '0' not null")
    # Until now such links were shown to whoever made them, and their owners were not told.
    op.execute(
        "insert into account_events (person_id, act, by_id, is_shown, at)"
        " select person.id, audit.act, maker.id, true, audit.at from audit"
        " join people person on person.id = audit.subject_id and person.erased_at is null"
        " left join people maker on maker.id = audit.actor_id"
        " where audit.act = 'person.link' order by audit.id"
    )
