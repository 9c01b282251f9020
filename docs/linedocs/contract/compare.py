"""Compare what ran with what is shown: text as text, figures by their coordinates."""

import difflib
import re

COORDINATE = re.compile(
    r"""style="[^"]*"|<style.*?</style>|scale\([^)]*\)|="\#?[a-zA-Z][^" ]*"|<!--.*?-->"""
    r"|(?P<coordinate>-?\d+(?:\.\d+)?)",
    re.S,
)
"""A number of an SVG that says where; styles, scales, names and labels are text."""
POINTS = 0.05
"""A coordinate of a figure may move by this much, in points."""
HASHED = re.compile(r"(?<=[\"#])(\w*?)[0-9a-f]{10}(?=[\")])")
"""A name that matplotlib makes from the last bits of coordinates."""


def same_figure(shown: str, drawn: str) -> bool:
    """Whether two SVGs agree in everything but a small shift of coordinates."""
    if shown == drawn:
        return True
    (shape, coordinates), (other_shape, other_coordinates) = _shape(shown), _shape(drawn)
    return shape == other_shape and all(
        abs(a - b) <= POINTS for a, b in zip(coordinates, other_coordinates, strict=True)
    )


def _shape(svg: str) -> tuple[str, list[float]]:
    """An SVG without its coordinates and with names by their order, and the coordinates."""
    coordinates: list[float] = []
    order: dict[str, int] = {}

    def take(match: re.Match[str]) -> str:
        if match["coordinate"] is None:
            return match[0]
        coordinates.append(float(match["coordinate"]))
        return "#"

    svg = HASHED.sub(lambda name: f"{name[1]}{order.setdefault(name[0], len(order))}", svg)
    return COORDINATE.sub(take, svg), coordinates


def diff(shown: str, printed: str) -> str:
    """The two texts, line beside line: `-` is shown on the page, `+` is what ran."""
    lines = difflib.unified_diff(
        shown.rstrip("\n").split("\n"), printed.rstrip("\n").split("\n"),
        "shown on the page", "printed now", lineterm="",
    )  # fmt: skip
    return "\n".join(lines)


def agrees(text: str, value: object) -> bool:
    """Whether `text`, as it stands in prose, is `value` to the digits shown."""
    if isinstance(value, str):
        return text == value
    if not re.fullmatch(r"[-−]?[\d,]+(?:\.\d+)?(?:e[-+]?\d+)?", text):
        return text == str(value)
    text = text.replace("−", "-").replace(",", "")
    number = float(value)  # type: ignore[arg-type]
    if "e" in text:
        digits = len(text.partition("e")[0].partition(".")[2])
        return float(f"{number:.{digits}e}") == float(text)
    digits = len(text.partition(".")[2])
    return f"{number:.{digits}f}" == text
