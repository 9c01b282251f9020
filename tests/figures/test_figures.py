"""The figures can be held: by mouse, finger and keyboard, by ear, on paper, by a link."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe

from linreg import make_line
from tests.support.gallery import ASSETS, NAMES, Gallery, html

EVERY = [
    'line name="simple" parts="line"',
    'line name="loss" parts="line map"',
    *NAMES,
    'graph graph="chain" name="chain"',
    'loop loop="optimizer" name="sgd"',
]
BUDGET = 40_000
DATA = make_line()
X, Y = DATA.features.double(), DATA.target.double()


def state(page: Any, figure: str = "line") -> dict[str, Any]:
    result: dict[str, Any] = page.evaluate(
        "(tag) => document.querySelector(tag).state", f"{figure}-figure"
    )
    return result


def said(page: Any, figure: str = "line") -> str:
    page.wait_for_timeout(250)
    return str(page.locator(f"{figure}-figure .say").text_content())


def middle(locator: Any) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def handle(page: Any, label: str) -> Any:
    return page.locator(f"line-figure [role=slider][aria-label^='{label}']")


def drag(page: Any, start: tuple[float, float], right: float, down: float) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + right / 2, start[1] + down / 2)
    page.mouse.move(start[0] + right, start[1] + down)
    page.mouse.up()


def touch(page: Any, start: tuple[float, float], right: float, down: float) -> None:
    client = page.context.new_cdp_session(page)
    for part in range(6):
        point = {"x": start[0] + right * part / 5, "y": start[1] + down * part / 5}
        client.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove" if part else "touchStart", "touchPoints": [point]},
        )
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def mse(w: float, b: float, y: torch.Tensor = Y) -> float:
    return torch.nn.functional.mse_loss(w * X + b, y).item()


# line ------------------------------------------------------------------------------------------


def test_line_shows_the_loss_that_torch_computes(gallery: Gallery) -> None:
    """The readout is the mean squared error of the line that is drawn."""
    page = gallery.open("line")
    assert page.locator("#loss").text_content() == f"{mse(1.5, 1.5):.4f}"
    page = gallery.open("line", state="?line=w:2,b:1")
    assert page.locator("#loss").text_content() == f"{mse(2, 1):.4f}"


@pytest.mark.parametrize(
    ("label", "right", "down", "moves"),
    [
        ("Bias", 0, -40, lambda now: now["b"] > 1.7 and now["w"] == 1.5),
        ("Weight", 0, -40, lambda now: now["w"] > 1.7 and now["b"] == 1.5),
        ("The line", 40, 30, lambda now: now["w"] > 1.7 and now["b"] < 1.3),
    ],
)
@pytest.mark.parametrize("finger", [False, True])
def test_line_handles_are_dragged(
    gallery: Gallery, label: str, right: int, down: int, moves: Callable[[Any], bool], finger: bool
) -> None:
    """Mouse or finger on b, on w, or on the map moves that, and the page stays where it is."""
    page = gallery.open("line", width=390 if finger else 1440, has_touch=finger)
    start = middle(handle(page, label).locator(".knob"))
    (touch if finger else drag)(page, start, right, down)
    now = state(page)
    assert moves(now), now
    assert page.locator("#loss").text_content() == f"{mse(now['w'], now['b']):.4f}"
    assert page.evaluate("scrollY") == 0


def test_line_itself_is_dragged(gallery: Gallery) -> None:
    """Grabbed between its ends, the line moves up and down without turning."""
    page = gallery.open("line", state="?line=w:2,b:-0.5")
    (left, top), (right, bottom) = (
        middle(handle(page, label).locator(".knob")) for label in ("Bias", "Weight")
    )
    grip = (0.25 * left + 0.75 * right, 0.25 * top + 0.75 * bottom)
    drag(page, grip, 0, -50)
    now = state(page)
    assert now["w"] == 2
    assert now["b"] > 0


def test_line_a_ride_is_dragged(gallery: Gallery) -> None:
    """A ride that is moved changes the loss, and where the least loss is."""
    page = gallery.open("line", state="?line=w:0,b:0")
    place = page.evaluate(
        """() => {
            const figure = document.querySelector("line-figure");
            const { x, y } = figure.moved;
            const plot = figure.rides;
            const box = plot.svg.getBoundingClientRect();
            return [box.left + plot.px(x[0]), box.top + plot.py(y[0])];
        }"""
    )
    drag(page, tuple(place), 0, -60)
    moved = state(page)["y0"]
    assert moved > Y[0].item() + 0.5
    y = Y.clone()
    y[0] = moved
    assert page.locator("#loss").text_content() == f"{mse(0, 0, y):.4f}"
    assert f"y0:{moved:g}" in wait_for_link(page)


def test_line_map_is_clicked(gallery: Gallery) -> None:
    """A click on the map puts the line there."""
    page = gallery.open("line")
    x, y = middle(page.locator(".map"))
    page.mouse.click(x + 30, y - 20)
    assert state(page)["w"] > 2
    assert state(page)["n"] == 0


def test_line_keyboard(gallery: Gallery) -> None:
    """Tab reaches each handle, the arrows move it, and it says its value."""
    page = gallery.open("line")
    expected = {
        "Bias": {"b": 1.55},
        "Weight": {"w": 1.55},
        "The line": {"b": 1.6},
        "A ride": {"y0": round(Y[0].item() + 0.1, 2)},
    }
    reached = []
    for _ in range(10):
        page.keyboard.press("Tab")
        label = page.evaluate(
            "document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label')"
        )
        for start, changes in expected.items():
            if label and label.startswith(start):
                before = handle(page, start).get_attribute("aria-valuetext")
                page.keyboard.press("ArrowUp")
                assert state(page) | changes == state(page), label
                assert handle(page, start).get_attribute("aria-valuetext") != before
                reached.append(start)
    assert sorted(reached) == sorted(expected)
    handle(page, "The line").focus()
    page.keyboard.press("Shift+ArrowRight")
    assert state(page)["w"] == 2.05
    handle(page, "A ride").focus()
    page.keyboard.press("ArrowRight")
    assert "ride 1:" not in handle(page, "A ride").get_attribute("aria-valuetext")


def test_line_descends(gallery: Gallery) -> None:
    """Steps go on from here, as `torch.optim.SGD` goes."""
    page = gallery.open("line", state="?line=w:0,b:0", reduced_motion="reduce")
    page.locator("#s10").click()
    page.locator("#s1").click()
    W = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([W, b], lr=0.1)
    for _ in range(11):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(X @ W + b, Y).backward()
        optimizer.step()
    assert state(page)["n"] == 11
    assert page.locator("#loss").text_content() == f"{mse(W.item(), b.item()):.4f}"
    page.locator("#s100").click()
    assert state(page)["n"] == 111


@pytest.mark.parametrize(("rate", "flies"), [("0.465", False), ("0.475", True)])
def test_line_flies_apart_above_the_bound(gallery: Gallery, rate: str, flies: bool) -> None:
    """Below the mark on the slider descent comes down, above it the path leaves the picture."""
    page = gallery.open("line", state="?line=w:0,b:0", reduced_motion="reduce")
    assert "0.468" in page.locator(".mark").text_content()
    page.locator("#lr").fill(rate)
    for _ in range(3):
        page.locator("#s100").click()
    x, y = page.evaluate("document.querySelector('line-figure').here")
    assert (abs(x) + abs(y) > 100) == flies
    assert ("higher than the one before" in said(page)) == flies
    assert ("away" in handle(page, "The line").get_attribute("class")) == flies


def test_line_squares(gallery: Gallery) -> None:
    """The squares can be shown: one for each ride, and one that is their mean."""
    page = gallery.open("line")
    assert page.locator(".squares rect").count() == 0
    page.locator("label", has_text="squares").click()
    assert page.locator(".squares rect").count() == 101


def test_line_parts(gallery: Gallery) -> None:
    """Before gradients are known, the figure holds the line alone."""
    page = gallery.open('line parts="line"')
    assert page.locator(".map").is_hidden()
    assert page.locator("#s10").is_hidden()
    assert page.locator(".rides").is_visible()
    page = gallery.open('line parts="line map"')
    assert page.locator(".map").is_visible()
    assert page.locator("#s10").is_hidden()
    assert "slope" not in said(page)


# graph -----------------------------------------------------------------------------------------


def test_graph_steps_forward_and_back(gallery: Gallery) -> None:
    """Node by node the values appear, then the gradients, and they are torch's."""
    page = gallery.open("graph")
    assert page.locator("#v-p").text_content() == "·"
    page.locator("#step").click()
    assert page.locator("#v-p").text_content() == "3"
    assert "MulBackward0" in said(page, "graph")
    page.locator("#forward").click()
    page.wait_for_function("document.querySelector('graph-figure').state.t === 4")
    assert page.locator("#v-loss").text_content() == "0.25"
    assert page.locator("#g-w").text_content() == "grad None"
    for _ in range(5):
        page.locator("#step").click()
    w, b = (torch.tensor(1.5, requires_grad=True) for _ in "wb")
    ((w * 2 + b - 5) ** 2).backward()
    assert page.locator("#g-w").text_content() == f"grad −{abs(w.grad.item()):g}"
    assert page.locator("#g-b").text_content() == f"grad −{abs(b.grad.item()):g}"
    assert page.locator("#step").is_disabled()


def test_graph_second_backward_adds_up(gallery: Gallery) -> None:
    """A second backward adds to the first, and clearing begins anew."""
    page = gallery.open('graph graph="chain"', reduced_motion="reduce")
    backward = page.get_by_role("button", name="d.backward()")
    for expected in ("grad −8", "grad −16", "grad −24"):
        backward.click()
        assert page.locator("#g-a").text_content() == expected
    assert "−16 from before, and −8 added" in said(page, "graph")
    page.get_by_role("button", name="a.grad = None").click()
    assert page.locator("#g-a").text_content() == "grad None"
    backward.click()
    assert page.locator("#g-a").text_content() == "grad −8"


def test_graph_input_changes_both_passes(gallery: Gallery) -> None:
    """An edited input changes every value and every gradient at once."""
    page = gallery.open("graph", reduced_motion="reduce")
    page.get_by_role("button", name="loss.backward()").click()
    page.get_by_label("value of y").fill("3")
    assert page.locator("#v-loss").text_content() == "2.25"
    assert page.locator("#g-w").text_content() == "grad 6"
    page.get_by_label("value of x").fill("")
    assert page.locator("#v-p").text_content() == "3"


# loop ------------------------------------------------------------------------------------------


def test_loop_goes_line_by_line(gallery: Gallery) -> None:
    """Each line shows which tensors it changes, and their values are torch's."""
    page = gallery.open("loop")
    changed = []
    for _ in range(8):
        page.locator("#line").click()
        rows = page.locator("tr.changed th").all_text_contents()
        changed.append([row.strip() for row in rows])
    grads = ["W.grad", "b.grad"]
    assert changed == [[], ["y_hat"], ["loss"], grads, grads, [], ["W"], ["b"]]
    assert page.locator("#row-W td").last.text_content() == "0.7072"
    assert page.locator("#row-loss td").last.text_content() == f"{mse(0, 0):.4f}"
    page.locator("#line").click()
    assert page.locator("#row-step td").last.text_content() == "1"


def test_loop_without_no_grad_is_refused(gallery: Gallery) -> None:
    """The error is the one that torch raises."""
    W = torch.zeros(1, 1, requires_grad=True)
    with pytest.raises(RuntimeError) as raised:
        W -= 0.1 * W
    page = gallery.open("loop")
    page.get_by_label("Run this line: with torch.no_grad()").uncheck()
    page.locator("#pass").click()
    assert page.locator("#fault").text_content() == f"RuntimeError: {raised.value}"
    assert page.locator("#line").is_disabled()
    assert str(raised.value) in said(page, "loop")
    page.get_by_label("Run this line: with torch.no_grad()").check()
    assert page.locator("#fault").text_content() == ""
    assert page.locator("#line").is_enabled()


@pytest.mark.parametrize("figure", ["loop", 'loop loop="optimizer"'])
def test_loop_without_zero_grad_piles_up(gallery: Gallery, figure: str) -> None:
    """Without clearing, the gradients add up, and the loop is at its start again and again."""
    page = gallery.open(figure, state="?loop=p:18,l:8")
    right = float(page.locator("#row-loss td").last.text_content())
    page.locator("li input").first.uncheck()
    wrong = float(page.locator("#row-loss td").last.text_content())
    assert right < 0.2
    assert wrong > 5
    assert "adds to the last" in said(page, "loop")


def test_loop_plays_and_pauses(gallery: Gallery) -> None:
    """Play goes on by itself until it is paused."""
    page = gallery.open("loop")
    page.locator("#play").click()
    page.wait_for_function("document.querySelector('loop-figure').state.p >= 2", timeout=15000)
    page.locator("#play").click()
    paused = state(page, "loop")
    page.wait_for_timeout(500)
    assert state(page, "loop") == paused


@pytest.mark.parametrize("name", ["loop", "idiomatic"])
def test_loop_lines_are_the_chapters(name: str, gallery: Gallery) -> None:
    """The figure's lines are lines of the chapter's example."""
    example = Path(__file__).parents[2] / "examples" / "learn" / f"{name}.py"
    page = gallery.open("loop" if name == "loop" else 'loop loop="optimizer"')
    written = {re.sub(r"\s+", "", line) for line in example.read_text("utf-8").splitlines()}
    shown = page.locator("li code").all_text_contents()
    assert [line for line in shown if re.sub(r"\s+", "", line) not in written] == []


# broadcast -------------------------------------------------------------------------------------


def test_broadcast_shows_the_famous_bug(gallery: Gallery) -> None:
    """A column minus a flat target: a square table, and torch's wrong loss beside the right one."""
    page = gallery.open("broadcast")
    page.get_by_role("button", name="(100, 1) − (100,)").click()
    predicted = 1.5 * X + 1.5
    wrong = ((predicted - Y.flatten()) ** 2).mean().item()
    text = page.locator("#verdict").text_content()
    assert "10000 squares" in text
    assert f"{wrong:.4f}" in text
    assert f"{mse(1.5, 1.5):.4f}" in text
    assert page.locator(".align tr").last.locator("td").all_text_contents() == ["100", "100"]
    page.get_by_label("predicts").select_option("first")
    assert "by the luck of a flat line" in page.locator("#verdict").text_content()


def test_broadcast_names_torchs_error(gallery: Gallery) -> None:
    """Shapes that do not fit show the text that torch raises."""
    page = gallery.open("broadcast")
    page.get_by_label("shape of a").fill("(2, 3)")
    page.get_by_label("shape of b").fill("3, 2")
    with pytest.raises(RuntimeError) as raised:
        torch.zeros(2, 3) - torch.zeros(3, 2)
    assert page.locator("#verdict").text_content() == f"RuntimeError: {raised.value}"
    page.get_by_label("shape of b").fill("banana")
    assert page.get_by_label("shape of b").get_attribute("aria-invalid") == "true"
    assert state(page, "broadcast")["b"] == "3x2"


def test_broadcast_pairs_by_mouse_and_keyboard(gallery: Gallery) -> None:
    """The picked cell says which prediction meets which price."""
    page = gallery.open("broadcast")
    grid = page.get_by_role("slider", name="An element of a − b")
    grid.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert state(page, "broadcast")["at"] == 14
    value = grid.get_attribute("aria-valuetext")
    difference = (1.5 * X[2] + 1.5 - Y[2]).item()
    assert "ride 3 is predicted" in value
    assert "ride 3 cost" in value
    assert f"{abs(difference):.2f}" in value
    box = page.locator("broadcast-figure .cursor").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 4)
    assert state(page, "broadcast")["at"] == 5


# all -------------------------------------------------------------------------------------------


def wait_for_link(page: Any) -> str:
    page.wait_for_timeout(250)
    return str(page.evaluate("location.search + location.hash"))


def test_state_goes_into_the_url_and_back(gallery: Gallery) -> None:
    """A link holds the state of each figure, beside other parameters and the anchor."""
    page = gallery.open(*NAMES, state="?q=line&line=w:2,lr:0.2#after")
    assert state(page)["w"] == 2
    assert state(page)["lr"] == 0.2
    handle(page, "Bias").focus()
    page.keyboard.press("ArrowUp")
    page.locator("graph-figure #step").click()
    page.locator("loop-figure #pass").click()
    page.get_by_label("shape of b").fill("2, 6")
    link = wait_for_link(page)
    for part in ("q=line", "line=w:2,b:1.55,lr:0.2", "graph=t:1", "loop=l:8", "broadcast=b:2x6"):
        assert part in link
    assert link.endswith("#after")
    before = [state(page, name) for name in NAMES]
    page.reload(wait_until="load")
    assert [state(page, name) for name in NAMES] == before
    assert wait_for_link(page) == link


def test_start_again_leaves_no_trace(gallery: Gallery) -> None:
    """Starting again gives the figure of the page, and the address of the page."""
    page = gallery.open("line", "loop", state="?line=w:2,n:3&loop=p:4")
    page.locator("line-figure #reset").click()
    page.locator("loop-figure #reset").click()
    assert state(page)["w"] == 1.5
    assert wait_for_link(page) == ""


def test_page_sets_the_start(gallery: Gallery) -> None:
    """The page's own start is a default: the address overrides it, and does not repeat it."""
    page = gallery.open('line state="w:0,b:0"')
    assert (state(page)["w"], state(page)["b"]) == (0, 0)
    page.locator("#s1").click()
    assert wait_for_link(page) == "?line=n:1"


@pytest.mark.parametrize(
    "link",
    [
        "?line=w:banana,b:,lr:1e99,n:-5,squares:7,y999:1,toString:1,w&graph=t:x&loop=p:1.5,zero:2",
        "?broadcast=a:0,b:1x1x1x1&line=%3Cimg%20src=x%20onerror=alert(1)%3E:1&graph=w:NaN,kept_w:",
        "?line=w:Infinity,b:-1e9&loop=lr:99,l:99&broadcast=a:100x100,b:100x100x100",
    ],
)
def test_nonsense_in_the_url_is_survived(gallery: Gallery, link: str) -> None:
    """Whatever the address says, the figures show something finite."""
    page = gallery.open(*NAMES, state=link)
    for name in NAMES:
        values = [v for v in state(page, name).values() if isinstance(v, int | float)]
        assert all(abs(v) <= 1e9 for v in values)
        assert said(page, name)
    assert "nan" not in page.locator("#loss").text_content()


def test_live_text_follows(gallery: Gallery) -> None:
    """The polite text says the new state, once, after it has settled."""
    page = gallery.open("line", reduced_motion="reduce")
    say = page.locator(".say")
    assert say.get_attribute("aria-live") == "polite"
    assert f"{mse(1.5, 1.5):.4f}" in said(page)
    page.locator("#s10").click()
    assert said(page).startswith("After 10 steps at learning rate 0.1")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_reduced_motion(gallery: Gallery, motion: str) -> None:
    """A hundred steps are walked through, or taken at once where motion is unwanted."""
    page = gallery.open("line", "graph", state="?line=w:0,b:0", reduced_motion=motion)
    at_once = page.evaluate(
        """() => {
            const [line, graph] = document.querySelectorAll("line-figure, graph-figure");
            line.find("#s100").click();
            graph.find("#forward").click();
            return [line.state.n, graph.state.t];
        }"""
    )
    assert at_once == ([100, 4] if motion == "reduce" else [0, 0])
    page.wait_for_function("document.querySelector('line-figure').state.n === 100")


@pytest.mark.parametrize("figure", NAMES)
def test_print_shows_the_still(gallery: Gallery, figure: str) -> None:
    """On paper the picture of the page stands in the place of the figure."""
    page = gallery.open(figure)
    image, live = page.locator("img"), page.locator(".live")
    assert (image.is_visible(), live.is_visible()) == (False, True)
    page.emulate_media(media="print")
    assert (image.is_visible(), live.is_visible()) == (True, False)
    gap = page.locator("#after").bounding_box()["y"] - image.bounding_box()["y"]
    assert gap < image.bounding_box()["height"] + 120


@pytest.mark.parametrize("figure", NAMES)
def test_without_scripts_the_still_stands(gallery: Gallery, figure: str) -> None:
    """Where scripts do not run, the picture is there, and no hole under it."""
    page = gallery.open(figure, java_script_enabled=False)
    image = page.locator("img").bounding_box()
    assert image["height"] > 200
    after = page.locator("figcaption").bounding_box()["y"]
    assert after - image["y"] - image["height"] < 60


@pytest.mark.parametrize("width", [360, 390, 768, 1440])
def test_nothing_moves_as_figures_wake(gallery: Gallery, width: int) -> None:
    """The room is kept: what follows a figure does not move, and nothing scrolls sideways."""
    page = gallery.open(width=width)
    path = page.url.removeprefix(gallery.address)
    gallery.pages[path] = html(*EVERY)
    page.add_init_script(
        """window.shifts = 0;
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shifts += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    tops = """async () => {
        await document.fonts.ready;
        const places = document.querySelectorAll("figure, #after");
        return [...places].map((e) => e.getBoundingClientRect().top);
    }"""
    page.route("**/figures/*.js", lambda route: route.abort())
    page.goto(page.url, wait_until="load")
    asleep = page.evaluate(tops)
    gallery.complaints.clear()
    page.unroute("**/figures/*.js")
    page.goto(page.url, wait_until="load")
    page.wait_for_timeout(200)
    assert page.evaluate(tops) == pytest.approx(asleep, abs=1)
    assert page.evaluate("shifts") <= 0.02
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("figure", "link"),
    [
        ("line", "?line=w:-3,b:8,n:100,lr:0.6,squares:1"),
        ("graph", "?graph=t:9,w:-98.75,x:-98.75,kept_w:-12345.678"),
        ("loop", "?loop=p:50,l:7,lr:0.6,zero:0"),
        ("loop", "?loop=p:0,l:8,nograd:0"),
        ("broadcast", "?broadcast=a:3x4x1,b:5,line:true"),
        ("broadcast", "?broadcast=a:7x2,b:3x4"),
    ],
)
@pytest.mark.parametrize("width", [360, 1440])
def test_every_state_fits_its_room(gallery: Gallery, figure: str, link: str, width: int) -> None:
    """Long numbers and long texts stay inside the room that was kept."""
    page = gallery.open(figure, width=width)
    room = page.locator(f"{figure}-figure").bounding_box()["height"]
    page.goto(page.url + link, wait_until="load")
    page.wait_for_timeout(250)
    assert page.locator(f"{figure}-figure").bounding_box()["height"] <= room + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("figure", EVERY)
def test_targets_are_large_enough(gallery: Gallery, figure: str) -> None:
    """Whatever can be pressed is at least 24 px wide and high, on a phone."""
    page = gallery.open(figure, width=360)
    for target in page.locator("button, input, select, label, [role=slider]").all():
        if not target.is_visible():
            continue
        inside_label = target.evaluate(
            "(e) => Boolean(e.closest('label')) && e.type === 'checkbox'"
        )
        box = target.bounding_box()
        assert inside_label or min(box["width"], box["height"]) >= 24, target.evaluate(
            "(e) => e.outerHTML"
        )


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(gallery: Gallery, dark: bool, width: int) -> None:
    """No violation of any impact, in either scheme, on a phone or a desk."""
    axe = Axe()
    page = gallery.open(*EVERY, dark=dark, width=width, state="?graph=t:9&loop=l:8,nograd:0")
    violations = axe.run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in violations] == []


def test_weight() -> None:
    """All figures together, compressed, are within the budget of a page."""
    sizes = {
        path.name: len(gzip.compress(path.read_bytes(), 9, mtime=0))
        for path in sorted((ASSETS / "figures").iterdir())
    }
    print(sizes)
    assert sum(sizes.values()) <= BUDGET


def test_removed_and_put_back(gallery: Gallery) -> None:
    """Instant navigation takes a figure out and puts one in: it comes alive again, as it was."""
    page = gallery.open("line")
    handle(page, "Bias").focus()
    page.keyboard.press("ArrowUp")
    page.evaluate(
        """() => {
            const figure = document.querySelector("line-figure");
            const place = figure.parentElement;
            figure.remove();
            place.append(figure);
        }"""
    )
    handle(page, "Bias").focus()
    page.keyboard.press("ArrowUp")
    assert state(page)["b"] in (1.55, 1.6)
    assert page.locator("line-figure .live").count() == 1
