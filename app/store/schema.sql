CREATE FUNCTION public.trigrams(text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT COALESCE(array_agg(DISTINCT substr($1, place.place, 3)), '{}'::text[]) AS "coalesce" FROM generate_series(1, (length($1) - 2)) place(place));
CREATE TABLE public.account (
    id uuid NOT NULL,
    linked_at timestamp with time zone,
    platform character varying(16) NOT NULL,
    handle character varying(64) NOT NULL,
    external_id character varying(128),
    secondary_id character varying(255),
    display_name text,
    biography text,
    link_in_bio text,
    picture_url text,
    category character varying(128),
    metadata jsonb NOT NULL,
    is_verified boolean NOT NULL,
    is_active boolean NOT NULL,
    is_paused_by_creator boolean NOT NULL,
    is_unavailable boolean NOT NULL,
    is_private boolean NOT NULL,
    max_recent_posts integer,
    post_lookback_days integer,
    added_at timestamp with time zone NOT NULL,
    first_refreshed_at timestamp with time zone,
    last_refreshed_at timestamp with time zone,
    refresh_interval_hours integer NOT NULL,
    next_refresh_at timestamp with time zone,
    lease_id uuid,
    lease_until timestamp with time zone,
    is_backfilling boolean NOT NULL,
    failures integer NOT NULL,
    followers bigint,
    following bigint,
    profile_posts bigint,
    total_likes bigint,
    discovered_posts integer NOT NULL,
    views bigint,
    plays bigint,
    likes bigint,
    comments bigint,
    shares bigint,
    saves bigint,
    views_known integer NOT NULL,
    plays_known integer NOT NULL,
    likes_known integer NOT NULL,
    comments_known integer NOT NULL,
    shares_known integer NOT NULL,
    saves_known integer NOT NULL,
    viewed_likes_known integer NOT NULL,
    viewed_comments_known integer NOT NULL,
    viewed_shares_known integer NOT NULL,
    viewed_saves_known integer NOT NULL,
    search_text text NOT NULL,
    creator_id uuid,
    organization_id uuid NOT NULL,
    removed_at timestamp with time zone,
    first_observed_at timestamp with time zone
)
WITH (fillfactor='50');
CREATE TABLE public.account_day (
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    day date NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    views_gain bigint NOT NULL,
    views_start bigint NOT NULL,
    views_known integer NOT NULL,
    plays_gain bigint NOT NULL,
    plays_start bigint NOT NULL,
    plays_known integer NOT NULL,
    likes_gain bigint NOT NULL,
    likes_start bigint NOT NULL,
    likes_known integer NOT NULL,
    comments_gain bigint NOT NULL,
    comments_start bigint NOT NULL,
    comments_known integer NOT NULL,
    shares_gain bigint NOT NULL,
    shares_start bigint NOT NULL,
    shares_known integer NOT NULL,
    saves_gain bigint NOT NULL,
    saves_start bigint NOT NULL,
    saves_known integer NOT NULL,
    followers_gain bigint NOT NULL,
    followers_start bigint NOT NULL,
    followers_known integer NOT NULL,
    following_gain bigint NOT NULL,
    following_start bigint NOT NULL,
    following_known integer NOT NULL,
    profile_posts_gain bigint NOT NULL,
    profile_posts_start bigint NOT NULL,
    profile_posts_known integer NOT NULL,
    total_likes_gain bigint NOT NULL,
    total_likes_start bigint NOT NULL,
    total_likes_known integer NOT NULL,
    viewed_likes_gain bigint NOT NULL,
    viewed_likes_known integer NOT NULL,
    viewed_comments_gain bigint NOT NULL,
    viewed_comments_known integer NOT NULL,
    viewed_shares_gain bigint NOT NULL,
    viewed_shares_known integer NOT NULL,
    viewed_saves_gain bigint NOT NULL,
    viewed_saves_known integer NOT NULL
);
CREATE TABLE public.account_observation (
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    run_id uuid,
    provider text NOT NULL,
    route text NOT NULL,
    followers bigint,
    following bigint,
    profile_posts bigint,
    total_likes bigint,
    steps jsonb
)
PARTITION BY RANGE (captured_at);
CREATE TABLE public.account_slot (
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    slot timestamp with time zone NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    views_gain bigint NOT NULL,
    views_start bigint NOT NULL,
    views_known integer NOT NULL,
    plays_gain bigint NOT NULL,
    plays_start bigint NOT NULL,
    plays_known integer NOT NULL,
    likes_gain bigint NOT NULL,
    likes_start bigint NOT NULL,
    likes_known integer NOT NULL,
    comments_gain bigint NOT NULL,
    comments_start bigint NOT NULL,
    comments_known integer NOT NULL,
    shares_gain bigint NOT NULL,
    shares_start bigint NOT NULL,
    shares_known integer NOT NULL,
    saves_gain bigint NOT NULL,
    saves_start bigint NOT NULL,
    saves_known integer NOT NULL,
    followers_gain bigint NOT NULL,
    followers_start bigint NOT NULL,
    followers_known integer NOT NULL,
    following_gain bigint NOT NULL,
    following_start bigint NOT NULL,
    following_known integer NOT NULL,
    profile_posts_gain bigint NOT NULL,
    profile_posts_start bigint NOT NULL,
    profile_posts_known integer NOT NULL,
    total_likes_gain bigint NOT NULL,
    total_likes_start bigint NOT NULL,
    total_likes_known integer NOT NULL,
    viewed_likes_gain bigint NOT NULL,
    viewed_likes_known integer NOT NULL,
    viewed_comments_gain bigint NOT NULL,
    viewed_comments_known integer NOT NULL,
    viewed_shares_gain bigint NOT NULL,
    viewed_shares_known integer NOT NULL,
    viewed_saves_gain bigint NOT NULL,
    viewed_saves_known integer NOT NULL
);
CREATE TABLE public.api_key (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    digest character varying(64) NOT NULL,
    scopes character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    former_digest character varying(64),
    former_until timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone
);
CREATE TABLE public.creator (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    is_active boolean NOT NULL,
    metadata jsonb NOT NULL,
    added_at timestamp with time zone NOT NULL,
    search_text text NOT NULL,
    organization_id uuid NOT NULL
);
CREATE TABLE public.organization (
    id uuid NOT NULL,
    name character varying(255) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    cursor_secret bytea NOT NULL,
    max_recent_posts integer,
    post_lookback_days integer,
    account_quota integer
);
CREATE TABLE public.organization_day (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    views_gain bigint NOT NULL,
    views_start bigint NOT NULL,
    views_known integer NOT NULL,
    plays_gain bigint NOT NULL,
    plays_start bigint NOT NULL,
    plays_known integer NOT NULL,
    likes_gain bigint NOT NULL,
    likes_start bigint NOT NULL,
    likes_known integer NOT NULL,
    comments_gain bigint NOT NULL,
    comments_start bigint NOT NULL,
    comments_known integer NOT NULL,
    shares_gain bigint NOT NULL,
    shares_start bigint NOT NULL,
    shares_known integer NOT NULL,
    saves_gain bigint NOT NULL,
    saves_start bigint NOT NULL,
    saves_known integer NOT NULL,
    followers_gain bigint NOT NULL,
    followers_start bigint NOT NULL,
    followers_known integer NOT NULL,
    following_gain bigint NOT NULL,
    following_start bigint NOT NULL,
    following_known integer NOT NULL,
    profile_posts_gain bigint NOT NULL,
    profile_posts_start bigint NOT NULL,
    profile_posts_known integer NOT NULL,
    total_likes_gain bigint NOT NULL,
    total_likes_start bigint NOT NULL,
    total_likes_known integer NOT NULL,
    viewed_likes_gain bigint NOT NULL,
    viewed_likes_known integer NOT NULL,
    viewed_comments_gain bigint NOT NULL,
    viewed_comments_known integer NOT NULL,
    viewed_shares_gain bigint NOT NULL,
    viewed_shares_known integer NOT NULL,
    viewed_saves_gain bigint NOT NULL,
    viewed_saves_known integer NOT NULL
);
CREATE TABLE public.organization_slot (
    organization_id uuid NOT NULL,
    slot timestamp with time zone NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    views_gain bigint NOT NULL,
    views_start bigint NOT NULL,
    views_known integer NOT NULL,
    plays_gain bigint NOT NULL,
    plays_start bigint NOT NULL,
    plays_known integer NOT NULL,
    likes_gain bigint NOT NULL,
    likes_start bigint NOT NULL,
    likes_known integer NOT NULL,
    comments_gain bigint NOT NULL,
    comments_start bigint NOT NULL,
    comments_known integer NOT NULL,
    shares_gain bigint NOT NULL,
    shares_start bigint NOT NULL,
    shares_known integer NOT NULL,
    saves_gain bigint NOT NULL,
    saves_start bigint NOT NULL,
    saves_known integer NOT NULL,
    followers_gain bigint NOT NULL,
    followers_start bigint NOT NULL,
    followers_known integer NOT NULL,
    following_gain bigint NOT NULL,
    following_start bigint NOT NULL,
    following_known integer NOT NULL,
    profile_posts_gain bigint NOT NULL,
    profile_posts_start bigint NOT NULL,
    profile_posts_known integer NOT NULL,
    total_likes_gain bigint NOT NULL,
    total_likes_start bigint NOT NULL,
    total_likes_known integer NOT NULL,
    viewed_likes_gain bigint NOT NULL,
    viewed_likes_known integer NOT NULL,
    viewed_comments_gain bigint NOT NULL,
    viewed_comments_known integer NOT NULL,
    viewed_shares_gain bigint NOT NULL,
    viewed_shares_known integer NOT NULL,
    viewed_saves_gain bigint NOT NULL,
    viewed_saves_known integer NOT NULL
);
CREATE TABLE public.organization_total (
    organization_id uuid NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    views_gain bigint NOT NULL,
    views_start bigint NOT NULL,
    views_known integer NOT NULL,
    plays_gain bigint NOT NULL,
    plays_start bigint NOT NULL,
    plays_known integer NOT NULL,
    likes_gain bigint NOT NULL,
    likes_start bigint NOT NULL,
    likes_known integer NOT NULL,
    comments_gain bigint NOT NULL,
    comments_start bigint NOT NULL,
    comments_known integer NOT NULL,
    shares_gain bigint NOT NULL,
    shares_start bigint NOT NULL,
    shares_known integer NOT NULL,
    saves_gain bigint NOT NULL,
    saves_start bigint NOT NULL,
    saves_known integer NOT NULL,
    followers_gain bigint NOT NULL,
    followers_start bigint NOT NULL,
    followers_known integer NOT NULL,
    following_gain bigint NOT NULL,
    following_start bigint NOT NULL,
    following_known integer NOT NULL,
    profile_posts_gain bigint NOT NULL,
    profile_posts_start bigint NOT NULL,
    profile_posts_known integer NOT NULL,
    total_likes_gain bigint NOT NULL,
    total_likes_start bigint NOT NULL,
    total_likes_known integer NOT NULL,
    viewed_likes_gain bigint NOT NULL,
    viewed_likes_known integer NOT NULL,
    viewed_comments_gain bigint NOT NULL,
    viewed_comments_known integer NOT NULL,
    viewed_shares_gain bigint NOT NULL,
    viewed_shares_known integer NOT NULL,
    viewed_saves_gain bigint NOT NULL,
    viewed_saves_known integer NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.replay (
    organization_id uuid NOT NULL,
    key_id uuid NOT NULL,
    face text NOT NULL,
    idempotency_key text NOT NULL,
    route text NOT NULL,
    body_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    status smallint,
    headers jsonb,
    body bytea
);
CREATE TABLE public.run (
    id uuid NOT NULL,
    state character varying(16) NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    answer_class character varying(32),
    reason text,
    calls jsonb NOT NULL,
    used_recent_facts boolean NOT NULL,
    posts_observed integer NOT NULL,
    account_id uuid,
    organization_id uuid NOT NULL,
    video_id uuid,
    queued_at timestamp with time zone
);
CREATE TABLE public.usage_day (
    organization_id uuid NOT NULL,
    day date NOT NULL,
    face text NOT NULL,
    requests bigint NOT NULL,
    points bigint NOT NULL
)
WITH (fillfactor='70');
CREATE TABLE public.video (
    id uuid NOT NULL,
    platform character varying(16) NOT NULL,
    external_id character varying(128) NOT NULL,
    shortcode character varying(64),
    author_handle character varying(64),
    kind character varying(16),
    caption text,
    published_at timestamp with time zone,
    duration_seconds integer,
    thumbnail_url text,
    video_url text,
    is_pinned boolean NOT NULL,
    is_unavailable boolean NOT NULL,
    discovered_at timestamp with time zone,
    added_at timestamp with time zone,
    first_refreshed_at timestamp with time zone,
    last_refreshed_at timestamp with time zone,
    last_observed_day date,
    grows_from_zero boolean NOT NULL,
    views_kind character varying(32),
    views_known_late_at timestamp with time zone,
    views bigint,
    plays bigint,
    likes bigint,
    comments bigint,
    shares bigint,
    saves bigint,
    views_start bigint,
    plays_start bigint,
    likes_start bigint,
    comments_start bigint,
    shares_start bigint,
    saves_start bigint,
    ig_plays bigint,
    fb_plays bigint,
    fb_likes bigint,
    reposts bigint,
    search_text text NOT NULL,
    account_id uuid,
    organization_id uuid NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    lease_id uuid,
    lease_until timestamp with time zone,
    left_account_id uuid,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    next_refresh_at timestamp with time zone,
    refresh_interval_hours integer DEFAULT 24 NOT NULL,
    removed_at timestamp with time zone,
    author_external_id character varying(128),
    internal_id bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.video_day (
    organization_id uuid NOT NULL,
    video_id uuid NOT NULL,
    day date NOT NULL,
    is_observed boolean NOT NULL,
    is_baseline boolean NOT NULL,
    views_level bigint,
    views_gain bigint,
    plays_level bigint,
    plays_gain bigint,
    likes_level bigint,
    likes_gain bigint,
    comments_level bigint,
    comments_gain bigint,
    shares_level bigint,
    shares_gain bigint,
    saves_level bigint,
    saves_gain bigint
)
PARTITION BY RANGE (day);
ALTER TABLE public.video ALTER COLUMN internal_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.video_internal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.video_observation (
    organization_id uuid NOT NULL,
    video_id uuid NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    run_id uuid,
    provider text NOT NULL,
    route text NOT NULL,
    views_kind text,
    views bigint,
    plays bigint,
    likes bigint,
    comments bigint,
    shares bigint,
    saves bigint,
    ig_plays bigint,
    fb_plays bigint,
    fb_likes bigint,
    reposts bigint,
    steps jsonb
)
PARTITION BY RANGE (captured_at);
CREATE TABLE public.video_slot (
    organization_id uuid NOT NULL,
    video_id uuid NOT NULL,
    slot timestamp with time zone NOT NULL,
    observations integer NOT NULL,
    baselines integer NOT NULL,
    views_gain bigint NOT NULL,
    views_start bigint NOT NULL,
    views_known integer NOT NULL,
    plays_gain bigint NOT NULL,
    plays_start bigint NOT NULL,
    plays_known integer NOT NULL,
    likes_gain bigint NOT NULL,
    likes_start bigint NOT NULL,
    likes_known integer NOT NULL,
    comments_gain bigint NOT NULL,
    comments_start bigint NOT NULL,
    comments_known integer NOT NULL,
    shares_gain bigint NOT NULL,
    shares_start bigint NOT NULL,
    shares_known integer NOT NULL,
    saves_gain bigint NOT NULL,
    saves_start bigint NOT NULL,
    saves_known integer NOT NULL,
    followers_gain bigint NOT NULL,
    followers_start bigint NOT NULL,
    followers_known integer NOT NULL,
    following_gain bigint NOT NULL,
    following_start bigint NOT NULL,
    following_known integer NOT NULL,
    profile_posts_gain bigint NOT NULL,
    profile_posts_start bigint NOT NULL,
    profile_posts_known integer NOT NULL,
    total_likes_gain bigint NOT NULL,
    total_likes_start bigint NOT NULL,
    total_likes_known integer NOT NULL,
    viewed_likes_gain bigint NOT NULL,
    viewed_likes_known integer NOT NULL,
    viewed_comments_gain bigint NOT NULL,
    viewed_comments_known integer NOT NULL,
    viewed_shares_gain bigint NOT NULL,
    viewed_shares_known integer NOT NULL,
    viewed_saves_gain bigint NOT NULL,
    viewed_saves_known integer NOT NULL
);
ALTER TABLE ONLY public.account_day
    ADD CONSTRAINT account_day_pkey PRIMARY KEY (organization_id, account_id, day);
ALTER TABLE ONLY public.account_observation
    ADD CONSTRAINT account_observation_pkey PRIMARY KEY (organization_id, account_id, captured_at);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.account_slot
    ADD CONSTRAINT account_slot_pkey PRIMARY KEY (organization_id, account_id, slot);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_former_digest_key UNIQUE (former_digest);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.creator
    ADD CONSTRAINT creator_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.organization_day
    ADD CONSTRAINT organization_day_pkey PRIMARY KEY (organization_id, day);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_name_key UNIQUE (name);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.organization_slot
    ADD CONSTRAINT organization_slot_pkey PRIMARY KEY (organization_id, slot);
ALTER TABLE ONLY public.organization_total
    ADD CONSTRAINT organization_total_pkey PRIMARY KEY (organization_id);
ALTER TABLE ONLY public.replay
    ADD CONSTRAINT replay_pkey PRIMARY KEY (organization_id, key_id, face, idempotency_key);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT uid_account_organiz_89c3e0 UNIQUE (organization_id, id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT uid_api_key_organiz_f7a8e4 UNIQUE (organization_id, id);
ALTER TABLE ONLY public.creator
    ADD CONSTRAINT uid_creator_organiz_1bf665 UNIQUE (organization_id, id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT uid_run_organiz_ed177e UNIQUE (organization_id, id);
ALTER TABLE ONLY public.video
    ADD CONSTRAINT uid_video_organiz_6065ca UNIQUE (organization_id, id);
ALTER TABLE ONLY public.usage_day
    ADD CONSTRAINT usage_day_pkey PRIMARY KEY (organization_id, day, face);
ALTER TABLE ONLY public.video_day
    ADD CONSTRAINT video_day_pkey PRIMARY KEY (organization_id, video_id, day);
ALTER TABLE ONLY public.video_observation
    ADD CONSTRAINT video_observation_pkey PRIMARY KEY (organization_id, video_id, captured_at);
ALTER TABLE ONLY public.video
    ADD CONSTRAINT video_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.video_slot
    ADD CONSTRAINT video_slot_pkey PRIMARY KEY (organization_id, video_id, slot);
CREATE INDEX account_by_added_at ON public.account USING btree (organization_id, added_at, id);
CREATE INDEX account_by_creator ON public.account USING btree (organization_id, creator_id);
CREATE INDEX account_due ON public.account USING btree (next_refresh_at) WHERE (is_active AND (next_refresh_at IS NOT NULL));
CREATE INDEX account_first_observed ON public.account USING btree (organization_id, first_observed_at) WHERE (removed_at IS NULL);
CREATE INDEX account_leased ON public.account USING btree (id) WHERE (lease_id IS NOT NULL);
CREATE INDEX account_removed ON public.account USING btree (removed_at) WHERE (removed_at IS NOT NULL);
CREATE INDEX account_search ON public.account USING gin (public.trigrams(search_text));
CREATE UNIQUE INDEX account_tracked_handle ON public.account USING btree (organization_id, platform, handle) WHERE (removed_at IS NULL);
CREATE INDEX creator_by_added_at ON public.creator USING btree (organization_id, added_at, id);
CREATE INDEX creator_search ON public.creator USING gin (public.trigrams(search_text));
CREATE INDEX replay_by_age ON public.replay USING btree (created_at);
CREATE INDEX run_by_start ON public.run USING btree (organization_id, started_at);
CREATE INDEX run_by_state ON public.run USING btree (organization_id, state, id);
CREATE INDEX run_of_account ON public.run USING btree (account_id, id) WHERE (account_id IS NOT NULL);
CREATE INDEX run_of_video ON public.run USING btree (video_id, id) WHERE (video_id IS NOT NULL);
CREATE INDEX run_open ON public.run USING btree (COALESCE(account_id, video_id)) WHERE (finished_at IS NULL);
CREATE UNIQUE INDEX video_by_internal_id ON public.video USING btree (internal_id);
CREATE INDEX video_by_published_at ON public.video USING btree (organization_id, published_at) WHERE (published_at IS NOT NULL);
CREATE INDEX video_day_by_day ON ONLY public.video_day USING btree (organization_id, day) INCLUDE (video_id, views_level, plays_level, likes_level, comments_level, shares_level, saves_level);
CREATE INDEX video_due ON public.video USING btree (next_refresh_at) WHERE (is_active AND (next_refresh_at IS NOT NULL));
CREATE INDEX video_first_refreshed ON public.video USING btree (organization_id, first_refreshed_at) WHERE ((added_at IS NOT NULL) AND (removed_at IS NULL));
CREATE INDEX video_known_late ON public.video USING btree (organization_id, views_known_late_at) WHERE (views_known_late_at IS NOT NULL);
CREATE INDEX video_leased ON public.video USING btree (id) WHERE (lease_id IS NOT NULL);
CREATE INDEX video_left_account ON public.video USING btree (organization_id, left_account_id) WHERE (left_account_id IS NOT NULL);
CREATE INDEX video_newest ON public.video USING btree (organization_id, account_id, COALESCE(published_at, '1970-01-01 00:00:00+00'::timestamp with time zone), id);
CREATE INDEX video_newest_of_all ON public.video USING btree (organization_id, COALESCE(published_at, '1970-01-01 00:00:00+00'::timestamp with time zone), id) WHERE (removed_at IS NULL);
CREATE INDEX video_one_by_one ON public.video USING btree (organization_id, added_at, id) WHERE (added_at IS NOT NULL);
CREATE INDEX video_search ON public.video USING gin (public.trigrams(search_text));
CREATE UNIQUE INDEX video_tracked_post ON public.video USING btree (organization_id, platform, external_id) WHERE (removed_at IS NULL);
CREATE INDEX video_tracked_since ON public.video USING btree (organization_id, discovered_at, added_at) INCLUDE (account_id) WHERE (removed_at IS NULL);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES public.creator(id) ON DELETE SET NULL;
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.creator
    ADD CONSTRAINT creator_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.replay
    ADD CONSTRAINT replay_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_video_id_fkey FOREIGN KEY (video_id) REFERENCES public.video(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.usage_day
    ADD CONSTRAINT usage_day_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.video
    ADD CONSTRAINT video_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.video
    ADD CONSTRAINT video_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;
