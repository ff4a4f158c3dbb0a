"""HTML becomes plain text and entities, counted as Telegram counts."""

from typing import Any

import pytest

from tests.emulator.entities import parse


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"offset": offset, "length": length, "type": kind} | more


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("a &lt; b &amp;&quot;&#33;&#x21; &copy;", 'a < b &"!! &copy;', []),
        ("<b>a</b>", "a", [entity("bold", 0, 1)]),
        ("\N{GRINNING FACE}<i>é</i>", "\N{GRINNING FACE}é", [entity("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<STRONG>a</strong>", "a", [entity("bold", 0, 1)]),
        ("<a href='https://example.org/?a=1&amp;b=2'>x</a>", "x", [
            entity("text_link", 0, 1, url="https://example.org/?a=1&b=2"),
        ]),
        ("<a>no address</a>", "no address", []),
        ('<span class="tg-spoiler">s</span>', "s", [entity("spoiler", 0, 1)]),
        ('<tg-emoji emoji-id="5">x</tg-emoji>', "x", [entity("custom_emoji", 0, 1, custom_emoji_id="5")]),
        ("<u><s>x</s></u>", "x", [entity("underline", 0, 1), entity("strikethrough", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
        (" \n <b> a </b> ", "a", [entity("bold", 0, 1)]),
        ("<b></b>a", "a", []),
    ],
)  # fmt: skip
def test_html(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert parse(source, "HTML") == (text, entities)


def test_without_a_mode_nothing_is_markup() -> None:
    assert parse(" <b>&amp;</b> ", None) == ("<b>&amp;</b>", [])
