"""What Alembic runs to migrate: on the connection it is given, inside that connection's transaction."""

from __future__ import annotations

from alembic import context

from counterfoil.store.schema import metadata


def migrate() -> None:
    """Run the migrations that were asked for."""
    # The metadata gives the constraints their names; the tables stand in the migrations.
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


# The name under which Alembic loads this file; whoever only imports it has nothing to migrate.
if __name__ == "env_py":
    migrate()
