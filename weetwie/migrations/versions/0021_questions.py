"""Questions that look for people: who is asked, and when somebody wants to be."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


_STATEMENTS = (
    """
    CREATE TABLE questions (
        post_id BIGINT NOT NULL,
        asker_id BIGINT NOT NULL,
        step SMALLINT DEFAULT '0' NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE,
        attempts BIGINT DEFAULT '0' NOT NULL,
        added BIGINT DEFAULT '0' NOT NULL,
        is_closed BOOLEAN DEFAULT 'false' NOT NULL,
        topic TEXT DEFAULT '' NOT NULL,
        terms BIGINT[] DEFAULT '{}' NOT NULL,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        confirmed_by_id BIGINT,
        is_outdated BOOLEAN DEFAULT 'false' NOT NULL,
        check_at TIMESTAMP WITH TIME ZONE,
        checks BIGINT DEFAULT '0' NOT NULL,
        PRIMARY KEY (post_id),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        FOREIGN KEY(asker_id) REFERENCES people (id) ON DELETE CASCADE,
        FOREIGN KEY(confirmed_by_id) REFERENCES people (id) ON DELETE SET NULL
    )
    """,
    "CREATE INDEX ix_questions_asker_id ON questions (asker_id)",
    "CREATE INDEX ix_questions_confirmed_by_id ON questions (confirmed_by_id)",
    "CREATE INDEX questions_check ON questions (check_at) WHERE check_at is not null",
    "CREATE INDEX questions_due ON questions (due_at) WHERE due_at is not null",
    """
    CREATE TABLE asked_people (
        post_id BIGINT NOT NULL,
        person_id BIGINT NOT NULL,
        chosen_by SMALLINT NOT NULL,
        named_by_id BIGINT,
        is_named_openly BOOLEAN DEFAULT 'false' NOT NULL,
        state SMALLINT DEFAULT '0' NOT NULL,
        tell_at TIMESTAMP WITH TIME ZONE,
        mail_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (post_id, person_id),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
        FOREIGN KEY(named_by_id) REFERENCES people (id) ON DELETE SET NULL
    )
    """,
    "CREATE INDEX asked_people_mail ON asked_people (mail_at) WHERE mail_at is not null",
    "CREATE INDEX asked_people_person ON asked_people (person_id, post_id)",
    "CREATE INDEX asked_people_tell ON asked_people (tell_at) WHERE tell_at is not null",
    "CREATE INDEX ix_asked_people_named_by_id ON asked_people (named_by_id)",
    """
    CREATE TABLE question_load (
        person_id BIGINT NOT NULL,
        post_id BIGINT NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        PRIMARY KEY (person_id, post_id),
        FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_question_load_post_id ON question_load (post_id)",
    "CREATE INDEX question_load_at ON question_load (at)",
    """
    CREATE TABLE question_preferences (
        person_id BIGINT NOT NULL,
        is_asked BOOLEAN,
        away_until DATE,
        most_a_week SMALLINT DEFAULT '3' NOT NULL,
        time_zone TEXT DEFAULT '' NOT NULL,
        begins SMALLINT,
        ends SMALLINT,
        topics TEXT[] DEFAULT '{}' NOT NULL,
        terms BIGINT[] DEFAULT '{}' NOT NULL,
        asks_at_once BOOLEAN DEFAULT 'false' NOT NULL,
        PRIMARY KEY (person_id),
        FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX question_preferences_terms ON question_preferences USING gin (terms)",
    """
    CREATE TABLE refused_topics (
        id BIGINT DEFAULT new_id() NOT NULL,
        person_id BIGINT NOT NULL,
        name TEXT NOT NULL,
        terms BIGINT[] NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
    )
    """,
    "CREATE UNIQUE INDEX refused_topics_once ON refused_topics (person_id, name)",
    """
    CREATE TABLE pointers (
        id BIGINT DEFAULT new_id() NOT NULL,
        by_id BIGINT NOT NULL,
        to_id BIGINT NOT NULL,
        name TEXT NOT NULL,
        terms BIGINT[] NOT NULL,
        is_open BOOLEAN DEFAULT 'false' NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(by_id) REFERENCES people (id) ON DELETE CASCADE,
        FOREIGN KEY(to_id) REFERENCES people (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_pointers_by_id ON pointers (by_id)",
    "CREATE UNIQUE INDEX pointers_once ON pointers (to_id, by_id, name)",
    "CREATE INDEX pointers_terms ON pointers USING gin (terms)",
    """
    CREATE TABLE want_to_know (
        post_id BIGINT NOT NULL,
        person_id BIGINT NOT NULL,
        PRIMARY KEY (post_id, person_id),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_want_to_know_person_id ON want_to_know (person_id)",
    """
    CREATE TABLE answer_votes (
        post_id BIGINT NOT NULL,
        person_id BIGINT NOT NULL,
        answer_id BIGINT NOT NULL,
        PRIMARY KEY (post_id, person_id),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
        FOREIGN KEY(answer_id) REFERENCES posts (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_answer_votes_answer_id ON answer_votes (answer_id)",
    "CREATE INDEX ix_answer_votes_person_id ON answer_votes (person_id)",
    """
    CREATE TABLE ask_proposals (
        post_id BIGINT NOT NULL,
        proposal_id BIGINT NOT NULL,
        PRIMARY KEY (post_id),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        FOREIGN KEY(proposal_id) REFERENCES posts (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_ask_proposals_proposal_id ON ask_proposals (proposal_id)",
    """
    CREATE TABLE free_days (
        region TEXT NOT NULL,
        day DATE NOT NULL,
        PRIMARY KEY (region, day)
    )
    """,
)
