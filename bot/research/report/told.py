"""Figures as people read them, and as programs do: the page, the CSV file and JSON share one report."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from bot.research.report.table import Cell, Column, Estimate, Report, Show, Table

TOO_FEW = "too few"
HEADER = ("section", "table", "row", "name", "column", "value", "low", "high")
MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
_SMALLEST_P = 0.001
_LARGE = 10


def said(cell: Cell, column: Column) -> tuple[str, str]:
    """Return a figure and its interval in words; the second is empty where there is none."""
    if cell is None:
        return ("", "") if column.show is Show.TEXT else (TOO_FEW, "")
    if isinstance(cell, Estimate):
        low, high = (_number(one, column.show) for one in (cell.low, cell.high))
        between = " to " if low.startswith(MINUS) or high.startswith(MINUS) else DASH
        return f"{_number(cell.value, column.show)}{_unit(column.show)}", f"{low}{between}{high}"
    return (cell if isinstance(cell, str) else f"{_number(cell, column.show)}{_unit(column.show)}"), ""


def _unit(show: Show) -> str:
    return {Show.PERCENT: " %", Show.POINTS: " points"}.get(show, "")


def _number(value: float, show: Show) -> str:
    match show:
        case Show.COUNT:
            text = f"{value:,.0f}"
        case Show.PERCENT | Show.POINTS:
            text = f"{100 * value:.1f}" if abs(value) < 0.1 or show is Show.POINTS else f"{100 * value:.0f}"  # noqa: PLR2004 - under a tenth
        case Show.INDEX:
            text = f"{value:.0f}"
        case Show.P:
            text = f"{value:.3f}" if value >= _SMALLEST_P else "< .001"
        case _:
            text = f"{value:.2f}" if abs(value) < _LARGE else f"{value:.1f}"
    return text.replace("-", MINUS)


def as_csv(report: Report) -> str:
    """Return every figure in one tidy file, none of them rounded."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for section in report.sections:
        for table in section.tables:
            writer.writerows((section.id, table.id, *line) for line in _lines(table))
    return out.getvalue()


def _lines(table: Table) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(table.rows, 1):
        for column, cell in zip(table.columns[1:], row[1:], strict=True):
            if isinstance(cell, Estimate):
                yield number, row[0], column.id, cell.value, cell.low, cell.high
            else:
                yield number, row[0], column.id, "" if cell is None else cell, "", ""
        if len(table.columns) == 1 or table.columns[0].show is not Show.TEXT:
            yield number, "", table.columns[0].id, row[0], "", ""


def as_json(report: Report) -> dict[str, Any]:
    """Return the report for a program."""
    return {
        **report.facts,
        "findings": list(report.findings),
        "cautions": list(report.cautions),
        "sections": {
            section.id: {table.id: [_json_row(table, row) for row in table.rows] for table in section.tables}
            for section in report.sections
        },
    }


def _json_row(table: Table, row: tuple[Cell, ...]) -> dict[str, Any]:
    return {column.id: _plain(cell) for column, cell in zip(table.columns, row, strict=True)}


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Estimate):
        return {"value": cell.value, "low": cell.low, "high": cell.high}
    return cell


def as_text(report: Report) -> str:
    """Return the report's tables as text."""
    parts = [report.title, *report.about]
    parts += ["", "In short", *(f"  {one}" for one in report.findings)] if report.findings else []
    for section in report.sections:
        parts += ["", section.title, *section.words]
        for table in section.tables:
            parts += ["", f"  {table.title}", *_text_rows(table)]
            parts += [f"  {table.note}"] if table.note else []
    return "\n".join([*parts, "", *report.cautions]) + "\n"


def _text_rows(table: Table) -> Iterator[str]:
    lines = [[column.label for column in table.columns]]
    lines += [[_text(*each) for each in zip(row, table.columns, strict=True)] for row in table.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.columns))]
    for line in lines:
        padded = (
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield f"    {'  '.join(padded)}".rstrip()


def _text(cell: Cell, column: Column) -> str:
    figure, interval = said(cell, column)
    return f"{figure} ({interval})" if interval else figure
