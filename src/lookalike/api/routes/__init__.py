"""One file a path family, each with a `router`; found by listing this room."""
