"""A second edition is a folder of pages and a few lines of configuration."""

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import build, copy_project
from tests.support.search import find, searcher
from tests.support.serve import Server
from tests.support.visit import Visit

LANGUAGE = "zh"
CONFIGURATION = """INHERIT: mkdocs.yml
docs_dir: docs/zh
site_dir: site/zh
theme:
  language: zh
"""
SAID = {
    "short: 1. Line": "short: 1. 直线",
    "[linear regression, fit a straight line to points]": "[线性回归, loss不下降]",
    "# What does it mean to fit a line?": "# 拟合一条直线是什么意思？",
    'title="Output"': 'title="输出"',
    '"Solution"': '"解答"',
    '"Common mistake: ': '"常见错误：',
}
"""What of chapter one is translated here."""


@pytest.fixture(scope="module")
def edition(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Chinese edition of one page, built beside nothing else."""
    copy = copy_project(tmp_path_factory.mktemp("editions"), project)
    (copy / "mkdocs.zh.yml").write_text(CONFIGURATION, encoding="utf-8")
    text = (copy / "docs/en/learn/line.md").read_text(encoding="utf-8")
    for english, chinese in SAID.items():
        assert english in text
        text = text.replace(english, chinese)
    page = copy / "docs/zh/learn/line.md"
    page.parent.mkdir(parents=True)
    page.write_text(re.sub(r"\n*<!--- invisible.*?-->\n", "\n", text, flags=re.S), encoding="utf-8")
    done = build(copy, copy / "site", "mkdocs.zh.yml", LANGUAGE)
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / "site" / LANGUAGE


def test_a_translated_page_is_in_its_own_words(edition: Path) -> None:
    """Page, navigation, notebook and buttons speak Chinese; code and figures are shared."""
    html = (edition / "learn/line/index.html").read_text(encoding="utf-8")
    for said in (
        '<html lang="zh"',
        "拟合一条直线是什么意思？",
        "1. 直线",
        "学习",
        '<span class="filename">输出</span>',
        'title="把本页下载为 notebook"',
        'title="本节的链接"',
        'title="深色"',
    ):
        assert said in html, said
    assert (edition / "learn/line/scatter.svg").exists()
    notebook = json.loads((edition / "learn/line/line.ipynb").read_text(encoding="utf-8"))
    assert "本页是 Line by Line" in "".join(notebook["cells"][0]["source"])


def test_a_page_that_is_not_translated_is_shown_as_it_was_written(edition: Path) -> None:
    """Every link leads somewhere: the rest of the edition, labs included, is there in English."""
    html = (edition / "learn/tensors/index.html").read_text(encoding="utf-8")
    assert '<span class="filename">Output</span>' in html
    assert "1. 直线" in html
    assert "2. Tensors" in html
    assert (edition / "lab/hubble/hubble.ipynb").exists()
    assert (edition / "reference/api/index.html").exists()


def test_search_reads_chinese(edition: Path) -> None:
    """The index has the Chinese titles, and knows the signs of Chinese beside those of code."""
    index, documents = (
        json.loads((edition / "search" / name).read_text(encoding="utf-8"))
        for name in ("search_index.json", "documents.json")
    )
    assert re.split(index["config"]["separator"], "直线，斜率。nn.MSELoss") == [
        *("直线", "斜率", "nn", "MSE", "Loss")
    ]
    assert "拟合一条直线是什么意思？" in [entry["title"] for entry in documents]


@pytest.mark.parametrize("query", ["直线", "拟合直线", "线性回归", "loss 不下降", "loss不下降"])
def test_search_knows_the_words_of_chinese(edition: Path, chromium: Any, query: str) -> None:
    """Words are found inside a clause, which no spaces part, and beside those of another script."""
    with Server(edition.parent, edition=LANGUAGE) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        visit = searcher(Visit.tab(chromium, server.address))
        assert find(visit.open(""), query)[0].startswith("learn/line/")
        visit.page.context.close()
        server.shutdown()


def test_the_root_leads_to_the_source(edition: Path) -> None:
    """Building a translation leaves the first page of the site alone."""
    assert not (edition.parent / "index.html").exists()
