"""Compare what ran with what is shown: text by its digits, figures by their coordinates."""

import difflib
import platform
import re

FLOAT = re.compile(r"[-+]?\d+\.\d+(?:e[-+]?\d+)?|[-+]?\d+e[-+]?\d+|\bnan\b|\binf\b")
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


def machine() -> str:
    """What decides the last bit of a float: processor, its vector unit, torch, device.

    Where all agree with the machine that accepted the outputs, every digit must agree. Elsewhere a
    sum may be rounded in another order, and the last digit shown may differ by one.
    """
    import torch

    import linreg

    return " ".join(
        [
            platform.machine(),
            torch.backends.cpu.get_cpu_capability(),
            f"torch-{torch.__version__.split('+')[0]}",
            linreg.pick_device().type,
        ]
    )


def same_text(shown: str, printed: str, *, exact: bool) -> bool:
    """Whether two outputs agree: exactly, or up to one unit in the last digit shown."""
    shown, printed = shown.rstrip("\n"), printed.rstrip("\n")
    if exact or shown == printed:
        return shown == printed
    if FLOAT.sub("#", shown).split() != FLOAT.sub("#", printed).split():
        return False
    pairs = zip(FLOAT.findall(shown), FLOAT.findall(printed), strict=True)
    return all(same_number(a, b) for a, b in pairs)


def same_number(shown: str, printed: str) -> bool:
    """Whether two printed floats have the same digits, or differ by one in the last place."""
    if shown == printed:
        return True
    mantissa, _, exponent = shown.partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(float(shown) - float(printed)) <= 1.001 * unit


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


def agrees(text: str, value: object, *, exact: bool) -> bool:
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
    rounded = f"{number:.{digits}f}"
    return rounded == text or (not exact and digits > 0 and same_number(text, rounded))
