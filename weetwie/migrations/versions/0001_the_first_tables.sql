-- The schema of the first release, statement by statement. It is history: it never changes again.

create sequence running_number cycle minvalue 0 maxvalue 65535 start 0
;;
create function new_id(at timestamptz default clock_timestamp()) returns bigint language sql volatile as $$
    select (floor(extract(epoch from at) * 1000)::bigint << 16) | nextval('running_number')
$$
;;
create extension if not exists unaccent
;;
create extension if not exists pg_trgm
;;
create text search configuration words_danish (copy = pg_catalog.danish)
;;
alter text search configuration words_danish alter mapping for hword, hword_part, word with unaccent, danish_stem
;;
create text search configuration words_dutch (copy = pg_catalog.dutch)
;;
alter text search configuration words_dutch alter mapping for hword, hword_part, word with unaccent, dutch_stem
;;
create text search configuration words_english (copy = pg_catalog.english)
;;
alter text search configuration words_english alter mapping for hword, hword_part, word with unaccent, english_stem
;;
create text search configuration words_finnish (copy = pg_catalog.finnish)
;;
alter text search configuration words_finnish alter mapping for hword, hword_part, word with unaccent, finnish_stem
;;
create text search configuration words_french (copy = pg_catalog.french)
;;
alter text search configuration words_french alter mapping for hword, hword_part, word with unaccent, french_stem
;;
create text search configuration words_german (copy = pg_catalog.german)
;;
alter text search configuration words_german alter mapping for hword, hword_part, word with unaccent, german_stem
;;
create text search configuration words_hungarian (copy = pg_catalog.hungarian)
;;
alter text search configuration words_hungarian alter mapping for hword, hword_part, word with unaccent, hungarian_stem
;;
create text search configuration words_italian (copy = pg_catalog.italian)
;;
alter text search configuration words_italian alter mapping for hword, hword_part, word with unaccent, italian_stem
;;
create text search configuration words_norwegian (copy = pg_catalog.norwegian)
;;
alter text search configuration words_norwegian alter mapping for hword, hword_part, word with unaccent, norwegian_stem
;;
create text search configuration words_portuguese (copy = pg_catalog.portuguese)
;;
alter text search configuration words_portuguese alter mapping for hword, hword_part, word with unaccent, portuguese_stem
;;
create text search configuration words_romanian (copy = pg_catalog.romanian)
;;
alter text search configuration words_romanian alter mapping for hword, hword_part, word with unaccent, romanian_stem
;;
create text search configuration words_russian (copy = pg_catalog.russian)
;;
alter text search configuration words_russian alter mapping for hword, hword_part, word with unaccent, russian_stem
;;
create text search configuration words_simple (copy = pg_catalog.simple)
;;
alter text search configuration words_simple alter mapping for hword, hword_part, word with unaccent, simple
;;
create text search configuration words_spanish (copy = pg_catalog.spanish)
;;
alter text search configuration words_spanish alter mapping for hword, hword_part, word with unaccent, spanish_stem
;;
create text search configuration words_swedish (copy = pg_catalog.swedish)
;;
alter text search configuration words_swedish alter mapping for hword, hword_part, word with unaccent, swedish_stem
;;
create text search configuration words_turkish (copy = pg_catalog.turkish)
;;
alter text search configuration words_turkish alter mapping for hword, hword_part, word with unaccent, turkish_stem
;;
create function reading_of(language text) returns regconfig language sql stable as $$
    select case lower(split_part(language, '-', 1)) when 'da' then 'words_danish'::regconfig when 'de' then 'words_german'::regconfig when 'en' then 'words_english'::regconfig when 'es' then 'words_spanish'::regconfig when 'fi' then 'words_finnish'::regconfig when 'fr' then 'words_french'::regconfig when 'hu' then 'words_hungarian'::regconfig when 'it' then 'words_italian'::regconfig when 'nb' then 'words_norwegian'::regconfig when 'nl' then 'words_dutch'::regconfig when 'nn' then 'words_norwegian'::regconfig when 'no' then 'words_norwegian'::regconfig when 'pt' then 'words_portuguese'::regconfig when 'ro' then 'words_romanian'::regconfig when 'ru' then 'words_russian'::regconfig when 'sv' then 'words_swedish'::regconfig when 'tr' then 'words_turkish'::regconfig else 'words_simple'::regconfig end
$$
;;
create function plain(said text) returns text language sql immutable strict parallel safe as $$
    select lower(public.unaccent('public.unaccent', said))
$$
;;
CREATE TABLE announcements (
    id BIGINT DEFAULT new_id() NOT NULL,
    text TEXT NOT NULL,
    ring SMALLINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE,
    ends_at TIMESTAMP WITH TIME ZONE,
    is_all_day BOOLEAN DEFAULT 'false' NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    tells_policy BOOLEAN DEFAULT 'false' NOT NULL,
    PRIMARY KEY (id)
)
;;
CREATE TABLE audit (
    id BIGINT DEFAULT new_id() NOT NULL,
    actor_id BIGINT,
    act TEXT NOT NULL,
    subject_id BIGINT,
    ids JSONB NOT NULL,
    door TEXT NOT NULL,
    address BYTEA,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    number BIGINT,
    hash BYTEA,
    PRIMARY KEY (id),
    UNIQUE (number)
)
;;
CREATE INDEX audit_by_actor ON audit (actor_id, id)
;;
CREATE INDEX audit_by_act ON audit (act, id)
;;
CREATE INDEX audit_unsealed ON audit (id) WHERE number is null
;;
CREATE INDEX audit_by_time ON audit (at)
;;
CREATE INDEX audit_by_subject ON audit (subject_id, id)
;;
CREATE TABLE audit_checkpoints (
    number BIGSERIAL NOT NULL,
    hash BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (number)
)
;;
CREATE TABLE audit_keys (
    day DATE NOT NULL,
    key BYTEA NOT NULL,
    PRIMARY KEY (day)
)
;;
CREATE TABLE cards (
    id BIGINT DEFAULT new_id() NOT NULL,
    url TEXT NOT NULL,
    state SMALLINT DEFAULT '0' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE,
    fetched_at TIMESTAMP WITH TIME ZONE,
    title TEXT DEFAULT '' NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    site TEXT DEFAULT '' NOT NULL,
    author TEXT DEFAULT '' NOT NULL,
    image TEXT,
    width BIGINT DEFAULT '0' NOT NULL,
    height BIGINT DEFAULT '0' NOT NULL,
    blurhash TEXT,
    PRIMARY KEY (id)
)
;;
CREATE INDEX cards_waiting ON cards (id) WHERE state = 0
;;
CREATE UNIQUE INDEX cards_by_url ON cards (md5(url))
;;
CREATE TABLE events (
    id BIGINT DEFAULT new_id() NOT NULL,
    kind TEXT NOT NULL,
    ids JSONB NOT NULL,
    actor_id BIGINT,
    transaction xid8 DEFAULT pg_current_xact_id() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    done TEXT[] DEFAULT '{}' NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    attempts BIGINT DEFAULT '0' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    gave_up_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
)
;;
CREATE INDEX events_in_order ON events (transaction, id)
;;
CREATE INDEX events_by_age ON events (created_at)
;;
CREATE INDEX events_to_do ON events (id) WHERE finished_at is null and gave_up_at is null
;;
CREATE TABLE sign_in_attempts (
    id BIGINT DEFAULT new_id() NOT NULL,
    about BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id)
)
;;
CREATE INDEX ix_sign_in_attempts_about ON sign_in_attempts (about)
;;
CREATE TABLE apps (
    id BIGINT DEFAULT new_id() NOT NULL,
    name TEXT NOT NULL,
    website TEXT,
    redirect_uris TEXT[] NOT NULL,
    scopes TEXT[] NOT NULL,
    client_id TEXT NOT NULL,
    client_secret_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (client_id)
)
;;
CREATE TABLE secrets (
    name TEXT NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (name)
)
;;
CREATE TABLE evidence (
    post_id BIGSERIAL NOT NULL,
    author_id BIGINT DEFAULT '0' NOT NULL,
    root_id BIGINT DEFAULT '0' NOT NULL,
    ring SMALLINT DEFAULT '0' NOT NULL,
    is_question BOOLEAN DEFAULT 'false' NOT NULL,
    is_accepted BOOLEAN DEFAULT 'false' NOT NULL,
    is_gone BOOLEAN DEFAULT 'false' NOT NULL,
    length BIGINT DEFAULT '0' NOT NULL,
    likeness BIGINT DEFAULT '0' NOT NULL,
    terms BYTEA DEFAULT ''::bytea NOT NULL,
    endorsers BIGINT[] DEFAULT '{}' NOT NULL,
    written_in xid8 DEFAULT pg_current_xact_id() NOT NULL,
    revision BIGINT DEFAULT new_id() NOT NULL,
    PRIMARY KEY (post_id)
)
;;
CREATE INDEX evidence_written_in ON evidence (written_in)
;;
CREATE TABLE evidence_segments (
    segment BIGSERIAL NOT NULL,
    posts BYTEA NOT NULL,
    authors BYTEA NOT NULL,
    roots BYTEA NOT NULL,
    flags BYTEA NOT NULL,
    lengths BYTEA NOT NULL,
    likenesses BYTEA NOT NULL,
    endorsed BYTEA NOT NULL,
    endorsers BYTEA NOT NULL,
    PRIMARY KEY (segment)
)
;;
CREATE TABLE evidence_chunks (
    term BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    places BYTEA NOT NULL,
    PRIMARY KEY (term, segment)
)
;;
CREATE TABLE known_words (
    word TEXT NOT NULL,
    PRIMARY KEY (word)
)
;;
CREATE INDEX known_words_like ON known_words USING gin (word gin_trgm_ops)
;;
CREATE TABLE address_blocks (
    id BIGINT DEFAULT new_id() NOT NULL,
    hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (hash)
)
;;
CREATE TABLE people (
    id BIGINT DEFAULT new_id() NOT NULL,
    handle TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    bio TEXT DEFAULT '' NOT NULL,
    fields JSONB DEFAULT '[]' NOT NULL,
    face TEXT,
    header TEXT,
    face_description TEXT DEFAULT '' NOT NULL,
    header_description TEXT DEFAULT '' NOT NULL,
    pronouns TEXT DEFAULT '' NOT NULL,
    languages TEXT[] DEFAULT '{}' NOT NULL,
    unit TEXT DEFAULT '' NOT NULL,
    place TEXT DEFAULT '' NOT NULL,
    manager_id BIGINT,
    standing SMALLINT NOT NULL,
    is_dormant BOOLEAN DEFAULT 'false' NOT NULL,
    sponsor_id BIGINT,
    until TIMESTAMP WITH TIME ZONE,
    asked_to_stay_at TIMESTAMP WITH TIME ZONE,
    wants_questions BOOLEAN DEFAULT 'false' NOT NULL,
    questions_told_at TIMESTAMP WITH TIME ZONE,
    end_told TIMESTAMP WITH TIME ZONE,
    joined_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    left_at TIMESTAMP WITH TIME ZONE,
    suspended_at TIMESTAMP WITH TIME ZONE,
    erased_at TIMESTAMP WITH TIME ZONE,
    is_removed BOOLEAN DEFAULT 'false' NOT NULL,
    has_joined BOOLEAN DEFAULT 'true' NOT NULL,
    may_rank BOOLEAN DEFAULT 'true' NOT NULL,
    is_admin BOOLEAN DEFAULT 'false' NOT NULL,
    is_people_admin BOOLEAN DEFAULT 'false' NOT NULL,
    is_moderator BOOLEAN DEFAULT 'false' NOT NULL,
    is_compliance BOOLEAN DEFAULT 'false' NOT NULL,
    is_limited BOOLEAN DEFAULT 'false' NOT NULL,
    is_bot BOOLEAN DEFAULT 'false' NOT NULL,
    is_service BOOLEAN DEFAULT 'false' NOT NULL,
    is_locked BOOLEAN DEFAULT 'false' NOT NULL,
    is_discoverable BOOLEAN DEFAULT 'true' NOT NULL,
    hides_follows BOOLEAN DEFAULT 'false' NOT NULL,
    shows_media BOOLEAN DEFAULT 'true' NOT NULL,
    shows_media_replies BOOLEAN DEFAULT 'true' NOT NULL,
    shows_featured BOOLEAN DEFAULT 'true' NOT NULL,
    profile_ring SMALLINT NOT NULL,
    default_ring SMALLINT,
    default_visibility SMALLINT DEFAULT '0' NOT NULL,
    default_sensitive BOOLEAN DEFAULT 'false' NOT NULL,
    default_quote_policy SMALLINT DEFAULT '0' NOT NULL,
    default_language TEXT,
    pages_language TEXT,
    theme TEXT DEFAULT '' NOT NULL,
    version BIGINT DEFAULT '0' NOT NULL,
    filters_version BIGINT DEFAULT '0' NOT NULL,
    followers_count BIGINT DEFAULT '0' NOT NULL,
    following_count BIGINT DEFAULT '0' NOT NULL,
    posts_in_ring BIGINT[] DEFAULT '{0,0,0}' NOT NULL,
    last_post_in_ring BIGINT[] DEFAULT '{0,0,0}' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT people_standing CHECK (standing in (0, 1, 2)),
    CONSTRAINT guests_have_an_end CHECK (standing <> 2 or until is not null),
    FOREIGN KEY(manager_id) REFERENCES people (id) ON DELETE SET NULL,
    FOREIGN KEY(sponsor_id) REFERENCES people (id) ON DELETE SET NULL
)
;;
CREATE INDEX people_hidden ON people (id) WHERE suspended_at is not null or is_removed
;;
CREATE INDEX people_unit ON people (unit)
;;
CREATE INDEX people_like_work ON people USING gin (plain(unit || ' ' || place) gin_trgm_ops) WITH (fastupdate = off)
;;
CREATE INDEX people_service ON people (id) WHERE is_service
;;
CREATE INDEX people_like_names ON people USING gin ((' ' || plain(handle || ' ' || name)) gin_trgm_ops) WITH (fastupdate = off)
;;
CREATE INDEX people_manager ON people (manager_id) WHERE manager_id is not null
;;
CREATE INDEX people_ending ON people (until) WHERE until is not null and standing = 0
;;
CREATE INDEX people_telling ON people (questions_told_at) WHERE wants_questions
;;
CREATE INDEX people_like_bio ON people USING gin (plain(bio) gin_trgm_ops) WITH (fastupdate = off)
;;
CREATE INDEX people_sponsor ON people (sponsor_id) WHERE sponsor_id is not null
;;
CREATE INDEX people_unranked ON people (id) WHERE not may_rank or is_bot or is_dormant
;;
CREATE INDEX people_by_name ON people (lower(name))
;;
CREATE UNIQUE INDEX people_handle ON people (lower(handle))
;;
CREATE INDEX people_joined ON people (joined_at)
;;
CREATE TABLE policy (
    id BIGINT DEFAULT '1' NOT NULL,
    version BIGINT DEFAULT '0' NOT NULL,
    choices JSONB DEFAULT '{}' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT one_policy CHECK (id = 1)
)
;;
CREATE TABLE tags (
    id BIGINT DEFAULT new_id() NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (key)
)
;;
CREATE TABLE scim_tokens (
    id BIGINT DEFAULT new_id() NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (token_hash)
)
;;
CREATE TABLE home_entries (
    person_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    boost_of_id BIGINT,
    PRIMARY KEY (person_id, post_id)
)
;;
CREATE INDEX home_entries_by_post ON home_entries (post_id)
;;
CREATE INDEX home_entries_boosts ON home_entries (person_id, boost_of_id, post_id) WHERE boost_of_id is not null
;;
CREATE TABLE announcement_reads (
    person_id BIGINT NOT NULL,
    announcement_id BIGINT NOT NULL,
    PRIMARY KEY (person_id, announcement_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(announcement_id) REFERENCES announcements (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_announcement_reads_announcement_id ON announcement_reads (announcement_id)
;;
CREATE TABLE announcement_reactions (
    announcement_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (announcement_id, person_id, name),
    FOREIGN KEY(announcement_id) REFERENCES announcements (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_announcement_reactions_person_id ON announcement_reactions (person_id)
;;
CREATE TABLE collections (
    id BIGINT DEFAULT new_id() NOT NULL,
    owner_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    language TEXT,
    tag TEXT,
    is_sensitive BOOLEAN DEFAULT 'false' NOT NULL,
    is_discoverable BOOLEAN DEFAULT 'false' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(owner_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX collections_by_owner ON collections (owner_id, id)
;;
CREATE TABLE exports (
    person_id BIGINT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE,
    steps BIGINT DEFAULT '0' NOT NULL,
    ready_at TIMESTAMP WITH TIME ZONE,
    failed BOOLEAN DEFAULT 'false' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    size BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX exports_waiting ON exports (asked_at) WHERE ready_at is null and not failed
;;
CREATE TABLE filters (
    id BIGINT DEFAULT new_id() NOT NULL,
    owner_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    contexts TEXT[] NOT NULL,
    action SMALLINT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT filters_action CHECK (action in (0, 1, 2)),
    FOREIGN KEY(owner_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX filters_by_owner ON filters (owner_id, id)
;;
CREATE TABLE handover_topics (
    person_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    post_ids BIGINT[] DEFAULT '{}' NOT NULL,
    shared_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (person_id, key),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE addresses (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT NOT NULL,
    address TEXT,
    address_hash BYTEA NOT NULL,
    is_verified BOOLEAN DEFAULT 'false' NOT NULL,
    is_personal BOOLEAN DEFAULT 'false' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    UNIQUE (address_hash)
)
;;
CREATE INDEX ix_addresses_person_id ON addresses (person_id)
;;
CREATE TABLE passwords (
    person_id BIGINT NOT NULL,
    hash TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE sign_in_links (
    token_hash BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    person_id BIGINT,
    address TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (token_hash),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE identities (
    id BIGINT DEFAULT new_id() NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE UNIQUE INDEX identities_subject ON identities (issuer, subject)
;;
CREATE INDEX ix_identities_person_id ON identities (person_id)
;;
CREATE TABLE one_time (
    person_id BIGINT NOT NULL,
    secret BYTEA NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    last_step BIGINT DEFAULT '0' NOT NULL,
    recovery_hashes BYTEA[] DEFAULT '{}' NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE passkeys (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT NOT NULL,
    credential_id BYTEA NOT NULL,
    public_key BYTEA NOT NULL,
    sign_count BIGINT DEFAULT '0' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    UNIQUE (credential_id)
)
;;
CREATE INDEX ix_passkeys_person_id ON passkeys (person_id)
;;
CREATE TABLE passkey_challenges (
    challenge_hash BYTEA NOT NULL,
    browser_hash BYTEA NOT NULL,
    person_id BIGINT,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (challenge_hash),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE sign_ons (
    state_hash BYTEA NOT NULL,
    provider TEXT NOT NULL,
    browser_hash BYTEA NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    go_on TEXT NOT NULL,
    person_id BIGINT,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (state_hash),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE grants (
    code_hash BYTEA NOT NULL,
    app_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    redirect_uri TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    code_challenge TEXT,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    token_id BIGINT,
    PRIMARY KEY (code_hash),
    FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE imports (
    id BIGINT DEFAULT new_id() NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    edition TEXT DEFAULT '' NOT NULL,
    done BIGINT DEFAULT '0' NOT NULL,
    person_id BIGINT,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (source),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_imports_person_id ON imports (person_id)
;;
CREATE TABLE inspections (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT NOT NULL,
    asked_by_id BIGINT NOT NULL,
    confirmed_by_id BIGINT,
    reason TEXT NOT NULL,
    days SMALLINT NOT NULL,
    is_silent BOOLEAN DEFAULT 'false' NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    begins_at TIMESTAMP WITH TIME ZONE,
    ends_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(asked_by_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(confirmed_by_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_inspections_asked_by_id ON inspections (asked_by_id)
;;
CREATE INDEX ix_inspections_confirmed_by_id ON inspections (confirmed_by_id)
;;
CREATE INDEX ix_inspections_person_id ON inspections (person_id)
;;
CREATE TABLE invitations (
    id BIGINT DEFAULT new_id() NOT NULL,
    token_hash BYTEA,
    inviter_id BIGINT,
    address TEXT,
    is_proven BOOLEAN DEFAULT 'false' NOT NULL,
    standing SMALLINT NOT NULL,
    until TIMESTAMP WITH TIME ZONE,
    words TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    person_id BIGINT,
    PRIMARY KEY (id),
    UNIQUE (token_hash),
    FOREIGN KEY(inviter_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_invitations_inviter_id ON invitations (inviter_id)
;;
CREATE INDEX ix_invitations_person_id ON invitations (person_id)
;;
CREATE INDEX invitations_asked ON invitations (created_at) WHERE token_hash is null
;;
CREATE INDEX invitations_expiring ON invitations (expires_at)
;;
CREATE TABLE topics (
    person_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    choice SMALLINT NOT NULL,
    chosen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (person_id, key),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE topic_words (
    term BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    place SMALLINT NOT NULL,
    words SMALLINT NOT NULL,
    PRIMARY KEY (term, person_id, key),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX topic_words_person ON topic_words (person_id)
;;
CREATE TABLE lists (
    id BIGINT DEFAULT new_id() NOT NULL,
    owner_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    replies_policy SMALLINT DEFAULT '1' NOT NULL,
    is_exclusive BOOLEAN DEFAULT 'false' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT lists_replies_policy CHECK (replies_policy in (0, 1, 2)),
    FOREIGN KEY(owner_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX lists_exclusive ON lists (owner_id, id) WHERE is_exclusive
;;
CREATE INDEX lists_by_owner ON lists (owner_id, id)
;;
CREATE TABLE letters (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    stop TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE,
    why TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX letters_due ON letters (due_at) WHERE failed_at is null
;;
CREATE INDEX ix_letters_person_id ON letters (person_id)
;;
CREATE TABLE faces (
    name TEXT NOT NULL,
    person_id BIGINT,
    content_type TEXT NOT NULL,
    is_moving BOOLEAN DEFAULT 'false' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (name),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE SET NULL
)
;;
CREATE INDEX faces_by_person ON faces (person_id)
;;
CREATE TABLE reports (
    id BIGINT DEFAULT new_id() NOT NULL,
    by_id BIGINT,
    about_id BIGINT NOT NULL,
    category TEXT NOT NULL,
    comment TEXT DEFAULT '' NOT NULL,
    rule_numbers BIGINT[] NOT NULL,
    posts JSONB NOT NULL,
    forwards BOOLEAN DEFAULT 'false' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by_id BIGINT,
    assigned_to_id BIGINT,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(by_id) REFERENCES people (id) ON DELETE SET NULL,
    FOREIGN KEY(about_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(closed_by_id) REFERENCES people (id) ON DELETE SET NULL,
    FOREIGN KEY(assigned_to_id) REFERENCES people (id) ON DELETE SET NULL
)
;;
CREATE INDEX ix_reports_closed_by_id ON reports (closed_by_id)
;;
CREATE INDEX ix_reports_by_id ON reports (by_id)
;;
CREATE INDEX ix_reports_assigned_to_id ON reports (assigned_to_id)
;;
CREATE INDEX reports_open ON reports (id) WHERE closed_at is null
;;
CREATE INDEX ix_reports_about_id ON reports (about_id)
;;
CREATE TABLE decisions (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT DEFAULT '' NOT NULL,
    report_id BIGINT,
    decided_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    appeal TEXT DEFAULT '' NOT NULL,
    appealed_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    is_granted BOOLEAN,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX decisions_waiting ON decisions (appealed_at) WHERE appealed_at is not null and answered_at is null
;;
CREATE INDEX ix_decisions_person_id ON decisions (person_id)
;;
CREATE TABLE notification_policies (
    person_id BIGINT NOT NULL,
    not_following SMALLINT NOT NULL,
    not_followers SMALLINT NOT NULL,
    newcomers SMALLINT NOT NULL,
    private_mentions SMALLINT NOT NULL,
    limited SMALLINT NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE notification_passes (
    person_id BIGINT NOT NULL,
    from_id BIGINT NOT NULL,
    PRIMARY KEY (person_id, from_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(from_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_notification_passes_from_id ON notification_passes (from_id)
;;
CREATE TABLE markers (
    person_id BIGINT NOT NULL,
    timeline TEXT NOT NULL,
    last_read_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (person_id, timeline),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE farewells (
    person_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    accepted_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE field_checks (
    person_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (person_id, url),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE council_proposals (
    id BIGINT DEFAULT new_id() NOT NULL,
    turns_on BOOLEAN NOT NULL,
    proposer_id BIGINT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(proposer_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_council_proposals_proposer_id ON council_proposals (proposer_id)
;;
CREATE TABLE posts (
    id BIGINT DEFAULT new_id() NOT NULL,
    author_id BIGINT NOT NULL,
    boost_of_id BIGINT,
    reply_to_id BIGINT,
    reply_to_person_id BIGINT,
    root_id BIGINT NOT NULL,
    quote_of_id BIGINT,
    quote_state SMALLINT DEFAULT '0' NOT NULL,
    quote_policy SMALLINT DEFAULT '0' NOT NULL,
    attached SMALLINT DEFAULT '0' NOT NULL,
    answer_id BIGINT,
    ring SMALLINT NOT NULL,
    visibility SMALLINT NOT NULL,
    is_question BOOLEAN DEFAULT 'false' NOT NULL,
    is_sensitive BOOLEAN DEFAULT 'false' NOT NULL,
    origin SMALLINT DEFAULT '0' NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    edited_at TIMESTAMP WITH TIME ZONE,
    version BIGINT DEFAULT '0' NOT NULL,
    favourites_count BIGINT DEFAULT '0' NOT NULL,
    replies_in_ring BIGINT[] DEFAULT '{0,0,0}' NOT NULL,
    boosts_in_ring BIGINT[] DEFAULT '{0,0,0}' NOT NULL,
    quotes_in_ring BIGINT[] DEFAULT '{0,0,0}' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT posts_ring CHECK (ring in (0, 1, 2)),
    CONSTRAINT posts_visibility CHECK (visibility in (0, 1, 2, 3)),
    FOREIGN KEY(author_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(boost_of_id) REFERENCES posts (id) ON DELETE CASCADE
)
 WITH (fillfactor = 85)
;;
CREATE INDEX posts_public_media ON posts (id) WHERE visibility = 0 and boost_of_id is null and deleted_at is null and origin < 2 and (attached & 1) <> 0
;;
CREATE INDEX posts_replies ON posts (reply_to_id, id) WHERE reply_to_id is not null
;;
CREATE INDEX posts_thread ON posts (root_id, author_id)
;;
CREATE INDEX posts_public ON posts (id) WHERE visibility = 0 and boost_of_id is null and deleted_at is null and origin < 2
;;
CREATE INDEX posts_quotes ON posts (quote_of_id, id) WHERE quote_of_id is not null
;;
CREATE INDEX posts_by_author ON posts (author_id, id) WHERE deleted_at is null
;;
CREATE INDEX posts_boosts ON posts (boost_of_id, author_id) WHERE boost_of_id is not null
;;
CREATE UNIQUE INDEX posts_one_boost_each ON posts (author_id, boost_of_id) WHERE boost_of_id is not null and deleted_at is null
;;
CREATE TABLE follows (
    follower_id BIGINT NOT NULL,
    followed_id BIGINT NOT NULL,
    number BIGINT DEFAULT new_id() NOT NULL,
    shows_boosts BOOLEAN DEFAULT 'true' NOT NULL,
    notifies BOOLEAN DEFAULT 'false' NOT NULL,
    languages TEXT[],
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (follower_id, followed_id),
    FOREIGN KEY(follower_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(followed_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX follows_following ON follows (follower_id, number)
;;
CREATE INDEX follows_followers ON follows (followed_id, number)
;;
CREATE INDEX follows_by_followed ON follows (followed_id, follower_id)
;;
CREATE INDEX follows_bell ON follows (followed_id, follower_id) WHERE notifies
;;
CREATE TABLE follow_requests (
    follower_id BIGINT NOT NULL,
    followed_id BIGINT NOT NULL,
    number BIGINT DEFAULT new_id() NOT NULL,
    shows_boosts BOOLEAN DEFAULT 'true' NOT NULL,
    notifies BOOLEAN DEFAULT 'false' NOT NULL,
    languages TEXT[],
    PRIMARY KEY (follower_id, followed_id),
    FOREIGN KEY(follower_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(followed_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX follow_requests_waiting ON follow_requests (followed_id, number)
;;
CREATE TABLE blocks (
    blocker_id BIGINT NOT NULL,
    blocked_id BIGINT NOT NULL,
    number BIGINT DEFAULT new_id() NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    FOREIGN KEY(blocker_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(blocked_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX blocks_list ON blocks (blocker_id, number)
;;
CREATE INDEX blocks_by_blocked ON blocks (blocked_id, blocker_id)
;;
CREATE TABLE mutes (
    muter_id BIGINT NOT NULL,
    muted_id BIGINT NOT NULL,
    number BIGINT DEFAULT new_id() NOT NULL,
    hides_notifications BOOLEAN DEFAULT 'true' NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (muter_id, muted_id),
    FOREIGN KEY(muter_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(muted_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX mutes_list ON mutes (muter_id, number)
;;
CREATE INDEX mutes_by_muted ON mutes (muted_id, muter_id)
;;
CREATE TABLE tag_follows (
    person_id BIGINT NOT NULL,
    tag_id BIGINT NOT NULL,
    number BIGINT DEFAULT new_id() NOT NULL,
    PRIMARY KEY (person_id, tag_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE
)
;;
CREATE INDEX tag_follows_list ON tag_follows (person_id, number)
;;
CREATE INDEX tag_follows_by_tag ON tag_follows (tag_id, person_id)
;;
CREATE TABLE person_notes (
    writer_id BIGINT NOT NULL,
    about_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (writer_id, about_id),
    FOREIGN KEY(writer_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(about_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX person_notes_about ON person_notes (about_id)
;;
CREATE TABLE featured_people (
    person_id BIGINT NOT NULL,
    featured_id BIGINT NOT NULL,
    number BIGINT DEFAULT new_id() NOT NULL,
    PRIMARY KEY (person_id, featured_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(featured_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX featured_people_list ON featured_people (person_id, number)
;;
CREATE INDEX featured_people_by_featured ON featured_people (featured_id)
;;
CREATE TABLE featured_tags (
    person_id BIGINT NOT NULL,
    tag_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (person_id, tag_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE
)
;;
CREATE INDEX featured_tags_by_tag ON featured_tags (tag_id)
;;
CREATE TABLE unwanted_suggestions (
    person_id BIGINT NOT NULL,
    unwanted_id BIGINT NOT NULL,
    PRIMARY KEY (person_id, unwanted_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(unwanted_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX unwanted_suggestions_by_unwanted ON unwanted_suggestions (unwanted_id)
;;
CREATE TABLE holds (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT,
    reason TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE,
    lifted_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX holds_in_force ON holds (person_id) WHERE lifted_at is null
;;
CREATE TABLE scheduled_posts (
    id BIGINT DEFAULT new_id() NOT NULL,
    author_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    written JSONB NOT NULL,
    key TEXT,
    refusal TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(author_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE UNIQUE INDEX scheduled_once ON scheduled_posts (author_id, key) WHERE key is not null
;;
CREATE INDEX scheduled_due ON scheduled_posts (at) WHERE refusal is null
;;
CREATE INDEX scheduled_by_author ON scheduled_posts (author_id, id)
;;
CREATE TABLE scim_resources (
    id BIGINT DEFAULT new_id() NOT NULL,
    kind TEXT NOT NULL,
    person_id BIGINT,
    name TEXT NOT NULL,
    external_id TEXT,
    document JSONB NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX scim_resources_external ON scim_resources (kind, external_id)
;;
CREATE INDEX scim_resources_members ON scim_resources USING gin ((document -> 'members') jsonb_path_ops) WHERE kind = 'Group'
;;
CREATE UNIQUE INDEX scim_resources_user ON scim_resources (name) WHERE kind = 'User'
;;
CREATE INDEX scim_resources_name ON scim_resources (kind, name)
;;
CREATE INDEX scim_resources_list ON scim_resources (kind, id)
;;
CREATE INDEX ix_scim_resources_person_id ON scim_resources (person_id)
;;
CREATE TABLE home_floors (
    person_id BIGINT NOT NULL,
    floor BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE TABLE post_cards (
    post_id BIGINT NOT NULL,
    card_id BIGINT NOT NULL,
    PRIMARY KEY (post_id),
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
    FOREIGN KEY(card_id) REFERENCES cards (id) ON DELETE CASCADE
)
;;
CREATE INDEX post_cards_by_card ON post_cards (card_id, post_id)
;;
CREATE TABLE collection_items (
    id BIGINT DEFAULT new_id() NOT NULL,
    collection_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    CONSTRAINT collection_items_once UNIQUE (collection_id, person_id),
    FOREIGN KEY(collection_id) REFERENCES collections (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX collection_items_by_person ON collection_items (person_id, collection_id)
;;
CREATE TABLE conversations (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT NOT NULL,
    root_id BIGINT NOT NULL,
    read_up_to BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(root_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_conversations_root_id ON conversations (root_id)
;;
CREATE UNIQUE INDEX conversations_of_person ON conversations (person_id, root_id)
;;
CREATE TABLE filter_keywords (
    id BIGINT DEFAULT new_id() NOT NULL,
    filter_id BIGINT NOT NULL,
    keyword TEXT NOT NULL,
    is_whole_word BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE
)
;;
CREATE INDEX filter_keywords_by_filter ON filter_keywords (filter_id, id)
;;
CREATE TABLE filter_posts (
    id BIGINT DEFAULT new_id() NOT NULL,
    filter_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE,
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE UNIQUE INDEX filter_posts_by_filter ON filter_posts (filter_id, post_id)
;;
CREATE INDEX filter_posts_by_post ON filter_posts (post_id)
;;
CREATE TABLE sessions (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    agent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    proved_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    identity_id BIGINT,
    provider_session TEXT DEFAULT '' NOT NULL,
    id_token TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    UNIQUE (token_hash),
    FOREIGN KEY(identity_id) REFERENCES identities (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_sessions_person_id ON sessions (person_id)
;;
CREATE INDEX ix_sessions_identity_id ON sessions (identity_id)
;;
CREATE TABLE imported_people (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    import_id BIGINT,
    person_id BIGINT NOT NULL,
    is_made BOOLEAN DEFAULT 'false' NOT NULL,
    manager_key TEXT,
    PRIMARY KEY (space, key),
    FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE SET NULL,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX imported_people_waiting ON imported_people (import_id, person_id) WHERE manager_key is not null
;;
CREATE INDEX ix_imported_people_person_id ON imported_people (person_id)
;;
CREATE INDEX ix_imported_people_import_id ON imported_people (import_id)
;;
CREATE TABLE imported_posts (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    import_id BIGINT NOT NULL,
    post_id BIGINT,
    accepted_key TEXT,
    PRIMARY KEY (space, key),
    FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE CASCADE,
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE SET NULL
)
;;
CREATE INDEX ix_imported_posts_post_id ON imported_posts (post_id)
;;
CREATE INDEX imported_posts_waiting ON imported_posts (import_id, post_id) WHERE accepted_key is not null
;;
CREATE INDEX ix_imported_posts_import_id ON imported_posts (import_id)
;;
CREATE TABLE vouches (
    id BIGINT DEFAULT new_id() NOT NULL,
    about_id BIGINT NOT NULL,
    by_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    post_id BIGINT NOT NULL,
    declined_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(about_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(by_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE UNIQUE INDEX vouches_about ON vouches (about_id, key, by_id)
;;
CREATE INDEX vouches_by ON vouches (by_id)
;;
CREATE INDEX vouches_post ON vouches (post_id)
;;
CREATE TABLE asked_questions (
    post_id BIGINT NOT NULL,
    answer_id BIGINT NOT NULL,
    PRIMARY KEY (post_id),
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
    FOREIGN KEY(answer_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_asked_questions_answer_id ON asked_questions (answer_id)
;;
CREATE TABLE list_members (
    list_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    number BIGINT DEFAULT new_id() NOT NULL,
    PRIMARY KEY (list_id, person_id),
    FOREIGN KEY(list_id) REFERENCES lists (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX list_members_list ON list_members (list_id, number)
;;
CREATE INDEX list_members_by_person ON list_members (person_id, list_id)
;;
CREATE TABLE media (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT,
    post_id BIGINT,
    place BIGINT,
    state SMALLINT NOT NULL,
    kind SMALLINT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT DEFAULT '0' NOT NULL,
    has_small BOOLEAN DEFAULT 'false' NOT NULL,
    blurhash TEXT,
    meta JSONB DEFAULT '{}' NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    version BIGINT DEFAULT '0' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE,
    touched_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    gone_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE SET NULL,
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE SET NULL
)
;;
CREATE INDEX media_waiting ON media (id) WHERE state = 0
;;
CREATE INDEX media_by_post ON media (post_id, place) WHERE post_id is not null
;;
CREATE INDEX media_loose ON media (touched_at) WHERE post_id is null
;;
CREATE INDEX media_by_person ON media (person_id, id) WHERE person_id is not null
;;
CREATE INDEX media_gone ON media (id) WHERE gone_at is not null
;;
CREATE TABLE notifications (
    id BIGINT DEFAULT new_id() NOT NULL,
    person_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    from_id BIGINT NOT NULL,
    post_id BIGINT,
    is_held BOOLEAN DEFAULT 'false' NOT NULL,
    group_key TEXT GENERATED ALWAYS AS (case when kind in ('favourite', 'reblog') then kind || '-' || post_id when kind = 'follow' then 'follow-' || (id >> 45) end) STORED,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(from_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_notifications_post_id ON notifications (post_id)
;;
CREATE INDEX notifications_held ON notifications (person_id, id) WHERE is_held
;;
CREATE INDEX notifications_groups ON notifications (person_id, group_key, id) WHERE group_key is not null
;;
CREATE UNIQUE INDEX notifications_once ON notifications (person_id, kind, from_id, coalesce(post_id, 0))
;;
CREATE INDEX ix_notifications_from_id ON notifications (from_id)
;;
CREATE INDEX notifications_list ON notifications (person_id, id)
;;
CREATE TABLE polls (
    post_id BIGINT NOT NULL,
    options TEXT[] NOT NULL,
    counts BIGINT[] NOT NULL,
    voters_count BIGINT DEFAULT '0' NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_multiple BOOLEAN DEFAULT 'false' NOT NULL,
    hides_totals BOOLEAN DEFAULT 'false' NOT NULL,
    is_over BOOLEAN DEFAULT 'false' NOT NULL,
    PRIMARY KEY (post_id),
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE INDEX polls_open ON polls (ends_at) WHERE not is_over
;;
CREATE TABLE post_texts (
    post_id BIGINT NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    warning TEXT DEFAULT '' NOT NULL,
    language TEXT,
    app_id BIGINT,
    PRIMARY KEY (post_id),
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
    FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE SET NULL
)
;;
CREATE TABLE post_edits (
    id BIGINT DEFAULT new_id() NOT NULL,
    post_id BIGINT NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    warning TEXT DEFAULT '' NOT NULL,
    is_sensitive BOOLEAN DEFAULT 'false' NOT NULL,
    language TEXT,
    media JSONB DEFAULT '[]' NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_post_edits_post_id ON post_edits (post_id)
;;
CREATE TABLE mentions (
    post_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (post_id, person_id),
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX mentions_by_person ON mentions (person_id, post_id)
;;
CREATE TABLE post_tags (
    tag_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (tag_id, post_id),
    FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE,
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE INDEX post_tags_by_post ON post_tags (post_id)
;;
CREATE TABLE marks (
    person_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    favourite BIGINT,
    bookmark BIGINT,
    pin BIGINT,
    boost_id BIGINT,
    is_muted BOOLEAN DEFAULT 'false' NOT NULL,
    PRIMARY KEY (person_id, post_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
 WITH (fillfactor = 85)
;;
CREATE INDEX marks_pins ON marks (person_id, pin) WHERE pin is not null
;;
CREATE INDEX marks_bookmarks ON marks (person_id, bookmark) WHERE bookmark is not null
;;
CREATE INDEX marks_favourites ON marks (person_id, favourite) WHERE favourite is not null
;;
CREATE INDEX marks_favourited_by ON marks (post_id, favourite) WHERE favourite is not null
;;
CREATE INDEX marks_by_post ON marks (post_id, person_id)
;;
CREATE TABLE endorsements (
    post_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (post_id, person_id, kind),
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX endorsements_by_person ON endorsements (person_id, post_id)
;;
CREATE TABLE post_keys (
    person_id BIGINT NOT NULL,
    key_hash BYTEA NOT NULL,
    post_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (person_id, key_hash),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE TABLE post_words (
    post_id BIGINT NOT NULL,
    words TSVECTOR NOT NULL,
    PRIMARY KEY (post_id),
    FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
)
;;
CREATE INDEX post_words_words ON post_words USING gin (words) WITH (fastupdate = off)
;;
CREATE TABLE tokens (
    id BIGINT DEFAULT new_id() NOT NULL,
    app_id BIGINT,
    person_id BIGINT,
    token_hash BYTEA NOT NULL,
    session_id BIGINT,
    scopes TEXT[] NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    UNIQUE (token_hash),
    FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_tokens_app_id ON tokens (app_id)
;;
CREATE INDEX ix_tokens_person_id ON tokens (person_id)
;;
CREATE INDEX ix_tokens_session_id ON tokens (session_id)
;;
CREATE INDEX tokens_live ON tokens (person_id) WHERE revoked_at is null
;;
CREATE TABLE votes (
    post_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    choices BIGINT[] NOT NULL,
    PRIMARY KEY (post_id, person_id),
    FOREIGN KEY(post_id) REFERENCES polls (post_id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_votes_person_id ON votes (person_id)
;;
CREATE TABLE push_subscriptions (
    token_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    endpoint TEXT NOT NULL,
    p256dh BYTEA NOT NULL,
    auth BYTEA NOT NULL,
    is_standard BOOLEAN DEFAULT 'false' NOT NULL,
    kinds TEXT[] NOT NULL,
    policy TEXT NOT NULL,
    sealed_token BYTEA NOT NULL,
    resting_until TIMESTAMP WITH TIME ZONE,
    failures BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (token_id),
    FOREIGN KEY(token_id) REFERENCES tokens (id) ON DELETE CASCADE,
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_push_subscriptions_person_id ON push_subscriptions (person_id)
;;
CREATE TABLE push_messages (
    token_id BIGINT NOT NULL,
    notification_id BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    PRIMARY KEY (token_id, notification_id),
    FOREIGN KEY(token_id) REFERENCES push_subscriptions (token_id) ON DELETE CASCADE,
    FOREIGN KEY(notification_id) REFERENCES notifications (id) ON DELETE CASCADE
)
;;
CREATE INDEX ix_push_messages_notification_id ON push_messages (notification_id)
;;
CREATE INDEX push_messages_due ON push_messages (due_at)
;;
create function forget_home_entries() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'posts' then
        delete from home_entries where post_id in (select id from gone);
    else
        delete from home_entries where person_id in (select id from gone);
    end if;
    return null;
end $$
;;
create trigger posts_forget_home_entries after delete on posts
referencing old table as gone for each statement execute function forget_home_entries()
;;
create trigger people_forget_home_entries after delete on people
referencing old table as gone for each statement execute function forget_home_entries()
;;
create function forget_evidence() returns trigger language plpgsql as $$
begin
    insert into evidence (post_id, is_gone)
    select id, true from gone where visibility <= 1 and boost_of_id is null
    on conflict (post_id) do update set
        is_gone = true, terms = '', endorsers = '{}', written_in = pg_current_xact_id(), revision = new_id();
    return null;
end $$
;;
create trigger posts_forget_evidence after delete on posts
referencing old table as gone for each statement execute function forget_evidence()
;;
create function words_like(said text) returns table (word text, likeness real) language plpgsql stable
set enable_bitmapscan = on set enable_indexscan = off set enable_sort = on set pg_trgm.similarity_threshold = 0.35
as $$
begin
    return query
    select k.word, similarity(k.word, said) as near from known_words k
    where k.word % said and k.word <> said order by near desc, k.word limit 12;
end $$
;;
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
;;
create trigger audit_is_kept before update or delete on audit
for each row execute function keep_audit()
;;
create function posts_with_words(wanted tsquery, above bigint, below bigint, enough integer)
returns table (post_ids bigint[], reached bigint) language plpgsql stable
set enable_bitmapscan = on set enable_sort = on set enable_indexscan = off set enable_indexonlyscan = off
as $$
declare
    level integer := 41;
    age bigint;
    stretch tsquery;
    found integer;
begin
    if (select reltuples from pg_class where oid = 'post_words'::regclass) < 20000 then
        level := 53;
    elsif strpos(wanted::text, ':*') > 0 then
        -- What begins so is gathered anew at every step, however small: a few large ones are better.
        level := 45;
    end if;
    loop
        age := below >> level;
        reached := (age - 1) << level;
        exit when level > 51 or reached <= above;
        stretch := format('('':%s=%s''|'':%s=%s'')', level, age, level, age - 1);
        post_ids := array(
            select w.post_id from post_words w
            where w.words @@ wanted and w.words @@ stretch and w.post_id + 0 > above and w.post_id + 0 < below
            order by w.post_id desc
        );
        found := cardinality(post_ids);
        if found >= enough then
            return next;
            return;
        end if;
        level := level + case when found * 3 >= enough then 2 when found * 12 >= enough then 4 else 6 end;
    end loop;
    reached := above;
    post_ids := array(
        select w.post_id from post_words w
        where w.words @@ wanted and w.post_id + 0 > above and w.post_id + 0 < below
        order by w.post_id desc
    );
    return next;
end $$
;;
create function people_like(said text, beginning text)
returns table (person_id bigint, begins boolean, by_name real, by_place real, by_bio real) language plpgsql stable
set enable_bitmapscan = on set enable_indexscan = off set pg_trgm.word_similarity_threshold = 0.45
as $$
begin
    return query
    select p.id, (' ' || plain(p.handle || ' ' || p.name)) like beginning,
        word_similarity(said, ' ' || plain(p.handle || ' ' || p.name)),
        word_similarity(said, plain(p.unit || ' ' || p.place)),
        word_similarity(said, plain(p.bio))
    from people p
    where (' ' || plain(p.handle || ' ' || p.name)) like beginning
        or (' ' || plain(p.handle || ' ' || p.name)) %> said
        or plain(p.unit || ' ' || p.place) %> said
        or plain(p.bio) %> said;
end $$
;;
insert into policy (id) values (1)
;;
insert into secrets (name, value)
values ('media', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
