"""What belongs to a network is there together: connector, pages, an invented network, and no more code than a page."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import every

from evenscore.base.canonical import VERBS
from evenscore.base.sources import URLS
from evenscore.connectors import NETWORKS
from evenscore.connectors.endpoints import ACCOUNT, PLACE, SITE
from evenscore.pulling import network_pages

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dags/evenscore"
MOST_LINES = 150
"""Lines of code of a connector: what is no docstring, comment or blank line."""
LOOP = ("asking", "clock", "pulls", "reach", "store", "walk", "weather")
"""What asks, waits, walks and keeps, for every network.

No part of it is whom it may ask about (`people`), what came of it in words (`outcome`), what it will cost (`planning`),
where a secret stands (`secrecy`) and what the documentation says (`network_pages`).
"""
LOOP_LINES, ALL_LINES = 591, 843
"""Lines of code of the loop, and of all of its package: what leaves the loop does not become more elsewhere."""
KINDS = pytest.mark.parametrize("kind", sorted(NETWORKS))


def code_lines(path: Path) -> int:
    text = path.read_text()
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    unseen = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    found = {number for one in tokens if one.type not in unseen for number in range(one.start[0], one.end[0] + 1)}
    return len(found - set(docstring_lines(ast.parse(text))))


def docstring_lines(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def module_of(kind: str) -> Path:
    return PACKAGE.joinpath(*type(NETWORKS[kind]).__module__.split(".")[1:]).with_suffix(".py")


@KINDS
def test_a_connector_is_no_longer_than_a_few_pages(kind: str) -> None:
    assert code_lines(module_of(kind)) <= MOST_LINES


@KINDS
def test_a_network_that_is_pulled_has_an_invented_one_and_a_place(kind: str) -> None:
    if NETWORKS[kind].endpoints:
        assert kind in every(), "no invented network of this kind: tests/networks/invented.py"
        assert kind in URLS, "nothing says where it is: sources.URLS"


@KINDS
def test_a_networks_endpoints_ask_about_what_there_is(kind: str) -> None:
    names = [endpoint.name for endpoint in NETWORKS[kind].endpoints]
    for endpoint in NETWORKS[kind].endpoints:
        assert endpoint.per in {ACCOUNT, PLACE, SITE, *names[: names.index(endpoint.name)]}, endpoint.name
    assert len(names) == len(set(names))


def test_the_pages_say_what_the_connectors_do() -> None:
    for path, text in network_pages.pages(ROOT / "docs").items():
        assert path.read_text() == text, f"{path}: write it anew with python -m evenscore.pulling.network_pages docs"


@KINDS
def test_a_network_has_its_page_and_its_rows(kind: str) -> None:
    page = (ROOT / f"docs/networks/{kind}.md").read_text()
    assert network_pages.BEGIN in page
    assert "## Token" in page and "## Limits and terms" in page
    assert f"networks/{kind}.md" in (ROOT / "docs/networks.md").read_text()


def test_only_verbs_of_the_canonical_shape_are_claimed() -> None:
    assert {verb for network in NETWORKS.values() for verb in network.verbs} <= VERBS


def test_the_pull_loop_grows_no_further() -> None:
    """500 lines were meant, and this many are not reached yet. Whoever adds a line takes one out."""
    lines = {path.stem: code_lines(path) for path in (PACKAGE / "pulling").glob("*.py")}
    assert sum(lines[name] for name in LOOP) <= LOOP_LINES
    assert sum(lines.values()) <= ALL_LINES
