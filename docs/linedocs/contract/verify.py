"""Check every claim of a page, top to bottom, in one namespace: a parser for sybil."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from sybil import Document, Example, Region

from linedocs.contract import compare, prose, read, run, tree
from linedocs.contract import edition as shared
from linedocs.contract.page import Block, Guard, Page
from linedocs.contract.run import Namespace, RunError

Check = Callable[[Namespace], str | None]


class Verifier:
    """Turns a page into sybil regions; each evaluates to None, or to what is wrong."""

    def __init__(self, root: Path, *, accept: bool = False, seeds: int = 1) -> None:
        self.root, self.accept = root, accept
        self.seeds = seeds
        """Under how many seeds of noise each page runs again."""
        self.changed: list[str] = []
        """What `--accept` wrote or deleted."""
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
        page = read.page(shared.of(self.root, path), path, document.text)
        self._stems.add(page.stem)
        document.namespace["__name__"] = ".".join(("examples", *page.stem.parts))
        faults = page.problems + ([] if self.accept else page.missing)
        checks = [(fault.line, 0, _say(str(fault))) for fault in faults]
        if not page.problems:
            claims = [(block.line, 0, self._block(page, block)) for block in page.blocks]
            claims += [
                (guard.line, guard.column, self._guard(page, guard)) for guard in page.guards
            ]
            claims.sort(key=lambda claim: claim[:2])
            checks += claims
            last = page.lines
            if claims:
                replay = self._under_noise(page, [check for _, _, check in claims])
                checks.append((last, 0, replay))
            if page.inline_code:
                checks.append((last, 1, lambda _: "\n".join(prose.unclaimed_code(page)) or None))
            if page.formulas or self._read(page.formulas_file):
                checks.append((last, 2, self._formulas(page)))
            if page.blocks or self._read(page.code_file):
                checks.append((last, 3, self._code(page)))
        return _regions(document, checks)

    # One check of each kind --------------------------------------------------------------------

    @staticmethod
    def _place(page: Page, block: Block) -> str:
        name = f"section {block.section!r}" if block.section else block.kind
        return f"{page.path}:{block.line}: {name} ({block.origin}:{block.origin_line})"

    def _block(self, page: Page, block: Block) -> Check:
        where = self._place(page, block)

        def check(namespace: Namespace) -> str | None:
            try:
                if block.kind == "session":
                    run.session(page.path, block, namespace)
                    return None
                printed, drawn = run.code(self.root, block, namespace)
            except RunError as error:
                return f"{where} {error}"
            if block.kind == "check":
                return f"{where} prints or draws" if printed or drawn else None
            fault = self._text(block, printed) or self._figure(block, drawn)
            return f"{where} {fault}" if fault else None

        return check

    def _text(self, block: Block, printed: str) -> str | None:
        if not block.shown:
            return f"prints, and the page does not show it:\n{printed}" if printed else None
        if not printed:
            return f"prints nothing, yet the page shows {block.shown}: an orphan"
        shown = self._read(block.shown)
        if self._takes(block.shown, printed, shown == printed):
            return None
        changes = compare.diff(shown, printed)
        return f"does not print what the page shows ({block.shown}):\n{changes}"

    def _figure(self, block: Block, drawn: list[str]) -> str | None:
        if len(drawn) > 1:
            return f"draws {len(drawn)} figures: one a section"
        if not block.figure:
            return "draws a figure that the page does not show" if drawn else None
        if not drawn:
            return f"draws nothing, yet the page shows {block.figure}: an orphan"
        shown = self._read(block.figure)
        if self._takes(block.figure, drawn[0], compare.same_figure(shown, drawn[0])):
            return None
        changes = compare.diff(shown, drawn[0])[:2000]
        return f"does not draw what the page shows ({block.figure}):\n{changes}"

    def _guard(self, page: Page, guard: Guard) -> Check:
        where = f"{page.path}:{guard.line}"

        def check(namespace: Namespace) -> str | None:
            try:
                value = eval(guard.expression, {**namespace, "printed": self._printed})
                agrees = compare.agrees(guard.text, value)
            except Exception as error:
                return f"{where}: the guard of {guard.text}, {guard.expression}, raised {error!r}"
            if agrees:
                return None
            return f"{where}: the page says {guard.text}, but {guard.expression} is {value!r}"

        return check

    def _printed(self, section: str) -> list[float]:
        """The numbers in an accepted output: `printed("learn/loss:best")[0]`."""
        stem, _, name = section.partition(":")
        text = self._read(shared.accepted(Path(stem), f"{name}.txt"))
        return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)]

    def _code(self, page: Page) -> Check:
        """The code of a page is that which was accepted."""
        places = [self._place(page, block) for block in page.blocks]
        return self._listed(page, page.code_file, page.digests(), places, "code")

    def _formulas(self, page: Page) -> Check:
        """The formulas of a page are those that were accepted."""
        now = [re.sub(r"\s+", " ", formula.text) for formula in page.formulas]
        places = [f"{page.path}:{line}: ${tex}$" for line, tex in page.formulas]
        return self._listed(page, page.formulas_file, now, places, "formula")

    def _listed(
        self, page: Page, path: Path, now: list[str], places: list[str], what: str
    ) -> Check:
        """What nothing computes is accepted as it stands; a translation has that of its source."""

        def check(namespace: Namespace) -> str | None:
            kept = self._read(path).splitlines()
            if kept == now or page.edition.source:
                return None
            if self.accept:
                self._write(path, "".join(f"{line}\n" for line in now))
                return None
            changed = [place for place, line in zip(places, now, strict=True) if line not in kept]
            fault = f"{page.path}:1: a {what} that was accepted is gone, or stands elsewhere"
            if changed:
                fault = f"{changed[0]} is not the {what} that was accepted"
            return f"{fault}; if it should change, run pytest --accept"

        return check

    # The same under noise ----------------------------------------------------------------------

    def _under_noise(self, page: Page, claims: list[Check]) -> Check:
        """Run the page again as other processors might, and take what comes out the same."""

        def check(namespace: Namespace) -> str | None:
            from linedocs.contract.noise import noise  # torch, which only pages need

            fault = None
            for seed in range(1, self.seeds + 1):
                self._replayed, self._seed = set(), seed
                with noise(seed):
                    fresh = {"__name__": namespace["__name__"]}
                    faults = list(filter(None, (claim(fresh) for claim in claims)))
                self._seed = 0
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
        return (self.root / path).read_text(encoding="utf-8") if (self.root / path).exists() else ""

    def _write(self, path: Path, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")
        self.changed.append(f"accepted {path}")

    def finish(self) -> None:
        """After an accepting run: delete the orphans of the pages that ran, and of pages gone."""
        pages = tree.pages(self.root)
        others = {page.stem for page in pages} - self._stems
        for path in tree.orphans(self.root, pages):
            if path.relative_to(shared.OUT).parent not in others:
                (self.root / path).unlink()
                self.changed.append(f"deleted  {path}")


def _say(message: str) -> Check:
    return lambda namespace: message


def _evaluate(example: Example) -> str | None:
    fault: str | None = example.parsed(example.namespace)
    return fault


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
