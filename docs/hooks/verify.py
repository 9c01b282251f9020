"""Run every claim of a page, top to bottom, in one namespace: a parser for sybil."""

import contextlib
import doctest
import importlib.metadata
import io
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import outputs
import pages
import proof
from pages import Block, Guard, Page
from sybil import Document, Example, Region

Namespace = dict[str, Any]
Check = Callable[[Namespace], str | None]


class Verifier:
    """Turns a page into sybil regions; each evaluates to None, or to what is wrong."""

    def __init__(self, root: Path, *, accept: bool = False, seeds: int = 1) -> None:
        self.root, self.accept = root, accept
        self.seeds = seeds
        """Under how many seeds of noise each page runs again."""
        self.changed: list[str] = []
        """What `--accept` wrote or deleted."""
        self.ran: dict[Path, proof.Counts] = {}
        """What each page that was read claims to run and to show."""
        self.unproven: Counter[Path] = Counter()
        """How many checks of a page have not passed, or not yet."""
        self._stems: set[Path] = set()
        self._seed = 0
        """The seed of the noise under which a page runs again; 0 while there is none."""
        self._taken: dict[Path, str] = {}
        """What `--accept` writes of the page at hand, if noise leaves it as it is."""
        self._replayed: set[Path] = set()
        """The outputs of the page that came out the same under noise."""

    def __call__(self, document: Document) -> Iterable[Region]:
        """Every check of one page, in the order in which a reader meets them."""
        path = Path(document.path).relative_to(self.root)
        page = pages.parse(self.root, path, document.text)
        self._stems.add(page.stem)
        document.namespace["__name__"] = ".".join(("examples", *page.stem.parts))
        checks: list[tuple[int, int, Check]] = []
        faults = page.problems + ([] if self.accept else page.missing)
        checks += [(fault.line, 0, _say(str(fault))) for fault in faults]
        if not page.problems:
            claims = [(block.line, 0, self._run(page, block)) for block in page.blocks]
            claims += [
                (guard.line, guard.column, self._guard(page, guard)) for guard in page.guards
            ]
            claims.sort(key=lambda claim: claim[:2])
            if claims:
                replay = self._under_noise(page, [check for _, _, check in claims])
                claims.append((claims[-1][0], sys.maxsize, replay))
            checks += claims
            if page.blocks or self._exists(page.code_file):
                last = page.blocks[-1].line if page.blocks else 1
                checks.append((last, sys.maxsize, self._code(page)))
            if page.inline_code:  # of which some stands in outputs, once these are accepted
                last = max(page.inline_code[-1][0], *(line for line, _, _ in checks), 0)
                checks.append((last, sys.maxsize, self._inline_code(page)))
            if page.formulas or self._exists(page.formulas_file):
                last = page.formulas[-1].line if page.formulas else 1
                checks.append((last, sys.maxsize, self._formulas(page)))
        self.ran[path] = proof.count(page)
        self.unproven[path] = len(checks)
        return _regions(document, [(a, b, self._noting(path, check)) for a, b, check in checks])

    def _noting(self, path: Path, check: Check) -> Check:
        def noting(namespace: Namespace) -> str | None:
            fault = check(namespace)
            self.unproven[path] -= not fault
            return fault

        return noting

    def _exists(self, path: Path) -> bool:
        return (self.root / path).exists()

    # One check of each kind --------------------------------------------------------------------

    def _run(self, page: Page, block: Block) -> Check:
        run = self._session if block.kind == "session" else self._block

        return lambda namespace: run(page, block, namespace)

    def _block(self, page: Page, block: Block, namespace: Namespace) -> str | None:
        name = f"section {block.section!r}" if block.section else "check"
        where = f"{page.path}:{block.line}: {name} ({block.origin}:{block.origin_line})"
        stdout, drawn = io.StringIO(), _drawn()
        drawn.clear()
        try:
            source = "\n" * (block.origin_line - 1) + block.code
            code = compile(source, (self.root / block.origin).as_posix(), "exec")
            with contextlib.redirect_stdout(stdout):
                exec(code, namespace)
        except Exception as error:
            return f"{where} raised {_trace(error, self.root / block.origin, self.root)}"
        if block.kind == "check":
            return f"{where} prints or draws" if stdout.getvalue() or drawn else None
        return self._compare_text(page, block, stdout.getvalue()) or self._compare_figure(
            page, block, drawn
        )

    def _compare_text(self, page: Page, block: Block, printed: str) -> str | None:
        where = f"{page.path}:{block.line}: section {block.section!r}"
        printed = "".join(line.rstrip() + "\n" for line in printed.splitlines())
        if not block.shown:
            return f"{where} prints, and the page does not show it:\n{printed}" if printed else None
        if not printed:
            return f"{where} prints nothing, yet the page shows {block.shown}: an orphan"
        shown = self._read(block.shown)
        if self._takes(block.shown, printed, shown == printed):
            return None
        return (
            f"{where} ({block.origin}:{block.origin_line}) does not print what the page shows "
            f"({block.shown}):\n{outputs.diff(shown, printed)}"
        )

    def _compare_figure(self, page: Page, block: Block, drawn: list[str]) -> str | None:
        where = f"{page.path}:{block.line}: section {block.section!r}"
        if len(drawn) > 1:
            return f"{where} draws {len(drawn)} figures: one a section"
        if _left_open():
            return f"{where} makes a figure without showing it: end with plt.show()"
        if not block.figure:
            return f"{where} draws a figure that the page does not show" if drawn else None
        if not drawn:
            return f"{where} draws nothing, yet the page shows {block.figure}: an orphan"
        shown = self._read(block.figure)
        if self._takes(block.figure, drawn[0], outputs.same_figure(shown, drawn[0])):
            return None
        return (
            f"{where} ({block.origin}:{block.origin_line}) does not draw what the page shows "
            f"({block.figure}):\n{outputs.diff(shown, drawn[0])[:2000]}"
        )

    def _session(self, page: Page, block: Block, namespace: Namespace) -> str | None:
        test = doctest.DocTestParser().get_doctest(
            block.code, {}, page.path.as_posix(), page.path.as_posix(), block.origin_line - 1
        )
        test.globs = namespace
        report = io.StringIO()
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
        runner.run(test, out=report.write, clear_globs=False)
        failed = report.getvalue()
        return f"{page.path}:{block.line}: a session went otherwise\n{failed}" if failed else None

    def _guard(self, page: Page, guard: Guard) -> Check:
        where = f"{page.path}:{guard.line}"

        def check(namespace: Namespace) -> str | None:
            scope = {**namespace, "printed": self._printed}
            try:
                value = eval(guard.expression, scope)
                agrees = outputs.agrees(guard.text, value)
            except Exception as error:
                return f"{where}: the guard of {guard.text}, {guard.expression}, raised {error!r}"
            if agrees:
                return None
            return f"{where}: the page says {guard.text}, but {guard.expression} is {value!r}"

        return check

    def _printed(self, section: str) -> list[float]:
        """The numbers in an accepted output: `printed("learn/loss:best")[0]`."""
        stem, _, name = section.partition(":")
        text = self._read(pages.OUT / stem / f"{name}.txt")
        return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)]

    def _code(self, page: Page) -> Check:
        now = page.digests()

        def check(namespace: Namespace) -> str | None:
            kept = self._read(page.code_file).splitlines()
            if kept == now:
                return None
            if self.accept:
                self._write(page.code_file, "".join(f"{line}\n" for line in now))
                return None
            changed = [b for b, line in zip(page.blocks, now, strict=True) if line not in kept]
            where, what = f"{page.path}:1:", "code that was accepted is gone, or stands elsewhere"
            if changed:
                block = changed[0]
                name = f"section {block.section!r}" if block.section else block.kind
                where = f"{page.path}:{block.line}: {name} ({block.origin}:{block.origin_line})"
                what = "is not the code that was accepted"
            return f"{where} {what}; if it should change, run pytest --accept"

        return check

    def _formulas(self, page: Page) -> Check:
        now = "".join(re.sub(r"\s+", " ", formula.tex) + "\n" for formula in page.formulas)

        def check(namespace: Namespace) -> str | None:
            shown = self._read(page.formulas_file)
            if shown == now:
                return None
            if self.accept:
                self._write(page.formulas_file, now)
                return None
            kept = shown.splitlines()
            changed = [f for f in page.formulas if re.sub(r"\s+", " ", f.tex) not in kept]
            line = (changed or page.formulas)[0].line if page.formulas else 1
            return (
                f"{page.path}:{line}: the formulas are not the accepted ones; if they should "
                f"change, run pytest --accept:\n{outputs.diff(shown, now)}"
            )

        return check

    def _inline_code(self, page: Page) -> Check:
        def check(namespace: Namespace) -> str | None:
            return "\n".join(map(str, pages.unclaimed_code(self.root, page))) or None

        return check

    # The same under noise ----------------------------------------------------------------------

    def _under_noise(self, page: Page, claims: list[Check]) -> Check:
        """Run the page again as other processors might, and take what comes out the same."""

        def check(namespace: Namespace) -> str | None:
            from noise import noise  # torch, which only pages need

            fault = None
            for seed in range(1, self.seeds + 1):
                self._replayed, self._seed = set(), seed
                with noise(seed):
                    fresh = {"__name__": namespace["__name__"]}
                    faults = list(filter(None, (claim(fresh) for claim in claims)))
                self._seed = 0
                _left_open()
                if faults:
                    fault = (
                        f"{faults[0]}\nThis is under noise (seed {seed}), as another processor may "
                        "round: show fewer digits, or say what is certain"
                    )
                    break
            for path, text in self._taken.items():
                if path in self._replayed:
                    self._write(path, text)
            self._taken.clear()
            return fault

        return check

    # Accepted files ----------------------------------------------------------------------------

    def _takes(self, path: Path, text: str, agrees: bool) -> bool:
        """Whether what a section made is what is shown, or is now taken in its place."""
        if self._seed:
            self._replayed |= {path} if agrees else set()
        elif self.accept and not agrees:
            self._taken[path] = text
            return True
        return agrees

    def _read(self, path: Path) -> str:
        if path in self._taken:
            return self._taken[path]
        return (self.root / path).read_text(encoding="utf-8") if self._exists(path) else ""

    def _write(self, path: Path, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")
        self.changed.append(f"accepted {path}")

    def report(self) -> dict[str, tuple[proof.Counts, int]]:
        """What this process has read and run of each page, for one that puts it together."""
        return {str(path): (said, self.unproven[path]) for path, said in self.ran.items()}

    def hear(self, report: dict[str, tuple[proof.Counts, int]]) -> None:
        """Put together what another process reports; each page ran in one of them."""
        for name, (said, unproven) in report.items():
            path = Path(name)
            left = self.unproven[path] if path in self.ran else unproven
            self.ran[path], self.unproven[path] = said, min(left, unproven)

    def prove(self) -> None:
        """After a run: write down which pages are proven, in full and on which torch."""
        if self.ran:
            proven = {path: said for path, said in self.ran.items() if not self.unproven[path]}
            proof.write(self.root, self.ran, proven, importlib.metadata.version("torch"))

    def finish(self) -> None:
        """After an accepting run: delete the orphans.

        A run of some pages leaves the outputs of the others alone.
        """
        others = {p.relative_to(pages.PAGES).with_suffix("") for p in pages.find(self.root)}
        others -= self._stems
        for path in pages.orphans(self.root):
            if path.relative_to(pages.OUT).parent not in others:
                (self.root / path).unlink()
                self.changed.append(f"deleted  {path}")


def _drawn() -> list[str]:
    from examples import figures

    return figures.drawn


def _left_open() -> bool:
    if "matplotlib.pyplot" not in sys.modules:
        return False
    import matplotlib.pyplot as plt

    open_figures = bool(plt.get_fignums())
    plt.close("all")
    return open_figures


def _say(message: str) -> Check:
    return lambda namespace: message


def _evaluate(example: Example) -> str | None:
    fault: str | None = example.parsed(example.namespace)
    return fault


def _trace(error: Exception, origin: Path, root: Path) -> str:
    """The error with only the frames of the example, as a reader would see them."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == origin]
    stack = "".join(traceback.format_list(frames)).replace(f"{root.as_posix()}/", "")
    return f"{type(error).__name__}: {error}\n{stack}"


def _regions(document: Document, checks: list[tuple[int, int, Check]]) -> list[Region]:
    """Sybil orders regions by where they stand and wants no two in one place."""
    starts, offset = [0], 0
    for text in document.text.split("\n"):
        offset += len(text) + 1
        starts.append(offset)
    regions, taken = [], -1
    for line, column, check in sorted(checks, key=lambda item: item[:2]):
        width = starts[line] - starts[line - 1] - 1
        start = max(starts[line - 1] + min(column, width), taken + 1)
        taken = start
        regions.append(Region(start, start, check, _evaluate))
    return regions
