"""Text can be read: every pair of colours that carries text has a contrast of at least 4.5 to 1, in light and in dark."""

import re

import pytest

from tests.extension.test_manifest import EXTENSION, sources

LEAST = 4.5
PAIRS = [
    ("ink", "paper"), ("ink", "sheet"), ("ink", "tint"), ("soft", "paper"), ("soft", "sheet"), ("soft", "tint"),
    ("accent", "paper"), ("accent", "sheet"), ("accent", "tint"), ("on-accent", "accent"),
    ("ageing", "paper"), ("ageing", "sheet"), ("error", "error-sheet"), ("error", "paper"), ("error", "sheet"),
]  # fmt: skip
NOT_TEXT = {"rule", "edge"}


def palettes() -> dict[str, dict[str, str]]:
    light, dark = (EXTENSION / "lib/colours.css").read_text().split("@media")
    return {name: dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", part)) for name, part in (("light", light), ("dark", dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out(palette: str, text: str, ground: str) -> None:
    colours = palettes()[palette]
    assert contrast(colours[text], colours[ground]) >= LEAST


def test_every_colour_is_in_the_palette_and_measured() -> None:
    light, dark = palettes()["light"], palettes()["dark"]
    assert set(light) == set(dark) == {colour for pair in PAIRS for colour in pair} | NOT_TEXT
    for name, text in sources(".css").items():
        if name != "lib/colours.css":
            assert set(re.findall(r"#[0-9a-f]{3,8}\b", text)) <= {"#0000", "#000"}, name  # masks have no colour
