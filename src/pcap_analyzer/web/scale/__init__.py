"""Several web processes and workers that are one service: what they share lies in PostgreSQL, a bucket, and Redis.

The records are the truth. Redis carries what is quick and may be lost: messages that a task waits, news, wishes to end one.
"""
