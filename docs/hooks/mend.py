"""Mend what Material publishes, where it is not valid or not fit for a screen reader.

Each repair says why. The browser tests and `make html` fail when one is missing, so a repair that
a new release of Material no longer needs is found by taking it away.
"""

from pathlib import Path

PAGE = {
    # Nu: the empty string is not an integer.
    ' tabindex=""': "",
    # axe, aria-dialog-name: a dialog has a name.
    'data-md-component="search" role="dialog">': (
        'data-md-component="search" role="dialog" aria-label="Search">'
    ),
}
SCRIPT = {
    # axe, landmark-unique: the copy button of a code block is no landmark.
    '"nav",{class:"md-code__nav"}': '"div",{class:"md-code__nav"}',
    # axe, scrollable-region-focusable: the keyboard can scroll a wide table.
    '{class:"md-typeset__scrollwrap"}': '{class:"md-typeset__scrollwrap",tabindex:"0"}',
}


def page(html: str) -> str:
    """A page with the repairs made."""
    for wrong, right in PAGE.items():
        html = html.replace(wrong, right)
    return html


def script(site: Path) -> None:
    """Repair Material's script in the built site.

    Raises:
        ValueError: If it no longer holds what is to be repaired.
    """
    (bundle,) = site.glob("assets/javascripts/bundle.*.min.js")
    text = bundle.read_text(encoding="utf-8")
    for wrong, right in SCRIPT.items():
        if wrong not in text:
            raise ValueError(f"{bundle.name} no longer holds {wrong}: see docs/hooks/mend.py")
        text = text.replace(wrong, right)
    bundle.write_text(text, encoding="utf-8")
