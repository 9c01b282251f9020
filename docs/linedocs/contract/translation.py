"""Hold a translation against its source: it says the same in other words.

Headings (by anchor), code and figures come in the same order, and between two of them stand the
same guards and formulas, in whatever order the sentences need. A check stands in the source alone.
"""

import re
from collections import Counter
from itertools import zip_longest

from linedocs.contract.page import Block, Page

TEXT = re.compile(r"\\text\{[^}]*\}")
"""Words in a formula may be translated."""


def hold(page: Page, source: Page) -> None:
    """Note where `page` does not keep in step with `source`, and lend it the source's checks."""
    for check in (block for block in page.blocks if block.kind == "check"):
        page.problem(check.line, f"a check stands in {source.path} alone")
    for own, other in zip_longest(_steps(page), _steps(source)):
        line, name, claims = own or (page.lines, "its end", Counter())
        at, expected, expected_claims = other or (source.lines, "its end", Counter())
        where = f"{source.path.as_posix()}:{at}"
        if name != expected:
            page.problem(line, f"{name} stands where {where} has {expected}")
            return
        for claim in (claims - expected_claims) + (expected_claims - claims):
            page.problem(line, f"after {name}, {claim} is not said as often as after {where}")
    if not page.problems:
        _lend_checks(page, source)


def _steps(page: Page) -> list[tuple[int, str, Counter[str]]]:
    """Each heading, figure and piece of code: its line, its name, and the claims after it."""
    events = [(b.line, f"{b.kind} {b.section or b.code}", "") for b in _run(page)]
    events += [(line, f"figure {image.attrs['src']}", "") for line, image in page.images]
    events += [(guard.line, "", f"{guard.expression!r}") for guard in page.guards]
    events += [(f.line, "", f"${TEXT.sub('', f.text)}$") for f in page.formulas]
    events += [(line, f"heading #{anchor}", "") for line, anchor in page.headings]
    events += [(1, "", f"what is asked at #{place}") for place in page.meta.get("asked", {})]
    steps: list[tuple[int, str, Counter[str]]] = [(1, "the beginning", Counter())]
    for line, name, claim in sorted(events, key=lambda event: event[0]):
        if name:
            steps.append((line, name, Counter()))
        else:
            steps[-1][2][claim] += 1
    return steps


def _run(page: Page) -> list[Block]:
    return [block for block in page.blocks if block.kind != "check"]


def _lend_checks(page: Page, source: Page) -> None:
    """Run each check of the source after as many pieces of code and guards as it does there."""
    passed = sorted([b.line for b in _run(source)] + [guard.line for guard in source.guards])
    lines = sorted([b.line for b in _run(page)] + [guard.line for guard in page.guards])
    for check in (block for block in source.blocks if block.kind == "check"):
        line = [*lines, page.lines][sum(each < check.line for each in passed)]
        lent = Block(line, "check", check.code, check.origin, check.origin_line)
        before = sum(block.line < line for block in page.blocks)
        page.blocks.insert(before, lent)
