"""Where a scan runs: in this process or in a child, with progress, cancel, and results that appear all at once."""
