"""The MkDocs hook of the site: publish what the tests have proven; run nothing."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from linedocs import material, record
from linedocs.contract import edition as shared
from linedocs.contract import prose, tree
from linedocs.contract.edition import Edition
from linedocs.publish import bundle, lab, notebook, search
from linedocs.publish.build import Build
from linedocs.publish.maths import FormulaError, Typesetter
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

ROOT = Path(__file__).parents[1]
REDIRECT = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<title>{name}</title>
<meta http-equiv="refresh" content="0; url={home}">
<link rel="canonical" href="{home}">
<a href="{home}">{name}</a>
</html>
"""

typesetter = Typesetter()
build: Build


def _edition(config: MkDocsConfig) -> Edition:
    return Edition(ROOT, Path(config.docs_dir).name)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Say everything in the words of the edition; leave each page the sheets that it needs."""
    words = _edition(config).words
    config.extra["words"] = words
    config.mdx_configs["toc"]["permalink_title"] = words["heading"]
    material.choose_sheets(config)
    material.choose_templates()
    return config


@event_priority(-50)  # after mkdocs-jupyter, which would wrap the notebooks of the labs
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Read the pages, and publish the accepted figures beside those that show them."""
    global build
    material.choose_files(files, config)
    for path in sorted((ROOT / shared.OUT).rglob("*.svg")):
        uri = path.relative_to(ROOT / shared.OUT).as_posix()
        files.append(File.generated(config, uri, abs_src_path=str(path)))
    reads = {f"{page.stem.as_posix()}.md": page for page in tree.edition(_edition(config))}
    faults = [str(each) for page in reads.values() for each in (*page.problems, *page.missing)]
    faults = faults or [fault for page in reads.values() for fault in prose.unclaimed_code(page)]
    if faults:
        raise PluginError("\n".join(faults))
    for uri, page in reads.items():
        found = files.get_file_from_path(uri)
        if found and not lab.is_lab(page):
            continue
        if found:
            files.remove(found)
        path = lab.write(page) if lab.is_lab(page) else ROOT / page.path
        files.append(File.generated(config, uri, abs_src_path=str(path)))
    bundle.publish(files, config)
    build = Build(ROOT, config, files, reads)
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Take short titles from the pages, and begin what can be done beside the rest."""
    sections = _edition(config).words["sections"]
    items = list(nav.items)
    for item in items:
        if isinstance(item, Section):
            items += item.children
            if item.title not in sections:
                raise PluginError(
                    f"no words for the part {item.title!r} of nav: see {shared.WORDS}"
                )
            item.title = sections[item.title]
        elif isinstance(item, Page) and "short" in build.reads[item.file.src_uri].meta:
            item.title = build.reads[item.file.src_uri].meta["short"]
    typesetter.begin(build.formulas)
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Expand the page with the same code that the tests read it with."""
    found = build.reads[page.file.src_uri]
    build.restore(page)
    build.asked |= search.asked(found, page.url)
    proof = record.sentence(found, build.fingerprint)
    page.meta.update(found.meta, title=notebook.title(found), proof=proof)
    if any(block.kind != "check" for block in found.blocks):
        page.meta["notebook"] = f"{found.stem.name}.ipynb"
        site = notebook.Site(config.site_url or "", config.repo_url or "")
        path = Path(page.file.abs_dest_path).with_name(page.meta["notebook"])
        notebook.write(notebook.download(found, site), path)
    return found.markdown


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Keep TeX out of the search; give figures their size, so that nothing moves as they load."""
    found = build.reads[page.file.src_uri]
    if page.file.src_uri in build.restored:  # it was kept as it leaves here
        return html
    if lab.is_lab(found):
        html = lab.content(html, page, config, files)
    html = html.replace('class="arithmatex"', 'class="arithmatex" data-search-exclude')
    html, build.entries[page.file.src_uri] = search.marked(html, page.url)
    html = bundle.wake(html, "../" * page.url.count("/"))

    def sized(match: re.Match[str]) -> str:
        source = ROOT / shared.accepted(found.stem, Path(match["src"]).name)
        if not source.exists():
            return match[0]
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', source.read_text(encoding="utf-8"))
        assert box, f"{source} has no viewBox"
        width, height = round(float(box[1])), round(float(box[2]))
        size = f'width="{width}" height="{height}"'
        return f'<img class="figure" loading="lazy" {size}{match["rest"]}'

    return re.sub(r'<img(?P<rest>[^>]*\bsrc="(?P<src>[^"]+\.svg)"[^>]*>)', sized, html)


@event_priority(-100)  # after references between pages are resolved
def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Keep the pages, and the compiled templates, for the next build."""
    for file in files.documentation_pages():
        assert file.page
        build.keep(file.page)
    material.repair(env)
    cache = ROOT / ".cache" / "templates"
    cache.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(cache))
    return env


def _spans_out(context: TemplateContext, /, page: Page, **_: Any) -> TemplateContext:
    page.meta["shown"] = page.content
    page.content = search.plain(page.content or "")
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
    """Send readers of the root to the edition in which the site is written."""
    entries = chain.from_iterable(build.entries.values())
    search.publish(Path(config.site_dir), entries, build.asked)
    material.split_index(config)
    build.end()
    if _edition(config).source is None:
        language, folder = config.theme["language"], Path(config.site_dir)
        home = f"{folder.name}/{'' if config.use_directory_urls else 'index.html'}"
        redirect = REDIRECT.format(language=language, name=config.site_name, home=home)
        (folder.parent / "index.html").write_text(redirect, encoding="utf-8")
    typesetter.close()


def on_build_error(error: Exception, **_: Any) -> None:
    """Without this an error would leave the process hanging on KaTeX's engine."""
    typesetter.close()
