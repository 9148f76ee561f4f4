"""The way out: cleaned data in the input's own format, change log, manifest, report; verify and replay."""
