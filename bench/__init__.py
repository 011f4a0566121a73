"""Every speed the README claims, as a command that prints a ratio against a floor measured beside it."""
