"""Who of those who run Candor may do what. A role holds what the one before it does."""

VIEWER, SUPPORT, COMPLIANCE, ADMIN = "viewer", "support", "compliance", "admin"

READERS = (VIEWER, SUPPORT, COMPLIANCE, ADMIN)
"""Figures and queues, without anybody's details."""
HELPERS = (SUPPORT, COMPLIANCE, ADMIN)
"""Accounts, cases and threads: seen and answered."""
DECIDERS = (COMPLIANCE, ADMIN)
"""What weighs on somebody: suspensions, the directory, disputes, breaches."""
ADMINS = (ADMIN,)
"""Those who run Candor themselves, thresholds, maintenance."""
