"""Every moving figure computes what torch computes, to nine digits, and torch is asked again."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.support import parity

FIXTURES = Path(__file__).parent / "fixtures"
RIDES = Path(__file__).parents[2] / "docs" / "theme" / "assets" / "figures" / "rides.js"
TOLERANCE = 1e-9

REPLAY = {
    "line": """async (settings) => {
        const { compute } = await import("/assets/figures/line-figure.js");
        return settings.map(({ w, b, lr, n, moved, places }) => {
            const at = (count) => {
                const { here, loss } = compute({ w, b, lr, n: count, ...moved });
                return [...here, loss];
            };
            const { slopes, land } = compute({ w, b, lr, n: 0, ...moved });
            const { lowest, least, bends, bound } = land;
            const walked = Object.keys(places).map((count) => [count, at(Number(count))]);
            return { slopes, places: Object.fromEntries(walked), lowest, least, bends, bound };
        });
    }""",
    "graph": """async (settings) => {
        const { GRAPHS, forward, backward, recordedAs } =
            await import("/assets/figures/graph-figure.js");
        return settings.map(({ graph, passes }) => {
            const kept = {};
            const pick = (all, like) =>
                Object.fromEntries(Object.keys(like).map((name) => [name, all[name]]));
            return { passes: passes.map((pass) => {
                const values = forward(GRAPHS[graph], pass.inputs);
                const { gradients } = backward(GRAPHS[graph], values);
                for (const name in pass.leaves) kept[name] = (kept[name] ?? 0) + gradients[name];
                return {
                    values: pick(values, pass.values),
                    recorded: pick(recordedAs(GRAPHS[graph]), pass.recorded),
                    gradients: pick(gradients, pass.gradients),
                    leaves: pick(kept, pass.leaves),
                };
            }) };
        });
    }""",
    "loop": """async (settings) => {
        const { PROGRAMS, run } = await import("/assets/figures/loop-figure.js");
        const { rides } = await import("/assets/figures/rides.js");
        return settings.map(({ program, passes, lines, ...options }) => {
            const s = run(rides, PROGRAMS[program], options, passes, lines);
            const [slope_w, slope_b] = s.slopes ?? [null, null];
            return { after: { w: s.w, b: s.b, loss: s.loss, slope_w, slope_b, error: s.error } };
        });
    }""",
    "broadcast": """async (settings) => {
        const { compute, LINES } = await import("/assets/figures/broadcast-figure.js");
        return settings.map(({ a, b, line, values = {} }) => {
            const result = compute(a, b, LINES[line]);
            if (result.error) return { error: result.error };
            const picked = Object.keys(values).map((i) => [i, result.values[i]]);
            return {
                shape: result.shape, loss: result.loss, values: Object.fromEntries(picked),
            };
        });
    }""",
}

COMPUTED = {
    "line": ["slopes", "places", "lowest", "least", "bends", "bound"],
    "graph": ["passes"],
    "loop": ["after"],
    "broadcast": ["error", "shape", "loss", "values"],
}


def worst(shown: Any, torch_says: Any, where: str = "") -> tuple[float, str]:
    """The largest relative difference of two structures, and where it is."""
    if isinstance(torch_says, dict):
        assert isinstance(shown, dict), where
        assert shown.keys() == torch_says.keys(), where
        pairs = [(shown[key], torch_says[key], f"{where}.{key}") for key in shown]
    elif isinstance(torch_says, list):
        assert len(shown) == len(torch_says), where
        pairs = [(a, b, f"{where}[{i}]") for i, (a, b) in enumerate(zip(shown, torch_says))]  # noqa: B905
    elif isinstance(torch_says, float):
        assert isinstance(shown, float), where
        assert math.isfinite(shown), where
        assert math.isfinite(torch_says), where
        if shown == torch_says:
            return 0.0, where
        return (abs(shown / torch_says - 1) if torch_says else math.inf), where
    else:
        assert shown == torch_says, where
        return 0.0, where
    return max((worst(*pair) for pair in pairs), default=(0.0, where))


@pytest.mark.parametrize("name", parity.FIXTURES)
def test_fixture_is_fresh(name: str, request: pytest.FixtureRequest) -> None:
    """The fixture says what torch says today; `--accept` writes it."""
    path = FIXTURES / f"{name}.json"
    now = json.loads(json.dumps(parity.FIXTURES[name]()))
    if request.config.getoption("--accept"):
        lines = ",\n".join(json.dumps(setting) for setting in now)
        path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    then = json.loads(path.read_text(encoding="utf-8"))
    assert len(then) >= 50
    # Another processor may add in another order.
    assert worst(then, now)[0] <= 1e-11


def test_rides_are_fresh(request: pytest.FixtureRequest) -> None:
    """The figures draw the rides of `make_line`, to the last bit."""
    if request.config.getoption("--accept"):
        RIDES.write_text(parity.rides(), encoding="utf-8")
    assert RIDES.read_text(encoding="utf-8") == parity.rides()


def test_fixtures_hold_what_matters() -> None:
    """Divergence, moved rides, omitted lines, refusals: the random settings hold each."""
    line, loop, broadcast = (
        json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("line", "loop", "broadcast")
    )
    flown = [s for s in line if s["diverges"] and s["places"][str(s["n"])][2] > 1e6]
    assert len(flown) >= 3
    assert sum(not s["diverges"] and s["n"] > 0 for s in line) >= 10
    assert sum(bool(s["moved"]) for s in line) >= 10
    assert sum(not s["zero"] and s["passes"] > 1 for s in loop) >= 5
    assert sum(s["after"]["error"] is not None for s in loop) >= 3
    assert sum("error" in s for s in broadcast) >= 10


@pytest.mark.parametrize("name", parity.FIXTURES)
def test_parity(name: str, gallery: Any, record_property: Any) -> None:
    """What the figure computes in the browser is what torch computed in float64."""
    settings = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    page = gallery.open()
    shown = page.evaluate(REPLAY[name], settings)
    expected = [{key: s[key] for key in COMPUTED[name] if key in s} for s in settings]
    if name == "graph":
        for setting in expected:
            for passed in setting["passes"]:
                del passed["inputs"]
    # JSON in the browser knows one kind of number.
    error, where = worst(_floats(shown), _floats(expected))
    record_property(f"parity of {name}", f"worst relative error {error:.1e}")
    assert error <= TOLERANCE, where


def _floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_floats(part) for part in value]
    return float(value) if isinstance(value, int) else value
