"""A fit in pictures: SVG files, written as Vega-Lite and drawn without a browser."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from bot.research.fit.findings import Findings

Spec = dict[str, Any]

DARK, WARM = "#00594f", "#b5471b"
_WIDTH, _HEIGHT = 520, 320
_AGREEMENT = "agreement with the long form, %"


def pictures(found: Findings) -> dict[str, str]:
    """Return every picture of a fit, by the name of its file."""
    return {
        "curve.svg": drawn(_curve(found)),
        "lengths.svg": drawn(_lengths(found)),
        "confusion.svg": drawn(_confusion(found)),
    }


def drawn(spec: Spec) -> str:
    """Return a Vega-Lite chart as SVG."""
    import vl_convert  # noqa: PLC0415 - slow to import

    sized = {"width": _WIDTH, "height": _HEIGHT, "background": "white", **spec}
    return str(vl_convert.vegalite_to_svg(sized))


def axis(field: str, title: str, *, kind: str = "quantitative", **more: Any) -> Spec:
    """Return one axis; numbers needn't begin at zero."""
    scale = {"scale": {"zero": False}} if kind == "quantitative" else {}
    return {"field": field, "type": kind, "title": title, **scale, **more}


def _curve(found: Findings) -> Spec:
    rows = [
        {"questions": number, "agreement": 100 * share, "form": name}
        for name, curve in (("fixed", found.fixed_curve), ("adaptive", found.adaptive_curve))
        for number, share in enumerate(curve, 1)
    ]
    return {
        "title": f"Agreement by number of questions ({len(found.segments)} people, out of fold)",
        "data": {"values": rows},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": axis("questions", "questions asked"),
            "y": axis("agreement", _AGREEMENT),
            "color": {"field": "form", "type": "nominal", "scale": {"range": [DARK, WARM]}, "title": None},
            "shape": {"field": "form", "type": "nominal", "title": None},
        },
    }


def _lengths(found: Findings) -> Spec:
    usual = 100 * found.fixed[found.length].quality.agreement.value
    rows = [{"mean": one.mean, "agreement": 100 * one.quality.agreement.value} for one in found.thresholds]
    return {
        "title": f"Stopping early; dashed: the fixed form of {found.length}",
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "line", "point": True, "color": DARK},
                "encoding": {
                    "x": axis("mean", "questions asked on average"),
                    "y": axis("agreement", _AGREEMENT),
                },
            },
            {
                "data": {"values": [{"agreement": usual}]},
                "mark": {"type": "rule", "color": WARM, "strokeDash": [6, 4]},
                "encoding": {"y": axis("agreement", _AGREEMENT)},
            },
        ],
    }


def _confusion(found: Findings) -> Spec:
    return {
        "title": "Long form against adaptive verdict, people",
        "data": {"values": list(_cells(found))},
        "encoding": {
            "x": axis("verdict", "adaptive verdict", kind="nominal", sort=None),
            "y": axis("truth", "long form", kind="nominal", sort=None),
        },
        "layer": [
            {
                "mark": "rect",
                "encoding": {
                    "color": {
                        "field": "share",
                        "type": "quantitative",
                        "scale": {"range": ["#ffffff", DARK]},
                        "legend": None,
                    }
                },
            },
            {
                "mark": "text",
                "encoding": {
                    "text": {"field": "people", "type": "quantitative"},
                    "color": {"condition": {"test": "datum.share > 0.5", "value": "white"}, "value": "black"},
                },
            },
        ],
    }


def _cells(found: Findings) -> Iterator[Spec]:
    table = found.adaptive.quality.confusion
    shares = table / np.maximum(table.sum(1, keepdims=True), 1)
    for row, truth in enumerate(found.bank.segments):
        for column, verdict in enumerate(found.bank.segments):
            yield {
                "truth": truth,
                "verdict": verdict,
                "people": int(table[row, column]),
                "share": float(shares[row, column]),
            }
