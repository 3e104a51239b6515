"""The search index of bibs: an inverted index that the wall cannot slow down or leak through.

PostgreSQL may not use `@@` as an index condition below row-level security, because the operator
is not leakproof: measured, a search took a hundred times as long. So the app role holds no right on
the table at all. It writes and reads through two functions that run as the owner and take the
organisation from `app.tenant`, never as an argument. In the index the organisation is a word like
any other ("@7"), so one index condition holds it together with the words that were asked for; no
extension is needed. (`tenant_id + 0` checks once more what was found, and keeps the planner from
fetching all rows of the organisation by its primary key.)

SQLite has FTS5 with a content table, whose triggers keep the index in step; there, too, the
organisation is a word.
"""

from alembic import op

from tenants.database import wall_statements

revision = "0002"
down_revision = "0001"

POSTGRESQL = (
    """
    CREATE TABLE bib_search (
        tenant_id integer NOT NULL,
        bib_id uuid NOT NULL,
        words tsvector NOT NULL,
        CONSTRAINT pk_bib_search PRIMARY KEY (tenant_id, bib_id),
        CONSTRAINT fk_bib_search_tenant_id_bib_id_bibs FOREIGN KEY (tenant_id, bib_id)
            REFERENCES bibs (tenant_id, id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_bib_search_words ON bib_search USING gin (words)",
    "ALTER TABLE bib_search ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE bib_search FORCE ROW LEVEL SECURITY",
    # For the owner's functions alone. A right that is granted to the app role by mistake meets no
    # policy and shows nothing; and a policy that is always true is no barrier for the index.
    "CREATE POLICY wall ON bib_search TO CURRENT_USER USING (true)",
    """
    CREATE FUNCTION bib_search_write(bib_ids uuid[], words text[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    $$
        INSERT INTO public.bib_search (tenant_id, bib_id, words)
        SELECT tenant, bib_id, (said || ' ''@' || tenant || '''')::tsvector
        FROM unnest(bib_ids, words) AS given (bib_id, said),
            (SELECT nullif(current_setting('app.tenant', true), '')::int) AS open (tenant)
        ON CONFLICT (tenant_id, bib_id) DO UPDATE SET words = EXCLUDED.words
    $$
    """,
    """
    CREATE FUNCTION bib_search_hits(asked tsquery, tiers tsquery[])
    RETURNS TABLE (bib_id uuid, tier integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    $$
        SELECT bib_id, CASE
            WHEN words @@ tiers[1] THEN 0 WHEN words @@ tiers[2] THEN 1
            WHEN words @@ tiers[3] THEN 2 ELSE 3 END
        FROM public.bib_search
        WHERE words @@ (
            SELECT ('''@' || nullif(current_setting('app.tenant', true), '') || '''')::tsquery
                && asked
        ) AND tenant_id + 0 = (SELECT nullif(current_setting('app.tenant', true), '')::int)
    $$
    """,
    "REVOKE ALL ON FUNCTION bib_search_write(uuid[], text[]) FROM PUBLIC",
    "REVOKE ALL ON FUNCTION bib_search_hits(tsquery, tsquery[]) FROM PUBLIC",
)

SQLITE = (
    """
    CREATE TABLE bib_search (
        key INTEGER PRIMARY KEY,
        tenant_id INTEGER NOT NULL,
        bib_id CHAR(32) NOT NULL,
        partition TEXT NOT NULL GENERATED ALWAYS AS ('t' || tenant_id) VIRTUAL,
        title TEXT NOT NULL,
        author TEXT NOT NULL,
        subject TEXT NOT NULL,
        rest TEXT NOT NULL,
        UNIQUE (tenant_id, bib_id),
        FOREIGN KEY (tenant_id, bib_id) REFERENCES bibs (tenant_id, id) ON DELETE CASCADE
    )
    """,
    # The words come folded and apart, so the tokenizer has nothing to do but to split at spaces.
    """
    CREATE VIRTUAL TABLE bib_search_fts USING fts5(
        partition, title, author, subject, rest,
        content = 'bib_search', content_rowid = 'key', tokenize = 'ascii'
    )
    """,
    """
    CREATE TRIGGER bib_search_insert AFTER INSERT ON bib_search BEGIN
        INSERT INTO bib_search_fts (rowid, partition, title, author, subject, rest)
        VALUES (NEW.key, NEW.partition, NEW.title, NEW.author, NEW.subject, NEW.rest);
    END
    """,
    """
    CREATE TRIGGER bib_search_delete AFTER DELETE ON bib_search BEGIN
        INSERT INTO bib_search_fts
            (bib_search_fts, rowid, partition, title, author, subject, rest)
        VALUES
            ('delete', OLD.key, OLD.partition, OLD.title, OLD.author, OLD.subject, OLD.rest);
    END
    """,
    """
    CREATE TRIGGER bib_search_update AFTER UPDATE ON bib_search BEGIN
        INSERT INTO bib_search_fts
            (bib_search_fts, rowid, partition, title, author, subject, rest)
        VALUES
            ('delete', OLD.key, OLD.partition, OLD.title, OLD.author, OLD.subject, OLD.rest);
        INSERT INTO bib_search_fts (rowid, partition, title, author, subject, rest)
        VALUES (NEW.key, NEW.partition, NEW.title, NEW.author, NEW.subject, NEW.rest);
    END
    """,
    *wall_statements("bib_search", "sqlite"),
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in {"postgresql": POSTGRESQL, "sqlite": SQLITE}[dialect]:
        op.execute(statement)
