"""What a fit writes: the next version's scale and panel, to be copied into the project, and the report."""

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io
from evenscore.laboratory.fit import FEATURES_OF, PANEL, SPANS, WEIGHED, Fit, scales
from evenscore.laboratory.fit_words import in_full, judged_in_full
from evenscore.laboratory.fitting import Panel
from evenscore.laboratory.judgements import Judged


def write(found: Fit, folder: Path) -> list[Path]:
    """Write the next version's scale, panel and report into a folder; no file of an existing version is touched."""
    version = found.version
    contents = {
        f"scale_v{version}.csv": _scale_csv(found),
        f"panel_v{version}.csv": _panel_csv(found.panel),
        f"fit_v{version}.md": in_full(found),
    }
    return _written(folder, contents, f"fit_v{version}.json", found.facts)


def write_judged(found: Judged, folder: Path) -> list[Path]:
    """Write the report of a fit on labelled pairs and a file of features alone."""
    return _written(folder, {"fit_pairs.md": judged_in_full(found)}, "fit_pairs.json", asdict(found))


def _written(folder: Path, contents: dict[str, str], facts_name: str, facts: dict[str, Any]) -> list[Path]:
    for name, text in contents.items():
        atomic_io.write_bytes(folder / name, text.encode())
    atomic_io.write_json(folder / facts_name, facts)
    return [*(folder / name for name in contents), folder / facts_name]


def _scale_csv(found: Fit) -> str:
    with scales()[FEATURES_OF].open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    on = f"fitted on {len(found.panel):,} rows of {', '.join(found.networks)}, see fit_v{found.version}.md"
    for name, constant in WEIGHED.items():
        row = next(row for row in rows if row["constant"] == constant)
        row |= {"value": f"{found.weights[name]:g}"}
        row |= {"why": f"share of the points that the {SPANS[name]} half-life brings; {on}"}
    return _csv(list(rows[0]), [list(row.values()) for row in rows])


def _panel_csv(panel: Panel) -> str:
    columns = (panel.cut_off, *panel.values.T, panel.engagers.astype(int))
    rows = zip(range(1, len(panel) + 1), *(column.tolist() for column in columns), strict=True)
    return _csv(list(PANEL), [list(row) for row in rows])


def _csv(header: list[str], rows: list[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
