"""Candor in a real Chromium, on pages in the shape of LinkedIn's."""
