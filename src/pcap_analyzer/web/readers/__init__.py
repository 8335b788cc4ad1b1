"""Questions about reports: asked of processes that can read one report and do nothing else."""
