"""Records in a database: tasks, users, sessions, tokens, audit."""
