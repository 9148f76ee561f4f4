"""The schema of the log, one step a file; run by the store when it opens a database."""
