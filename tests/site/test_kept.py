"""What a build keeps for the next saves time, and changes nothing."""

from pathlib import Path

from tests.support.project import build

LINE = Path("docs/en/learn/line.md")
KEPT = Path(".cache/mkdocs.pickle")


def files(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_rebuild_writes_the_same_site(copy: Path) -> None:
    """A build from nothing and one from what it kept are equal."""
    kept = copy / KEPT
    kept.unlink()
    first = build(copy, copy / "first")
    assert first.returncode == 0, first.stderr
    assert kept.exists()
    second = build(copy, copy / "second")
    assert second.returncode == 0, second.stderr
    fresh, rebuilt = files(copy / "first"), files(copy / "second")
    ignored = {Path("en/sitemap.xml.gz")}  # holds the time at which it was packed
    assert {p for p in fresh if fresh[p] != rebuilt.get(p)} <= ignored
    assert fresh.keys() == rebuilt.keys()


def test_only_what_changed_is_rendered_again(copy: Path) -> None:
    """A new sentence, and a new size of a figure, are in the next build; the rest was kept."""
    page, figure = copy / LINE, copy / "examples/out/learn/line/scatter.svg"
    page.write_text(page.read_text() + "\nA sentence nobody wrote before.\n")
    figure.write_text(figure.read_text().replace('viewBox="0 0 403.2', 'viewBox="0 0 1403.2', 1))
    kept = copy / KEPT
    kept.write_bytes(kept.read_bytes().replace(b"Galton", b"GALTON"))
    done = build(copy, copy / "site")
    assert done.returncode == 0, done.stderr
    built = (copy / "site/en/learn/line/index.html").read_text()
    assert "A sentence nobody wrote before." in built
    assert 'class="figure" loading="lazy" width="1403"' in built
    assert "GALTON" in (copy / "site/en/lab/heights/index.html").read_text()


def test_a_warning_is_given_again(copy: Path) -> None:
    """A page that the build warned of is not kept: the next build fails as the first did."""
    page = copy / LINE
    page.write_text(page.read_text().replace("glossary.md#feature", "glossry.md#feature", 1))
    for _ in range(2):
        done = build(copy, copy / "site")
        assert done.returncode != 0
        assert "glossry.md#feature" in done.stdout + done.stderr
