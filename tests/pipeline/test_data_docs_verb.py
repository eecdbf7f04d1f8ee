"""Great Expectations' own pages of a real night, by the suites as they are."""

from click.testing import CliRunner
from stepping import NIGHTS

from evenscore.base.settings import Settings
from evenscore.checks.suites import load_suites
from evenscore.cli import main
from evenscore.night.data_docs import DOCUMENTED


def test_every_suite_has_a_page_as_the_command_line_writes_them(spoilt: Settings) -> None:
    typed = ["--home", str(spoilt.home), "--config", str(spoilt.config), "--date", str(NIGHTS[-1]), "--data-docs"]
    said = CliRunner().invoke(main, ["report", *typed])
    assert (said.exit_code, said.stderr) == (0, "")
    suites = {suite.name for stage in DOCUMENTED for suite in load_suites(stage, spoilt.checks)}
    pages = {path.stem: path.read_text() for path in spoilt.places.data_docs(NIGHTS[-1]).glob("*.html")}
    assert suites == pages.keys() and len(suites) > 10
    assert all("Validation" in page for page in pages.values())
