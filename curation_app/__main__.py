"""``python -m curation_app`` is ``curation-app``."""

from curation_app.cli import main

main()
