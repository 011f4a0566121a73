"""Floor 4, privacy: what a person who is in the directory can do about it, without an account."""
