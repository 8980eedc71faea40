"""Tables as columns, and charts."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas
    import polars

#: Rows that a notebook shows of a table.
_SHOWN = 20


def _column(cells: list[str]) -> np.ndarray[Any, Any]:
    """Whole numbers, numbers (NaN where a cell is empty), or texts."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return np.array(cells, dtype=object)
    if len(filled) == len(cells) and all(cell.removeprefix("-").isdecimal() for cell in cells):
        return np.array([int(cell) for cell in cells])
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError:
        return np.array(cells, dtype=object)


class Table(Mapping[str, "np.ndarray[Any, Any]"]):
    """A table as columns by name: what the file of this name holds. Figures have six significant digits, as there; ``.document`` of what it belongs to has
    full precision. A cell that is empty in the file is NaN in a column of numbers."""

    def __init__(self, name: str, csv_bytes: bytes) -> None:
        #: Name of the file, such as ``summary.csv``.
        self.name = name
        #: The file, byte for byte as the command line writes it.
        self.csv = csv_bytes
        header, *rows = csv.reader(io.StringIO(csv_bytes.decode(), newline=""))
        self._length = len(rows)
        self._columns = {column: _column([row[at] for row in rows]) for at, column in enumerate(header)}

    @classmethod
    def _of(cls, name: str, header: list[str], rows: list[list[str]]) -> Table:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([header, *rows])
        return cls(name, text.getvalue().encode())

    def __getitem__(self, column: str) -> np.ndarray[Any, Any]:
        return self._columns[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns)

    @property
    def height(self) -> int:
        """Number of rows."""
        return self._length

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row, by column."""
        for at in range(self._length):
            yield {name: column[at] for name, column in self._columns.items()}

    def where(self, **equal: Any) -> list[dict[str, Any]]:
        """The rows in which columns have these values: ``table.where(material="magnet", country="USA")``."""
        return [row for row in self.rows() if all(row[name] == value for name, value in equal.items())]

    def to_pandas(self) -> pandas.DataFrame:
        """As a pandas frame (pandas has to be installed)."""
        import pandas

        return pandas.DataFrame(self._columns)

    def to_polars(self) -> polars.DataFrame:
        """As a polars frame (polars has to be installed)."""
        import polars

        columns = {name: column.tolist() if column.dtype == object else column for name, column in self._columns.items()}
        return polars.DataFrame(columns)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.height} rows, {len(self)} columns>"

    def _repr_html_(self) -> str:
        def cells(kind: str, values: list[Any]) -> str:
            return "".join(f"<{kind}>{html.escape(str(value))}</{kind}>" for value in values)

        head = cells("th", self.columns)
        rows = [cells("td", list(row.values())) for _, row in zip(range(_SHOWN), self.rows())]
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        more = f"<p>{self.height} rows in all</p>" if self.height > _SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


class Chart:
    """A chart; notebooks show it."""

    def __init__(self, name: str, svg: str) -> None:
        #: Its name, such as ``exceedance-magnet``.
        self.name = name
        #: The SVG document.
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> None:
        """Writes the SVG to a file."""
        Path(path).write_text(self.svg, encoding="utf-8")

    def __repr__(self) -> str:
        return f"<chart {self.name}>"


class Charts(Mapping[str, Chart]):
    """Charts by name; notebooks show all of them."""

    def __init__(self, charts: list[tuple[str, str]]) -> None:
        self._charts = {name: Chart(name, svg) for name, svg in charts}

    def __getitem__(self, name: str) -> Chart:
        return self._charts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._charts)

    def __len__(self) -> int:
        return len(self._charts)

    def __repr__(self) -> str:
        return f"<charts: {', '.join(self._charts)}>"

    def _repr_html_(self) -> str:
        return "".join(f"<div>{chart.svg}</div>" for chart in self._charts.values())
