"""Candor: contacts with receipts. `app.py` knows every room; read it first."""

__version__ = "0.1.0"
