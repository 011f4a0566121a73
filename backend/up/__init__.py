"""Starts Candor and keeps it running: the embedded PostgreSQL and Redis, the API and the worker.

Nothing else in backend/ imports this room; it calls migrations and samples by their faces, once, at the start.
"""
