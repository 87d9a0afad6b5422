"""Make a used database of Studio's look as it did when it was made, at a fraction of what making one costs."""

import psycopg

# Everything that a test could alter and another would trip over: columns, grants, row security, partitions, triggers,
# functions, and the revision that the database says it is of.
# Tables go by their numbers, which copies of one template share: looking names up costs more than all the rest.
_SHAPE = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line COLLATE "C")) FROM (
    SELECT concat_ws(' ', oid, relname, relkind, relnatts, relacl, relrowsecurity, relforcerowsecurity, relhastriggers,
        relpartbound)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', conrelid, conname, convalidated) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tgrelid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', polrelid, polname, polroles) FROM pg_policy
    UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', attrelid, attname, atttypid, attnotnull) FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    WHERE attnum > 0 AND relnamespace = 'public'::regnamespace AND relkind <> 'i'
    UNION ALL SELECT concat_ws(' ', nspname, nspacl) FROM pg_namespace
    UNION ALL SELECT concat_ws(' ', setrole, setconfig) FROM pg_db_role_setting
    UNION ALL SELECT concat_ws(' ', oid, 'large object') FROM pg_largeobject_metadata
    UNION ALL SELECT concat_ws(' ', 'revision', version_num) FROM alembic_version
) AS shape (line)
"""

# A few rows are deleted, many are truncated: either way the tables stay small enough to be read at once.
# The server's own counts say which tables have rows: to open all that ever had some costs more than all the rest. What
# they miss nothing of: whoever was connected has ended, and counts before it does.
_EMPTY = """
DO $$
DECLARE
    one record;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN
        SELECT oid::regclass AS name, oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
          AND pg_stat_get_tuples_inserted(oid) > 0
    LOOP
        IF pg_relation_size(one.oid) > 65536 THEN
            EXECUTE format('TRUNCATE %s CASCADE', one.name);
        ELSE
            EXECUTE format('DELETE FROM %s', one.name);
        END IF;
    END LOOP;
    FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', one.name);
    END LOOP;
END $$
"""

_DISCONNECT = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = %s AND pid <> pg_backend_pid()
"""


def shape(connection: psycopg.Connection) -> str:
    """A digest of the schema, its revision, and who may do what in it."""
    row = connection.execute(_SHAPE).fetchone()
    assert row is not None
    return str(row[0])


def empty(connection: psycopg.Connection, database: str) -> None:
    """Close whoever is connected to it and delete all rows, past triggers and row security.

    Only where the server has counted every row since the database was made or emptied: one that crashed forgets.
    """
    connection.execute(_DISCONNECT, [database])
    connection.execute(_EMPTY)
    connection.execute("SELECT pg_stat_force_next_flush()")  # what was deleted counts by the end of this statement
    connection.execute("SELECT pg_stat_reset()")
