"""Whom a text names is decided as the platforms decide it."""

import pytest

from evenscore.connectors.prose import LONGEST, TAG, cooked_names, cooked_text, discourse_names, github_names

NOBODY = {
    "a scope of npm": "bump @types/node and @babel/core",
    "a team": "cc @orchard/maintainers",
    "an address": "mail odo@example.org or x.@home.example",
    "a comment": "<!-- ping @lead -->",
    "a comment over lines": "a <!-- ping\n@lead\n--> b",
    "a comment that never ends": "<!-- ping @lead",
    "a span of code": "`` a ` @tick ``",
    "a span over lines": "`a\n@b`",
    "a fence": "```\n@key\n```",
    "a fence of tildes": "~~~java\n@Override\n~~~",
    "a fence in a quotation": "> ```\n> @key\n> ```",
    "a fence in a list": "- a\n  ```\n  @key\n  ```",
    "a fence that never ends": "````\n@key\n```\n@more",
    "an indented block": "    @indented code\n\ntext",
    "elements of code": "<code>@html</code> <pre>@pre</pre> <tt>@tt</tt>",
    "a block of HTML": "<div>\n<pre>\n@pre\n</pre>\n</div>",
    "the text of a link": "[@ann](https://example.org/ann)",
    "the address of a link": "https://example.org/@ann <https://example.org/@bob> www.example.org/@cy",
}


@pytest.mark.parametrize("kind", NOBODY)
def test_what_a_platform_takes_for_no_mention_is_none(kind: str) -> None:
    assert github_names(NOBODY[kind]) == []
    if kind != "an address":  # a full stop may stand in a forum's names
        assert discourse_names(NOBODY[kind]) == []


SOMEBODY = {
    "thanks @ann": ["ann"],
    "@ann, (@bob-2) and **@cy**. @ann": ["ann", "bob-2", "cy"],
    "> @quoted": ["quoted"],
    "<b>@bold</b> <div>\n@block\n</div>": ["bold", "block"],
    "\\@escaped &#64;entity": ["escaped", "entity"],
    "- a\n\n  @in-a-list": ["in-a-list"],
    "| a |\n|---|\n| @cell |": ["cell"],
    "`code` @after": ["after"],
    "<code>@no</code> @yes": ["yes"],
}


@pytest.mark.parametrize("text", SOMEBODY)
def test_what_a_platform_takes_for_a_mention_is_one(text: str) -> None:
    assert github_names(text) == discourse_names(text) == SOMEBODY[text]


def test_what_is_quoted_in_a_forum_was_said_elsewhere() -> None:
    inner = '[quote="bob, post:1, topic:2"]\n@no\n[/quote]'
    assert discourse_names(f'[quote="ann"]\n@no\n{inner}\n@no\n[/quote]\n\n@yes') == ["yes"]
    assert discourse_names("[code]\n@no\n[/code] [quote] @open") == ["open"]
    assert github_names("[quote] @open [/quote]") == ["open"]


def test_a_forums_own_groups_are_nobody() -> None:
    assert discourse_names("@staff @trust_level_2 @Moderators @anna.b @ann_") == ["anna.b", "ann_"]


def test_a_name_in_code_that_never_ends_in_html_is_hidden() -> None:
    assert cooked_names('<p><code><a class="mention" href="/u/no">@no</a></p>') == []
    assert cooked_text("<p>1 &lt; 2</p><!-- no <p>three</p>") == "1 < 2"


@pytest.mark.parametrize(
    "block", ["[", "![a](", "[quote]", "<a ", "<b x=", "<a '\"", "<!-", "``` `` ` ", "*a_", "&", "> ", "- "]
)
def test_hostile_texts_cost_no_more_than_their_length(block: str) -> None:
    """No bracket, tag or quote that is opened often makes the rest be read often: doubled, it tells the same."""
    text = block * (2_000 // len(block))
    assert github_names(f"@ann {text}")[:1] == github_names(f"@ann {text * 2}")[:1] == ["ann"]
    assert sum(len(found[0]) for found in TAG.finditer(text)) <= len(text)


def test_nothing_is_looked_for_behind_what_platforms_take() -> None:
    assert github_names("a " * LONGEST + "@ann") == []
