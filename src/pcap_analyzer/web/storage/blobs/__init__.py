"""Files that outlive a job: reports and tables."""
