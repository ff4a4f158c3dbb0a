"""Statements in the driver's own words: what every turn writes, without SQLAlchemy's work for each row.

SQLAlchemy compiles a statement once; the names and order of its values, and which of them are moments, come
from what it compiled. Only the step from a row to the driver's tuple is ours: the library's was a sixth of
what a commit costs.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final, cast

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from bot.storage.projection import Row
from bot.storage.tables import Instant, microseconds

_KNOWN: Final[dict[tuple[ClauseElement, str, tuple[str, ...]], "Driven"]] = {}


class Driven:
    """A statement as a driver takes it."""

    def __init__(self, compiled: SQLCompiler) -> None:
        names = compiled.positiontup or []
        self._sql = str(compiled)
        self._values = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
        types = [compiled.binds[name].type for name in names]
        self._moments = [place for place, kind in enumerate(types) if isinstance(kind, Instant)]

    def execute(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Execute it once for all rows."""
        connection.exec_driver_sql(self._sql, [self._driven(row) for row in rows])

    def _driven(self, row: Row) -> tuple[Any, ...]:
        values = self._values(row)
        if not self._moments:
            return values
        changed = [*values]
        for place in self._moments:
            changed[place] = microseconds(changed[place])
        return tuple(changed)


def as_driven(statement: ClauseElement, dialect: Dialect, row: Row) -> Driven:
    """Return a statement for a driver, compiled at its first use with rows of these names."""
    key = (statement, dialect.name, tuple(row))
    known = _KNOWN.get(key)
    if known is None:
        compiled = statement.compile(dialect=dialect, column_keys=[*row])
        known = _KNOWN[key] = Driven(cast("SQLCompiler", compiled))  # what compiles SQL, not DDL
    return known
