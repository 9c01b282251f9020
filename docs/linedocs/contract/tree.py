"""Check the project as a whole: the pages of every edition, and nothing left over."""

from pathlib import Path

from linedocs.contract import edition as shared
from linedocs.contract import read
from linedocs.contract.edition import Edition
from linedocs.contract.example import ContractError
from linedocs.contract.page import Page


def check(root: Path) -> list[ContractError]:
    """What is wrong with the pages of all editions, and with what they share."""
    found = pages(root)
    problems = [problem for page in found for problem in page.problems]
    stems = {page.stem for page in found}
    for path in sorted((root / shared.EXAMPLES).rglob("*.py")):
        relative = path.relative_to(root)
        stem = relative.relative_to(shared.EXAMPLES).with_suffix("")
        if path.name != "__init__.py" and stem not in stems:
            problems.append(ContractError(relative, 1, "no page shows this example"))
    left = orphans(root, found)
    return [*problems, *(ContractError(path, 1, "an orphan: no page shows it") for path in left)]


def orphans(root: Path, pages: list[Page]) -> list[Path]:
    """Accepted outputs and figures that none of the pages shows."""
    shown = {output for page in pages for output in page.outputs}
    kept = (path.relative_to(root) for path in (root / shared.OUT).rglob("*") if path.is_file())
    return sorted(path for path in kept if path not in shown)


def pages(root: Path) -> list[Page]:
    """The pages of all editions, read."""
    return [read.page(each, path) for each in shared.editions(root) for path in each.pages()]


def edition(each: Edition) -> list[Page]:
    """The pages that readers of an edition get: what is not translated yet, as it was written."""
    own = [read.page(each, path) for path in each.pages()]
    stems, source = {page.stem for page in own}, each.source
    left = [path for path in source.pages() if source.stem(path) not in stems] if source else []
    return own + [read.page(source, path) for path in left if source]
