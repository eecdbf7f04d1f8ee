"""Verbs about the consent ledger: say yes, say no, read what was said, and prove that nobody rewrote it."""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from evenscore.base.errors import BusyError, UsageError
from evenscore.base.settings import Settings
from evenscore.base.terminal import say
from evenscore.cli.root import NetworkAccount, Verb, hand_on, main, shared, show, surroundings
from evenscore.consent import ledger
from evenscore.consent.chain import Row
from evenscore.consent.entries import plain
from evenscore.consent.standing import last_words, standing
from evenscore.erasure.hide import hide
from evenscore.state import runs


@main.group()
@shared
@click.pass_context
def consent(ctx: click.Context, /, **given: Any) -> None:
    """Grant, withdraw, read, verify and import the decisions of the consent ledger.

    \b
    Example: evenscore consent show p_maya
    """
    hand_on(ctx, consent.commands, given)


def deciding(verb: Verb) -> Verb:
    """A verb that appends decisions of one person."""
    when = click.option("--recorded-at", help="When it was said, ISO 8601, UTC.  [default: now]")
    source = click.option("--source", help="Where it was said: a form, a letter.")
    return click.argument("person")(source(when(surroundings(verb))))


@consent.command()
@click.option(
    "--account", "accounts", type=NetworkAccount(), multiple=True, required=True, help="Once for each that is linked."
)
@click.option("--persona", type=click.Choice(["work", "personal"]), default="work", show_default=True)
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    default=["public_score"],
    show_default=True,
    help="public_score, research or topic:ID; once for each.",
)
@click.option("--adult/--minor", "is_adult", default=None, help="As the person declared; without it nobody is scored.")
@click.option("--text-version", help="Of the words that the person said yes to.")
@deciding
def grant(
    settings: Settings,
    as_json: bool,
    person: str,
    accounts: tuple[tuple[str, str], ...],
    persona: str,
    purposes: tuple[str, ...],
    is_adult: bool | None,
    text_version: str | None,
    source: str | None,
    recorded_at: str | None,
) -> None:
    """Record that a person says yes, for accounts of theirs that are linked by it.

    \b
    Example: evenscore consent grant p_maya --account forum:maya --adult --text-version 2026-01 --source "web form"
    """
    common = {"person_id": person, "persona": persona, "is_adult": is_adult, "recorded_at": recorded_at}
    common |= {"action": "grant", "text_version": text_version, "source": source}
    links = [{"network": network, "account_id": account_id} for network, account_id in accounts]
    _record(settings, as_json, [{**common, **link, "purpose": purpose} for link in links for purpose in purposes])


@consent.command()
@click.option(
    "--account",
    "accounts",
    type=NetworkAccount(),
    multiple=True,
    help="Once for each.  [default: all that are linked]",
)
@click.option("--purpose", "purposes", multiple=True, help="Once for each.  [default: all that were granted]")
@deciding
def withdraw(
    settings: Settings,
    as_json: bool,
    person: str,
    accounts: tuple[tuple[str, str], ...],
    purposes: tuple[str, ...],
    source: str | None,
    recorded_at: str | None,
) -> None:
    """Record that a person says no: readers see nothing more of it from now on, and the next night does not score it.

    \b
    Example: evenscore consent withdraw p_maya --purpose public_score
    """
    said = [row["entry"]["fields"] for row in ledger.rows_of(settings, person)]
    mine = [row for row in said if not accounts or (row["network"], row["account_id"]) in accounts]
    wanted = purposes or tuple(sorted({row["purpose"] for row in mine if row["action"] == "grant"}))
    linked = {(row["network"], row["account_id"], row["persona"]): row for row in mine}
    if not linked or not wanted:
        raise UsageError(f"{person}: the ledger has no grant of theirs there to withdraw")
    common = {"action": "withdraw", "recorded_at": recorded_at, "text_version": None, "source": source}
    _record(settings, as_json, [row | common | {"purpose": one} for row in linked.values() for one in wanted])


PATIENCE = 3600
"""Seconds that a decision waits for the step of a night, or the night of the command line, that is under way."""


@contextlib.contextmanager
def _in_turn(settings: Settings) -> Iterator[None]:
    """Hold the home folder, once whoever works there lets go of it: nobody's decision is turned away."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(runs.only_one(settings.places, between_steps=True))
        except BusyError:
            say("evenscore: waits until the run that works in this home folder lets go of it", is_error=True)
            held.enter_context(runs.only_one(settings.places, between_steps=True, patience=PATIENCE))
        yield


def _record(settings: Settings, as_json: bool, rows: list[Row]) -> None:
    with _in_turn(settings):
        appended = ledger.record(settings, rows, rows[0]["action"])
        known = len(rows) - len(appended)
        lines = [_line(row) for row in appended] + ([f"{known} known already"] if known else [])
        show([plain(row) for row in appended], as_json, "\n".join(lines))
        _warn_of_the_clock([plain(row) for row in appended])
        _hide(settings)


def _warn_of_the_clock(appended: list[Row]) -> None:
    late = [row for row in appended if row["recorded_at"] > row["appended_at"]]
    if late:
        says = f"evenscore: this machine's clock says {late[0]['appended_at']}, which is before what the ledger has of "
        says += f"{late[0]['person_id']} already: recorded as said right after that. Set the clock"
        say(says, is_error=True)


def _hide(settings: Settings) -> None:
    """Take out of readers' sight whom the ledger lets go: a grant may say so, too, of a minor or a second claim."""
    try:
        hide(settings)
    except Exception:
        say("evenscore: recorded, but not hidden yet: mend this and say it again, or run a night", is_error=True)
        raise


@consent.command("show")
@click.argument("person", required=False)
@surroundings
def show_consent(settings: Settings, as_json: bool, person: str | None) -> None:
    """Show a person's rows, the decisions that stand last; without a person, counts of all as of the latest night.

    \b
    Example: evenscore consent show p_maya
    """
    if person is None:
        counts = standing(settings.places)
        show(counts, as_json, "\n".join(_counted(counts)))
        return
    rows = ledger.rows_of(settings, person)
    if not rows:
        raise UsageError(f"{person}: the ledger has no row of theirs")
    stand = last_words(rows)
    lines = [*(_line(row) for row in rows), "", "what stands", *(f"  {_said(fields)}" for fields in stand)]
    show({"rows": [plain(row) for row in rows], "standing": stand}, as_json, "\n".join(lines))


@consent.command()
@click.option("--head", "noted_hash", help="A hash that was noted once; its row must still be there.")
@surroundings
def verify(settings: Settings, as_json: bool, noted_hash: str | None) -> None:
    """Verify every row of the ledger, and against what earlier runs saw; a broken chain exits 1 and says where.

    Note the hash somewhere else: with --head it later proves that nothing was cut off or made anew.

    \b
    Example: evenscore consent verify
    """
    found = ledger.verify(settings, noted_hash)
    end = f"the last, {found.head['sequence']}, has the hash {found.head['row_hash']}" if found.head else "none yet"
    counts = f"{found.row_count} rows, {found.entry_count} decisions, {found.erasure_count} erasures"
    show(asdict(found), as_json, f"{settings.places.consent_ledger}: sound; {counts}; {end}")


@consent.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--accept-missing", is_flag=True, help="Settle rows that are gone from the configured file: grants end.")
@surroundings
def import_file(settings: Settings, as_json: bool, file: Path | None, accept_missing: bool) -> None:
    """Take what is new in a file into the ledger, by default in the configured one, as every night does first.

    Whom it lets go, readers see no more from now on.

    \b
    Example: evenscore consent import grants_of_march.csv
    """
    with _in_turn(settings):
        found = ledger.import_ledger(settings, file, accept_missing)
        text = f"{found.file}: {found.appended_count} rows taken in, {found.known_count} known already"
        text += f", {found.repeated_count} repeated, {found.forgotten_count} of people who were erased left out"
        if accept_missing:
            text += f"; {found.settled_count} gone from {settings.ledger} are settled: grants among them have ended"
        show(asdict(found), as_json, text)
        _hide(settings)


def _line(row: Row) -> str:
    origin = row["entry"]["origin"]
    where = f"{origin['file']} row {origin['row']}" if "file" in origin else f"evenscore consent {origin['verb']}"
    return f"{row['sequence']:>6}  {_said(row['entry']['fields'])}  ({where})"


AGES = {True: "adult", False: "minor: not scored", None: "not declared an adult: not scored"}


def _said(fields: Row) -> str:
    age = AGES[fields["is_adult"]]
    more = "".join(f", {fields[name]}" for name in ("text_version", "source") if fields[name])
    account = f"{fields['network']}:{fields['account_id']} ({fields['persona']})"
    return f"{fields['recorded_at'][:19]}Z  {fields['action']} {fields['purpose']}  {account}, {age}{more}"


def _counted(counts: dict[str, Any]) -> list[str]:
    plain = [f"{name.replace('_', ' ')}: {value}" for name, value in counts.items() if name != "refused"]
    return [*plain, "accounts not scored", *(f"  {reason}: {count}" for reason, count in counts["refused"].items())]
