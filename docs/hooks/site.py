"""The MkDocs hook of the site: publish what the tests have proven; run nothing."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import figures
import finding
import labs
import notebooks
import pages
import private
import proof
from build import Build
from formulas import FormulaError, Typesetter
from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

ROOT = Path(__file__).parents[2]
REDIRECT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Line by Line</title>
<meta http-equiv="refresh" content="0; url={home}">
<link rel="canonical" href="{home}">
<a href="{home}">Line by Line</a>
</html>
"""

typesetter = Typesetter()
build: Build


def on_config(config: MkDocsConfig) -> None:
    """Leave each page the sheets that it needs."""
    private.choose_sheets(config)


@event_priority(50)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Publish the accepted figures beside the pages that show them."""
    global build
    private.choose_files(files, config)
    for path in sorted((ROOT / pages.OUT).rglob("*.svg")):
        uri = path.relative_to(ROOT / pages.OUT).as_posix()
        files.append(File.generated(config, uri, abs_src_path=str(path)))
    labs.add_files(ROOT, files, config)
    figures.publish(files, config)
    build = Build(ROOT, config, files)
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Begin what can be done beside the rest: KaTeX's start."""
    typesetter.begin(build.formulas)
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Expand the page with the same code that the tests read it with."""
    path = Path(page.file.abs_src_path or "")
    page.meta["proof"] = proof.sentence(ROOT, labs.source(ROOT, page))
    build.restore(page)
    site = notebooks.Site(config.site_url or "", config.repo_url or "")
    if path.suffix == ".ipynb":
        labs.publish(page, site)
    if path.suffix != ".md":
        return markdown
    if page.file.src_uri not in build.reads:
        read = pages.parse(ROOT, path.relative_to(ROOT))
        faults = read.problems + read.missing or pages.unclaimed_code(ROOT, read)
        if faults:
            raise PluginError("\n".join(map(str, faults)))
        build.reads[page.file.src_uri] = read
    read = build.reads[page.file.src_uri]
    if heading := re.search(r"^# (.+?)(?: \{.*\})?$", read.markdown, re.M):
        page.meta["title"] = heading[1]  # the navigation has shorter names
    if any(block.kind != "check" for block in read.blocks):
        folder = Path(page.file.abs_dest_path).parent
        page.meta["notebook"] = notebooks.publish(ROOT, read, folder, site)
    return re.sub(r"\A---\n.*?\n---\n", "", read.markdown, flags=re.S)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Keep TeX out of the search; give figures their size, so that nothing moves as they load."""
    if page.file.src_uri in build.restored:  # it was kept as it leaves here
        return html
    if page.file.src_uri.endswith(".ipynb"):
        html = labs.content(html, page, config, files)
    html = html.replace('class="arithmatex"', 'class="arithmatex" data-search-exclude')
    html, build.entries[page.file.src_uri] = finding.marked(html, page.url)
    html = figures.wake(html, "../" * page.url.count("/"))
    folder = Path(page.file.src_uri).parent

    def sized(match: re.Match[str]) -> str:
        source = ROOT / pages.OUT / folder / Path(page.file.src_uri).stem / Path(match["src"]).name
        if not source.exists():
            return match[0]
        width, height = labs.size(source.read_text(encoding="utf-8"))
        size = f'width="{width}" height="{height}"'
        return f'<img class="figure" loading="lazy" {size}{match["rest"]}'

    return re.sub(r'<img(?P<rest>[^>]*\bsrc="(?P<src>[^"]+\.svg)"[^>]*>)', sized, html)


@event_priority(-100)  # after references between pages are resolved
def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Keep the pages, and the compiled templates, for the next build."""
    for file in files.documentation_pages():
        assert file.page
        build.keep(file.page)
    private.repair(env)
    cache = ROOT / ".cache" / "templates"
    cache.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(cache))
    return env


def _spans_out(context: TemplateContext, /, page: Page, **_: Any) -> TemplateContext:
    page.meta["shown"] = page.content
    page.content = finding.plain(page.content or "")
    return context


def _spans_in(context: TemplateContext, /, page: Page, **_: Any) -> TemplateContext:
    page.content = page.meta.pop("shown")
    return context


on_page_context = CombinedEvent(
    event_priority(100)(_spans_out),  # search reads the page between the two
    event_priority(-100)(_spans_in),
)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Typeset the formulas."""
    try:
        return typesetter.page(output)
    except FormulaError as error:
        raise PluginError(f"{page.file.src_uri}: {error}") from None


def on_post_build(config: MkDocsConfig) -> None:
    """Send readers of the root to the English edition; a second language may stand beside it."""
    finding.publish(Path(config.site_dir), chain.from_iterable(build.entries.values()))
    private.split_index(config)
    build.end()
    redirect = REDIRECT.format(home="en/" if config.use_directory_urls else "en/index.html")
    (Path(config.site_dir).parent / "index.html").write_text(redirect, encoding="utf-8")
    typesetter.close()


def on_build_error(error: Exception, **_: Any) -> None:
    """Without this an error would leave the process hanging on KaTeX's engine."""
    typesetter.close()
