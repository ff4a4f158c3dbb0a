"""Whatever a template engine could run is refused with its line, in tips and in YAML texts alike."""

from pathlib import Path

import pytest

from tests.questionnaire.planted import MAIN, TIP
from tests.questionnaire.planting import checked, copied, replaced

_REACH = (
    "''.__class__",
    "[].__class__.__base__",
    "().__class__.__mro__[1].__subclasses__()",
    "request.application",
)
_GLOBALS = (
    "self",
    "config",
    "cycler.__init__.__globals__",
    "joiner.__init__.__globals__",
    "lipsum.__globals__",
)
_CALLS = (
    "range(99999999)",
    "'a' * 200000000",
    "dict(a=1)",
    "namespace()",
    "fact.__class__",
    "fact.format(1)",
)
_FILTERS = (
    "fact|upper",
    "fact|attr('x')",
    "fact|map('upper')|list",
    "organisation|safe",
    "''|center(99999999)",
)
_ODD = (
    "fact.x",
    "fact[0]",
    "fact if 1 else 2",
    "fact ~ fact",
    "facts",
    "Fact",
    " fact  ",
    "- fact -",
    "7*7",
    "",
)
_BLOCKS = (
    "{% for i in range(9) %}x{% endfor %}",
    "{% if 1 %}x{% endif %}",
    "{% set x = 1 %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% macro x() %}{% endmacro %}",
    "{% raw %}x{% endraw %}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{%- print(1) -%}",
    "{% block x %}{% endblock %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% do x.append(1) %}",
    "{# fact #}",
    "{{",
    "}}",
    "{{{ fact }}}",
    "{{ fact }",
    "{ { 7 } }",
    "${7*7}",
    "#{7*7}",
    "*{7*7}",
    "{{{{7}}}}",
    "{7*7}",
    "@{7*7}",
    "{{=7*7}}",
    "{{'7'*7}}",
    "{{- self -}}",
    "{%\nset x = 1\n%}",
)
PAYLOADS = (*(f"{{{{ {inner} }}}}" for inner in (*_REACH, *_GLOBALS, *_CALLS, *_FILTERS, *_ODD)), *_BLOCKS)


def test_there_are_sixty_of_them() -> None:
    """As many as the threat model asks for."""
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_tip_with_a_payload_is_refused_at_its_line(payload: str, tmp_path: Path) -> None:
    """The tip would be rendered: nothing but the two words may stand in it."""
    folder = copied("with-segments", tmp_path)
    replaced(folder / TIP, "Good to know (social).", f"Well: {payload}")
    said = [place for place in checked(folder) if place.endswith(": template")]
    assert any(place.startswith(f"{TIP}:8:") for place in said)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_text_with_a_payload_is_refused_at_its_line(payload: str, tmp_path: Path) -> None:
    """A YAML text is never rendered, and doesn't even look as if it were."""
    folder = copied("tiny", tmp_path)
    quoted = payload.replace("'", "''").replace("\n", " ")
    replaced(folder / MAIN, "text: I like tea.", f"text: 'Well: {quoted}'")
    assert {f"{MAIN}:28:21: brace", f"{MAIN}:28:21: placeholder"} & set(checked(folder))
