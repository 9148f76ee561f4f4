"""Speed and quality against peers; each table prints ours and theirs from one run."""
