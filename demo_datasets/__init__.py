"""Three datasets to try the product on, each with planted errors that are listed beside it."""
