"""Pictures of a report: Vega-Lite drawn as SVG without a browser, in colours that follow the page.

They are drawn with stand-in colours, which become the page's own variables: so one picture reads in light
and dark. A picture is as narrow as a phone, and grows with its column.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from bot.research.fit.pictures import Spec, axis
from bot.research.fit.pictures import drawn as drawn_svg
from bot.research.report.table import Estimate, Picture

INK, LINE, ACCENT, WARM = "#010101", "#020202", "#030303", "#040404"
RAMP = tuple(f"#1{number}1{number}1{number}" for number in range(8))
_VARIABLES = {INK: "ink", LINE: "line", ACCENT: "accent", WARM: "warm"} | {
    colour: f"ramp-{place}" for place, colour in enumerate(RAMP, 1)
}
_WIDTH, _ROW, _FRAME = 360, 26, 64
_BESIDE = 1.15  # room for a bar's number
_SHORT = 14  # characters of a label that has another beside it
_FONT = "system-ui, sans-serif"
_CONFIG: Spec = {
    "aria": False,
    "font": _FONT,
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 136,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "title": None, "orient": "top", "labelLimit": 170},
    "view": {"stroke": None},
}
Row = tuple[str, Estimate]


def dots(
    rows: Sequence[Row | tuple[str, Estimate, str]],
    title: str,
    *,
    reference: float | None = None,
    percent: bool = False,
) -> Picture | None:
    """Return each row's figure as a dot on the line of its interval; a third member groups rows by colour."""
    if not rows:
        return None
    values = [_dot(row, 100 if percent else 1) for row in rows]
    groups = list(dict.fromkeys(value["group"] for value in values))
    many = len(groups) > 1
    shape = {"field": "group", "type": "nominal", "sort": None}
    colour = {**shape, "scale": {"range": [ACCENT, WARM]}} if many else {"value": ACCENT}
    aside = {"yOffset": {"field": "group", "sort": None}} if many else {}
    y = axis("label", "", kind="nominal", sort=None)
    x = axis("value", title, axis={"tickCount": 5})
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"x": axis("low", title), "x2": {"field": "high"}, "y": y, "color": colour, **aside},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "x": x,
                "y": y,
                "color": colour,
                **({"shape": {**shape, "legend": None}} if many else {}),
                **aside,
            },
        },
    ]
    if reference is not None:
        layers.insert(0, _reference(reference * (100 if percent else 1)))
    unit = " %" if percent else ""
    alt = "; ".join(
        f"{_name(one)} {one['value']:.3g}{unit} ({one['low']:.3g} to {one['high']:.3g})" for one in values
    )
    spec = {"data": {"values": values}, "layer": layers}
    return _picture(spec, len(values), f"{title}: {alt}.")


def _dot(row: Row | tuple[str, Estimate, str], times: int) -> dict[str, Any]:
    label, figure = row[0], row[1]
    group = row[2] if len(row) > 2 else ""  # noqa: PLR2004 - a label, a figure and a group
    numbers = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {"label": label, "group": group, **{name: times * number for name, number in numbers.items()}}


def _name(value: Mapping[str, Any]) -> str:
    return f"{value['label']}, {value['group']}" if value["group"] else str(value["label"])


def _reference(at: float) -> Spec:
    return {
        "data": {"values": [{"at": at}]},
        "mark": {"type": "rule", "color": INK, "strokeDash": [4, 4]},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }


def bars(rows: Sequence[tuple[str, int]], title: str) -> Picture | None:
    """Return counts as bars, each with its number."""
    if not rows:
        return None
    values = [{"label": label, "count": count} for label, count in rows]
    y = axis("label", "", kind="nominal", sort=None)
    room = {"domainMax": max(1, *(count for _, count in rows)) * _BESIDE}
    x = {
        "field": "count",
        "type": "quantitative",
        "title": title,
        "axis": {"tickCount": 4, "tickMinStep": 1},
        "scale": room,
    }
    number = {"type": "text", "align": "left", "dx": 4, "color": INK, "fontSize": 12}
    spec = {
        "data": {"values": values},
        "encoding": {"y": y, "x": x},
        "layer": [
            {"mark": {"type": "bar", "color": ACCENT}},
            {"mark": number, "encoding": {"text": {"field": "count", "type": "quantitative"}}},
        ],
    }
    return _picture(
        spec, len(rows), f"{title}: " + "; ".join(f"{label} {count}" for label, count in rows) + "."
    )


def stacked(rows: Sequence[tuple[str, Mapping[str, float]]], title: str) -> Picture | None:
    """Return the shares of each row's answers as one bar, from the lowest answer to the highest."""
    if not rows:
        return None
    answers = list(rows[0][1])
    values = [
        {"label": label, "answer": answer, "share": 100 * share, "order": place}
        for label, shares in rows
        for place, (answer, share) in enumerate(shares.items())
    ]
    spec = {
        "data": {"values": values},
        "mark": {"type": "bar", "stroke": LINE, "strokeWidth": 0.5},
        "encoding": {
            "y": axis("label", "", kind="nominal", sort=None),
            "x": {"field": "share", "type": "quantitative", "title": title, "scale": {"domain": [0, 100]}},
            "order": {"field": "order"},
            "color": {
                "field": "answer",
                "type": "nominal",
                "sort": answers,
                "scale": {"domain": answers, "range": _ramp(len(answers))},
                "legend": {"columns": 2 if max(map(len, answers)) <= _SHORT else 1, "symbolStrokeWidth": 0},
            },
        },
    }
    ends = f"from “{answers[0]}” to “{answers[-1]}”"
    alt = f"{title} for {len(rows)} items, each a bar {ends}; the table has the figures."
    return _picture(spec, len(rows) + len(answers), alt)


def _ramp(many: int) -> list[str]:
    if many == 1:
        return [RAMP[-1]]
    return [RAMP[round(place * (len(RAMP) - 1) / (many - 1))] for place in range(many)]


def lines(rows: Sequence[tuple[str, Estimate]], title: str) -> Picture | None:
    """Return figures over time with their band."""
    if len(rows) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    values = [
        {"week": label, "value": 100 * one.value, "low": 100 * one.low, "high": 100 * one.high}
        for label, one in rows
    ]
    x = axis("week", "", kind="ordinal", sort=None, axis={"labelAngle": -45})
    spec = {
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "area", "color": ACCENT, "opacity": 0.2},
                "encoding": {"x": x, "y": axis("low", title), "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": ACCENT, "point": {"color": ACCENT, "filled": True}},
                "encoding": {"x": x, "y": axis("value", title)},
            },
        ],
    }
    alt = f"{title} by week: " + "; ".join(f"{one['week']} {one['value']:.0f} %" for one in values) + "."
    return _picture(spec, 6, alt)


def _picture(spec: Spec, rows: int, alt: str) -> Picture:
    sized = {
        "width": _WIDTH,
        "height": rows * _ROW + _FRAME,
        "autosize": {"type": "fit", "contains": "padding"},
        "background": None,
        "padding": {"left": 20, "right": 6, "top": 4, "bottom": 4},  # the reader's font may be wider
        "config": _CONFIG,
        **spec,
    }
    return Picture(_themed(drawn_svg(sized), alt), alt)


def _themed(svg: str, alt: str) -> str:
    """Give a drawing the page's colours, its own words in place of its parts', and the size of its column."""
    for colour, name in _VARIABLES.items():
        svg = svg.replace(f'"{colour}"', f'"var(--{name})"')
    svg = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)
    box = re.search(r'viewBox="[^"]*"', svg)
    spoken = f'role="img" aria-label="{escape(alt)}"'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" {spoken} {box.group() if box else ""}>'
    return re.sub(r"<svg[^>]*>", lambda _: start, svg, count=1)


def kept(rows: Iterable[tuple[str, Estimate | None]]) -> list[Row]:
    """Return the rows that have a figure."""
    return [(label, figure) for label, figure in rows if figure is not None]
