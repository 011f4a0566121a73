"""Floor 4, the main job: what could be shown of a person (free), and the reveal of a detail (one credit)."""
