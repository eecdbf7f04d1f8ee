"""Applies present consent to what is published already: what readers see, and every run kept for a roll-back."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from evenscore.base import atomic_io, databases
from evenscore.base.databases import quoted
from evenscore.base.errors import EvenscoreError, UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.consent.judging import claim_of
from evenscore.consent.ledger import read_ledger
from evenscore.consent.shown import Shown, shown_by_ledger, shown_now
from evenscore.erasure import other_files
from evenscore.names.identifier_matcher import ErasureSubject, IdentifierMatcher
from evenscore.publication import publishing, roster, run_folders
from evenscore.publication.nameless import lay_functions, lay_nameless, nameless
from evenscore.publication.shown_rows import MARTS, lay_out_present, rule
from evenscore.state import reconstructed, runs

GONE = """
    select distinct person_id from previous.person_scores
    where person_id not in (select person_id from present.consent_shown)
"""
"""People of a run of whom nothing at all may be shown any more."""


@dataclass(frozen=True)
class Standing:
    """Who may be shown, and who in the ledger may not."""

    shown: Shown
    non_members: list[str]
    """The names of accounts and people that may stand in no text."""


@dataclass(frozen=True)
class Applied:
    """What became of one kept run: the folder that has its place now, and who stands in it no more."""

    folder: Path
    gone: frozenset[str] = frozenset()


def hide_before_night(settings: Settings) -> None:
    """Hide as a matter of course: a restored home, or a link moved by hand, may show somebody who has left.

    Where nobody at all may be shown, ledger or feed were lost or misread: the night stops for that, and what readers
    see is left to whoever looks into it.
    """
    if shown_now(settings).stands:
        hide(settings)


def hide(settings: Settings) -> Path | None:
    """Show nothing more of whoever may not be shown any more: people, personas, networks, topics, and the nights that
    rested on them; where readers look, then by the ledger alone in every other kept run, and on every page.

    Returns the folder that readers see from now on; None where nothing of what they see was to be hidden. Raises
    BusyError while another run works in the home: what is to be hidden then goes with its publish.
    """
    places = settings.places
    with runs.only_one(places, between_steps=True):
        shown = shown_now(settings)
        reconstructed.keep_only(places, {(person, persona) for person, persona, *_ in shown.stands})
        if not places.current.exists():
            return None
        by_ledger = shown_by_ledger(settings)
        clean = _known_clean(places, by_ledger)
        current = places.current.resolve()
        others = [folder for folder in reversed(run_folders.kept_runs(places)) if folder.resolve() != current]
        found = {current: _apply(settings, current, _standing(settings, shown), frozenset())}
        of_others = _standing(settings, by_ledger)
        found |= {folder: _apply(settings, folder, of_others, clean) for folder in others}
        if any(one.folder != folder for folder, one in found.items()):
            _take_off_pages(settings, frozenset().union(*(one.gone for one in found.values())), shown)
        _note_clean(places, by_ledger)
        return places.current.resolve() if found[current].folder != current else None


def _take_off_pages(settings: Settings, people: frozenset[str], shown: Shown) -> None:
    """What reviewers and others read of people who have left, and of accounts that others keep without: pages of
    nights, comparisons, evaluations. A name that somebody who stands has elsewhere stays."""
    from evenscore.report.writing import take_off  # seconds to import: only where somebody has left

    members = {person for person, *_ in shown.stands}
    known = {name.casefold() for person, _, _, account in shown.stands for name in (person, account)}
    claims = {claim_of(row) for row in read_ledger(settings).to_pylist()}
    subjects = [
        ErasureSubject(network, account, "", person if person in people else None)
        for person, network, account in sorted(claims)
        if person in people or (person in members and account.casefold() not in known)
    ]
    matcher = IdentifierMatcher(subjects, people=people, ids=settings.account_ids)
    take_off(settings, matcher)
    other_files.purge_files(settings, matcher, settings.places.read_by_others)


def roll_back(settings: Settings, run: str | None) -> Path:
    """Point readers at an earlier kept run, by default the one before what they see, present consent applied first.

    Returns the folder that they see from now on. Raises UsageError naming the kept runs where there is no such one, and
    EvenscoreError where readers were led back and then hiding in the other kept runs failed.
    """
    places = settings.places
    with runs.only_one(places):
        folder = _earlier(places, run)
        run_folders.require_whole(folder)
        standing = _standing(settings, shown_now(settings))
        atomic_io.point(places.current, _apply(settings, folder, standing, frozenset()).folder)
        seen = places.current.resolve()
        try:
            hide(settings)
        except Exception as error:
            not_yet = "other kept runs and pages may still show who has left: mend this, a night does the rest"
            raise EvenscoreError(f"readers see {seen.name}, but {not_yet}: {error}") from error
        return places.current.resolve()


def _earlier(places: HomePaths, run: str | None) -> Path:
    folders = run_folders.kept_runs(places)
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


def _apply(settings: Settings, folder: Path, standing: Standing, clean: frozenset[str]) -> Applied:
    """Write a run anew without whom it may not show, where it shows anybody such."""
    if run_folders.database_digest(folder) in clean or _is_at_rest(settings, folder, standing):
        return Applied(folder)
    with databases.connect() as con:
        con.execute(f"attach {quoted(folder / run_folders.DATABASE)} as previous (read_only)")
        _lay_out(con, settings, standing)
        kept = {table: f"from {nameless('previous', table)} where {text}" for table, text in _broken_rules(con).items()}
        gone = con.execute(GONE).fetchall() if kept else []
    if kept:
        folder = publishing.rewrite(settings.places, folder, kept, lambda con: _lay_out(con, settings, standing))
    return Applied(folder, frozenset(person for (person,) in gone))


def _is_at_rest(settings: Settings, folder: Path, standing: Standing) -> bool:
    """Whether a run shows nobody and nothing that it may not, by its roster: then its history need not be read."""
    with databases.connect() as con:
        if not roster.lay_out(con, folder, "previous"):
            return False
        _lay_out(con, settings, standing)
        return not _broken_rules(con)


def _standing(settings: Settings, shown: Shown) -> Standing:
    accounts = {(network, account) for *_, network, account in shown.stands}
    people = {person for person, *_ in shown.stands}
    ledger = read_ledger(settings)
    claims = set(zip(*(ledger[name].to_pylist() for name in ("person_id", "network", "account_id")), strict=True))
    non_members = {name for _, network, name in claims if (network, name) not in accounts}
    return Standing(shown, sorted(non_members | {person for person, *_ in claims} - people))


def _lay_out(con: duckdb.DuckDBPyConnection, settings: Settings, standing: Standing) -> None:
    """Lay out who stands, and the tables that hold ids and texts without the names of whoever does not."""
    lay_out_present(con, standing.shown)
    lay_functions(con, settings.account_ids)
    con.execute("create schema if not exists conformed")
    con.register("non_members", pa.table({"name": pa.array(standing.non_members, pa.string())}))
    con.execute(
        "create or replace table conformed.non_member_names as "
        "select lower(trim(name, '.-_')) as name from non_members where not names_nobody(name)"
    )
    con.unregister("non_members")
    lay_nameless(con, "previous", "present.consent_shown")


def _broken_rules(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The rule of each published table that shows more than it may."""
    seen = con.execute("select table_name from duckdb_tables() where database_name = 'previous'").fetchall()
    rules = {table: rule(table, "present") for (table,) in sorted(seen) if table in MARTS}
    return {table: text for table, text in rules.items() if _is_broken(con, table, text)}


def _is_broken(con: duckdb.DuckDBPyConnection, table: str, text: str) -> bool:
    """Whether a table shows a row that it may not, or names somebody in a row of another's."""
    shown = nameless("previous", table)
    counts = [f"(select count(*) from previous.{table} where not {text})"]
    if shown != f"previous.{table}":
        counts.append(f"(select count(*) from (from previous.{table} except all from {shown}))")
    return con.execute(f"select {' + '.join(counts)}").fetchall() != [(0,)]


def shown_too_many(settings: Settings) -> dict[str, int]:
    """For each kept run that shows somebody who may not be shown now, how many of its tables do; for doctor."""
    found = {}
    of_readers, of_others = (_standing(settings, shown) for shown in (shown_now(settings), shown_by_ledger(settings)))
    for folder in run_folders.kept_runs(settings.places):
        with databases.connect() as con:
            con.execute(f"attach {quoted(folder / run_folders.DATABASE)} as previous (read_only)")
            is_seen = folder.resolve() == settings.places.current.resolve()
            _lay_out(con, settings, of_readers if is_seen else of_others)
            found[folder.name] = len(_broken_rules(con))
    return {name: count for name, count in found.items() if count}


def _known_clean(places: HomePaths, shown: Shown) -> frozenset[str]:
    """Digests of the databases that were found to show nobody but these people."""
    path = places.consent_applied
    noted = atomic_io.read_json(path) if path.exists() else {}
    return frozenset(noted["databases"]) if noted.get("shown") == shown.digest else frozenset()


def _note_clean(places: HomePaths, shown: Shown) -> None:
    digests = sorted(run_folders.database_digest(folder) for folder in run_folders.kept_runs(places))
    atomic_io.write_json(places.consent_applied, {"shown": shown.digest, "databases": digests})
