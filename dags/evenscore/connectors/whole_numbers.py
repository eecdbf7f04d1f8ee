"""Ids that became floating-point numbers on their way: the same ids while no digit is lost, and refused once one is."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.base.canonical import ID_COLUMNS
from evenscore.base.errors import InputError

EXACT = {pa.float16(): 2**11, pa.float32(): 2**24, pa.float64(): 2**53}
"""From here on neighbouring whole numbers are one and the same in each type."""
NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-][0-9]+)?$"
WHOLE = r"^[+-]?[0-9]+(\.0+)?$"
FRACTION = r"\.0+$"


def ids_of_numbers(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of floating-point or decimal numbers as ids. Raises InputError where digits are lost already."""
    if pa.types.is_decimal(column.type):
        return pc.replace_substring_regex(column.cast(pa.string()), FRACTION, "")
    given = column.filter(pc.fill_null(pc.invert(pc.is_nan(column)), False)).cast(pa.float64())
    lost = given.filter(pc.greater_equal(pc.abs(given), float(EXACT[column.type])))
    if len(lost):
        raise _lost(path, name, str(lost[0].as_py()))
    texts = {value: str(int(value)) if value.is_integer() else str(value) for value in pc.unique(given).to_pylist()}
    return pa.chunked_array([pa.array([texts.get(value) for value in column.to_pylist()], pa.string())])


def id_of_number(value: float, is_exact: bool = True) -> str:
    """A JSON number with a fraction as an id; one that has lost digits keeps the look of it, and is refused later."""
    if not value.is_integer():
        return str(value)
    return str(int(value)) if is_exact and abs(value) < EXACT[pa.float64()] else f"{value:e}"


def require_digits(path: Path, dataset: str, rows: pa.Table, is_kept_as_written: bool = False) -> pa.Table:
    """The rows with `101.0` as `101` in columns of ids that are all whole numbers, unless `is_kept_as_written`.

    Raises InputError where a column of numbers has lost digits. Among other ids what looks like a number is left alone.
    """
    for name in ID_COLUMNS[dataset]:
        values = pc.unique(rows[name]).drop_null()
        if not len(values) or not pc.all(pc.match_substring_regex(values, NUMBER)).as_py():
            continue
        broken = values.filter(pc.match_substring_regex(values, FRACTION + "|[eE]"))
        for value in broken.to_pylist():
            if "e" in value.lower() or abs(Decimal(value)) >= EXACT[pa.float64()]:
                raise _lost(path, name, value)
        if len(broken) and not is_kept_as_written and pc.all(pc.match_substring_regex(values, WHOLE)).as_py():
            place = rows.column_names.index(name)
            rows = rows.set_column(place, name, pc.replace_substring_regex(rows[name], FRACTION, ""))
    return rows


def _lost(path: Path, name: str, value: str) -> InputError:
    return InputError(
        f"{path}: column {name} holds {value}: its ids became floating-point numbers and have lost their last digits; "
        "write them as text or whole numbers"
    )
