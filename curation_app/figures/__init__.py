"""Plain data -> figures. Nothing here knows of pages, files or stages."""
