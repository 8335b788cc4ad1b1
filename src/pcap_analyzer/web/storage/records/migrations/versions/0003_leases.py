"""Which process works on a task, where several share the records."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns."""
    # Not in a batch: SQLite would make the table anew, and dropping the old one takes along what refers to it.
    op.add_column("tasks", sa.Column("lease_holder", sa.String(length=100)))
    op.add_column("tasks", sa.Column("lease_expires_at", sa.DateTime(timezone=True)))
    op.add_column("tasks", sa.Column("queued", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("cancel_wanted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_tasks_lease_holder"), "tasks", ["lease_holder"])
    op.create_index(op.f("ix_tasks_queued"), "tasks", ["queued"])


def downgrade() -> None:
    """Removes them."""
    op.drop_index(op.f("ix_tasks_queued"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_lease_holder"), table_name="tasks")
    for name in ("cancel_wanted", "queued", "lease_expires_at", "lease_holder"):
        op.drop_column("tasks", name)
