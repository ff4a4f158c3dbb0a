"""`responses.parquet`: the wide table with typed columns; the reason stands beside what is missing.

A missing cell is null, and the column `NAME.missing` holds the code. Labels in every language are in the
metadata of each field, as JSON. Written in batches: memory doesn't grow with the interviews.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bot.research.columns import Type
from bot.research.draft import Draft, gone, read
from bot.research.variables import Variable
from bot.research.wide import FILE as WIDE

FILE = "responses.parquet"
REASON = ".missing"  # a dot: no item, scale or segment can have such a name
_BATCH = 10_000


def write(draft: Draft) -> Sequence[str]:
    """Write the file."""
    columns = draft.tables[WIDE]
    schema = _schema(draft, columns)
    records = draft.records(WIDE)
    with pq.ParquetWriter(draft.folder / FILE, schema, compression="zstd") as file:
        while batch := list(islice(records, _BATCH)):
            file.write_table(pa.table(dict(_arrays(columns, batch)), schema=schema))
    return [FILE]


def _schema(draft: Draft, columns: Sequence[Variable]) -> Any:
    kinds = {
        Type.STRING: pa.string(),
        Type.INTEGER: pa.int64(),
        Type.NUMBER: pa.float64(),
        Type.DATE: pa.date32(),
        Type.DATETIME: pa.timestamp("ms", tz="UTC"),
    }
    fields = [pa.field(one.name, kinds[one.type], metadata=_metadata(one)) for one in columns]
    fields += [pa.field(one.name + REASON, pa.int8()) for one in columns if one.missing]
    about = {"questionnaire": draft.layout.questionnaire, "as_of": draft.said["as_of"]}
    return pa.schema(fields, metadata={"attune": json.dumps(about)})


def _metadata(column: Variable) -> dict[str, str]:
    said = {
        "labels": dict(column.labels),
        "values": {
            language: {str(value): label for value, label in values}
            for language, values in column.values.items()
        },
        "missing": {str(code): why for code, why in column.missing},
        "measure": column.measure.value,
    }
    return {"attune": json.dumps(said, ensure_ascii=False)}


def _arrays(columns: Sequence[Variable], batch: Sequence[Sequence[str]]) -> Iterator[tuple[str, list[Any]]]:
    for place, column in enumerate(columns):
        reasons = [gone(column, record[place]) for record in batch]
        yield (
            column.name,
            [
                read(column, record[place]) if reason is None else None
                for record, reason in zip(batch, reasons, strict=True)
            ],
        )
        if column.missing:
            yield column.name + REASON, reasons
