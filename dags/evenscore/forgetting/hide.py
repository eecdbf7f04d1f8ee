"""Applies present consent to what is published already: what readers see, and every run kept for a roll-back."""

from pathlib import Path

import duckdb

from evenscore import durable, publishing, runs
from evenscore.errors import UsageError
from evenscore.places import Places
from evenscore.settings import Settings
from evenscore.shown import Shown, shown_now
from evenscore.shown_rows import MARTS, lay_out_present, rule
from evenscore.warehouse import quoted


def hide(settings: Settings) -> Path | None:
    """Show nothing more of whoever may not be shown any more: people, personas, networks, topics, and the nights that
    rested on them; first where readers look, then in every kept run.

    Returns the folder that readers see from now on; None where nothing of what they see was to be hidden. Raises
    BusyError while another run works in the home: what is to be hidden then goes with its publish.
    """
    places = settings.places
    with runs.only_one(places):
        if not places.current.exists():
            return None
        shown = shown_now(settings)
        clean = _known_clean(places, shown)
        current = places.current.resolve()
        others = [folder for folder in reversed(publishing.kept_runs(places)) if folder.resolve() != current]
        found = {folder: _apply(places, folder, shown, clean) for folder in (current, *others)}
        _note_clean(places, shown)
        return places.current.resolve() if found[current] else None


def roll_back(settings: Settings, run: str | None) -> Path:
    """Point readers at an earlier kept run, by default the one before what they see, present consent applied first.

    Returns the folder that they see from now on. Raises UsageError naming the kept runs where there is no such one.
    """
    places = settings.places
    with runs.only_one(places):
        folder = _earlier(places, run)
        publishing.require_whole(folder)
        applied = _apply(places, folder, shown_now(settings), frozenset()) or folder
        durable.point(places.current, applied)
        hide(settings)
        return places.current.resolve()


def _earlier(places: Places, run: str | None) -> Path:
    folders = publishing.kept_runs(places)
    current = places.current.resolve() if places.current.exists() else None
    if run is None:
        before = folders[: [folder.resolve() for folder in folders].index(current)] if current else folders
        if not before:
            raise UsageError(f"{places.published}: no earlier run is kept")
        return before[-1]
    named = [folder for folder in folders if folder.name == run]
    if not named:
        known = ", ".join(folder.name for folder in folders) or "none"
        raise UsageError(f"{run}: no such run is kept (kept: {known})")
    return named[0]


def _apply(places: Places, folder: Path, shown: Shown, clean: frozenset[str]) -> Path | None:
    """Write a run anew without whom it may not show; None where it shows nobody else."""
    if publishing.database_digest(folder) in clean:
        return None
    with duckdb.connect() as con:
        con.execute(f"attach {quoted(folder / publishing.DATABASE)} as previous (read_only)")
        lay_out_present(con, shown)
        kept = {table: f"select * from previous.{table} where {rule}" for table, rule in _broken_rules(con).items()}
    return publishing.rewrite(places, folder, kept, lambda con: lay_out_present(con, shown)) if kept else None


def _broken_rules(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The rule of each published table that shows more than it may."""
    seen = con.execute("select table_name from duckdb_tables() where database_name = 'previous'").fetchall()
    rules = {table: rule(table, "present") for (table,) in sorted(seen) if table in MARTS}
    return {
        table: text
        for table, text in rules.items()
        if con.execute(f"select count(*) from previous.{table} where not {text}").fetchall() != [(0,)]
    }


def shown_too_many(settings: Settings) -> dict[str, int]:
    """For each kept run that shows somebody who may not be shown now, how many of its tables do; for doctor."""
    found = {}
    for folder in publishing.kept_runs(settings.places):
        with duckdb.connect() as con:
            con.execute(f"attach {quoted(folder / publishing.DATABASE)} as previous (read_only)")
            lay_out_present(con, shown_now(settings))
            found[folder.name] = len(_broken_rules(con))
    return {name: count for name, count in found.items() if count}


def _known_clean(places: Places, shown: Shown) -> frozenset[str]:
    """Digests of the databases that were found to show nobody but these people."""
    path = places.consent_applied
    noted = durable.read_json(path) if path.exists() else {}
    return frozenset(noted["databases"]) if noted.get("shown") == shown.digest else frozenset()


def _note_clean(places: Places, shown: Shown) -> None:
    digests = sorted(publishing.database_digest(folder) for folder in publishing.kept_runs(places))
    durable.write_json(places.consent_applied, {"shown": shown.digest, "databases": digests})
