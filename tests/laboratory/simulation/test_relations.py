"""What the simulation lays out is what a night lays out."""

from datetime import date
from pathlib import Path

import duckdb

from evenscore.laboratory.simulation import relations, results
from evenscore.night import inputs
from evenscore.state.runs import Night


def test_the_simulation_looks_back_on_the_nights_that_a_night_does(tmp_path: Path) -> None:
    settings, tonight = results.settings_of(tmp_path, None), date(2026, 3, 10)
    with duckdb.connect() as con:
        con.execute("create schema raw")
        inputs._write_look_back(con, settings, Night.of(tonight))
        nights = con.execute("from raw.look_back order by all").fetchall()
        asked = {"day": tonight, "lookback_nights": settings.scoring.lookback_nights}
        assert con.execute(f"from ({relations.NIGHTLY['raw.look_back']}) order by all", asked).fetchall() == nights
    assert (nights[-1], len(nights)) == ((tonight,), settings.scoring.lookback_nights + 1)
