"""Who runs analyses: a queue and worker processes, and what a job does."""
