"""What can go wrong while starting, said to a person together with the way out."""


class CannotStart(Exception):
    """Starting is impossible as asked; the message says why and what to do."""
