"""A configuration that cannot work is refused before anything is done, by one line that names file and setting."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from evenscore.base.config_file import load_settings
from evenscore.base.errors import UsageError
from home import Home

CONFIGURATION = Path(__file__).parents[2] / "docs/configuration.md"


def refusal(home: Home, text: str | None = None) -> str:
    if text is not None:
        home.config.write_text(text)
    with pytest.raises(UsageError) as refused:
        load_settings(home.places.home, home.config)
    message = str(refused.value)
    assert message.startswith(f"{home.config}: ")
    assert "\n" not in message
    return message.removeprefix(f"{home.config}: ")


def changed(home: Home, old: str, new: str) -> str:
    text = home.config.read_text()
    assert old in text
    return refusal(home, text.replace(old, new))


def test_a_sound_configuration_is_read(home: Home) -> None:
    settings = load_settings(home.places.home, home.config)
    assert (settings.ledger, settings.source("forum").path) == (home.folder / "ledger.csv", "data/*")
    assert settings.checks.max_rejected_share == 0.05


def test_what_one_source_says_of_case_goes_for_the_others_of_its_network_alone(home: Home) -> None:
    home.configure(more='network = "forum"\ncase_counts = true')
    others = [
        f'[[sources]]\nname = "{name}"\nkind = "files"\npath = "data/*"\nnetwork = "{network}"\n'
        for name, network in (("archive", "forum"), ("forge", "forge"))
    ]
    home.config.write_text("\n".join([home.config.read_text(), *others]))
    found = {name: home.settings.source(name).case_counts for name in ("forum", "archive", "forge")}
    assert found == {"forum": True, "archive": True, "forge": False}


def test_the_docs_show_the_defaults(home: Home) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)\n```", CONFIGURATION.read_text().split("## The settings")[1], re.DOTALL)[:1]
    for section, values in tomllib.loads(f"#{shown.split('What follows shows the defaults.')[1]}").items():
        default = getattr(home.settings, section)
        assert type(default)(**values) == default, section
        left_out = {name for name, value in default if value is None}
        assert values.keys() == type(default).model_fields.keys() - left_out, section


def test_a_missing_file_is_named(home: Home) -> None:
    home.config.unlink()
    assert refusal(home) == "cannot be read (No such file or directory)"


def test_what_is_kept_for_ever_has_a_first_day(home: Home) -> None:
    home.config.write_text(home.config.read_text() + "\n[retention]\nraw_days = 100000\npublished_nights = 100000\n")
    kept = home.settings.retention
    assert kept.first_raw_day(date(2000, 1, 1)) == kept.first_night(date(2000, 1, 1)) < date(1800, 1, 1)


def test_a_file_that_is_not_utf_8_is_named(home: Home) -> None:
    home.config.write_bytes(b"# caf\xe9\n")
    assert refusal(home) == "not UTF-8 (byte 6)"


def test_bad_toml_is_named_with_its_line(home: Home) -> None:
    assert refusal(home, "[consent]\nledger = ledger.csv\n").startswith("not valid TOML: Invalid value (at line 2")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("path =", "pth =", "sources.0.path: is missing"),
        ("[consent]", "colour = 1\n[consent]", "colour: no such setting"),
        ("[consent]", "[checks]\nmax_rejected_shar = 0.1\n[consent]", "checks.max_rejected_shar: no such setting"),
        ("[consent]", "[scoring]\nversion = 99\n[consent]", "scoring.version: Input should be 1"),
        ("[consent]", "[scoring]\nversion = true\n[consent]", "scoring.version: true and false are no value"),
        ("[consent]", "[checks]\nmax_rejected_share = true\n[consent]", "checks.max_rejected_share: true and false"),
        ("[consent]", "[retention]\nraw_days = 100001\n[consent]", "retention.raw_days: Input should be less than"),
        ("[consent]", "[retention]\npublished_nights = 100001\n[consent]", "retention.published_nights: Input should"),
        ("[consent]", "home = '/'\n[consent]", "home and config are not settings of the file"),
        ('"forum"', "7", "sources.0.name: Input should be a valid string"),
        ('name = "forum"', 'name = "../forum"', "sources.0.name: String should match pattern"),
        ('name = "forum"', 'name = "forum\\n"', "sources.0.name: String should match pattern"),
        ('"files"', '"ftp"', "sources.0.kind: Input should be 'files', "),
        ('network = "forum"', 'network = "../x"', "sources.0.network: String should match pattern"),
        ('network = "forum"', 'network = "rejected"', "sources.0: network = 'rejected' is a reserved word"),
        ('network = "forum"', 'network = "deliveries"', "sources.0: network = 'deliveries' is a reserved word"),
        ('network = "forum"', 'network = "all"', "sources.0: network = 'all' is a reserved word"),
        ("[consent]", "[scoring]\nseeds = ['ann']\n[consent]", "scoring.seeds: 'ann' is not a network:account"),
        ("[consent]", "[scoring]\nseeds = ['forum:']\n[consent]", "scoring.seeds: 'forum:' is not a network:account"),
        ("[consent]", "[scoring]\nseeds = [':ann']\n[consent]", "scoring.seeds: ':ann' is not a network:account"),
        ('"data/*"', '""', "sources.0.path: String should have at least 1 character"),
        ('kind = "files"', 'kind = "discourse"', None),
    ],
)
def test_a_wrong_setting_is_named(home: Home, old: str, new: str, message: str | None) -> None:
    if message:
        assert changed(home, old, new).startswith(message)
    else:
        home.config.write_text(home.config.read_text().replace('network = "forum"\n', ""))
        assert changed(home, old, new).startswith("sources.0: a discourse source must name its network")


@pytest.mark.parametrize("share", ["-0.1", "1.1", "'much'", "nan"])
def test_a_share_lies_between_0_and_1(home: Home, share: str) -> None:
    assert changed(home, "[consent]", f"[checks]\nmax_rejected_share = {share}\n[consent]").startswith(
        "checks.max_rejected_share: Input should be"
    )


@pytest.mark.parametrize("points", ["0", "100.1", "inf", "nan"])
def test_points_that_would_hold_nobody_are_refused(home: Home, points: str) -> None:
    assert changed(home, "[consent]", f"[checks]\nhold_move_points = {points}\n[consent]").startswith(
        "checks.hold_move_points: Input should be"
    )


def test_first_weeks_that_never_end_are_refused(home: Home) -> None:
    known = home.config.read_text()
    refused = known + "\n[checks]\nprovisional_nights = 60\n\n[retention]\nraw_days = 60\n"
    assert refusal(home, refused).startswith(
        "checks.provisional_nights: 60 nights are never over where rows are kept for 60"
    )
    home.config.write_text(refused.replace("raw_days = 60", "raw_days = 61"))
    assert home.settings.checks.provisional_nights == 60


def test_two_sources_of_one_name_are_refused(home: Home) -> None:
    source = home.config.read_text().split("\n\n")[1]
    assert refusal(home, home.config.read_text() + source) == "sources: the name 'forum' is given twice"


def test_two_repositories_are_two_networks(home: Home) -> None:
    """Pull requests are numbered within one; a GitLab server has many projects on one network."""
    forge = '[[sources]]\nname = "{name}"\nkind = "{kind}"\nplaces = ["a/{name}"]\nurl = "https://{kind}.test"\n'
    known = home.config.read_text()
    both = [forge.format(name=name, kind="github") for name in ("one", "two")]
    assert refusal(home, "\n".join([known, *both])).startswith("sources: two github sources on one network")
    assert refusal(home, "\n".join([known, both[0] + 'network = "x"\n', both[1] + 'network = "x"\n'])).startswith(
        "sources: two github sources on one network"
    )
    others = [forge.format(name=name, kind="gitlab") for name in ("three", "four")]
    home.config.write_text("\n".join([known, both[0], both[1] + 'network = "other"\n', *others]))
    assert len(home.settings.sources) == 5


def test_a_configuration_without_sources_is_refused(home: Home) -> None:
    assert refusal(home, '[consent]\nledger = "ledger.csv"\n') == "sources: is missing"


def test_a_missing_ledger_is_named(home: Home) -> None:
    (home.folder / "ledger.csv").unlink()
    assert refusal(home) == f"consent.ledger: no file at {home.folder / 'ledger.csv'}"


@pytest.mark.parametrize(
    "path", ["dta/*", "data/day.csv", "data", "data/{Date}.csv", "none/{date}.csv", "data/\\u0000"]
)
def test_a_path_that_leads_nowhere_is_named(home: Home, path: str) -> None:
    assert changed(home, "data/*", path).startswith("sources.forum.path: nothing at ")


@pytest.mark.parametrize("path", ["data/*", "data/**/*.csv", "data/{date}.csv", "data/{date}/*", "data/[ab].csv"])
def test_a_pattern_may_match_nothing_yet(home: Home, path: str) -> None:
    home.configure(path)
    assert load_settings(home.places.home, home.config).source("forum").path == path


def test_a_home_that_is_a_file_is_refused(home: Home) -> None:
    home.places.home.write_text("")
    with pytest.raises(UsageError, match=rf"^{home.places.home}: the home is not a folder$"):
        load_settings(home.places.home, home.config)


def test_an_unknown_source_is_refused_with_the_known_ones(home: Home) -> None:
    with pytest.raises(UsageError, match=r"no source is called 'chat' \(known: forum\)$"):
        home.settings.source("chat")


def test_without_any_configuration_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UsageError, match=r"^evenscore\.toml: not found here, .* `evenscore init` .* `evenscore demo` makes"
    ):
        load_settings(tmp_path / "home")


def test_the_configuration_of_the_working_folder_goes_before_the_demos(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = home.places.demo / "evenscore.toml"
    demo.parent.mkdir(parents=True)
    demo.write_text(home.config.read_text().replace("ledger.csv", "../../ledger.csv").replace("data/", "../../data/"))
    monkeypatch.chdir(home.folder)
    assert load_settings(home.places.home).config == home.config
    home.config.unlink()
    assert load_settings(home.places.home).config == demo
