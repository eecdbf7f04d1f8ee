"""What a configuration may say of a source that is pulled; a mistake names the setting."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from invented import every
from loopback import Asked, Reply
from pulled_home import altered, served

from evenscore import pulling
from evenscore.base.config_file import load_settings
from evenscore.base.errors import UsageError
from evenscore.connectors.zulip import Zulip
from evenscore.pulling import pull, pull_all, pulled_sources, secrecy
from evenscore.pulling.asking import Asker
from evenscore.pulling.outcome import WHOLE, Pulled


def configured(folder: Path, source: str) -> Path:
    (folder / "ledger.csv").write_text("person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n")
    config = folder / "evenscore.toml"
    config.write_text(f'[consent]\nledger = "ledger.csv"\n\n[[sources]]\nname = "net"\n{source}\n')
    return config


def test_a_network_without_a_path_is_pulled_from_where_it_is(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "home", configured(tmp_path, 'kind = "github"\nplaces = ["ann/tool"]'))
    assert settings.sources[0].url == "https://api.github.com"
    assert settings.folder(settings.sources[0]) == tmp_path / "home/pulls/net/pages"


def test_a_source_that_is_read_from_files_is_not_pulled(tmp_path: Path) -> None:
    config = configured(tmp_path, 'kind = "files"\nnetwork = "forum"\npath = "forum.ndjson"')
    (tmp_path / "forum.ndjson").touch()
    with pytest.raises(UsageError, match=r"sources\.net is read from .*forum\.ndjson, not pulled"):
        pull(load_settings(tmp_path / "home", config), "net")


@pytest.mark.parametrize(("days", "is_asked"), [(-1, False), (0, True), (1, True)])
def test_a_network_that_has_ended_is_asked_no_more(tmp_path: Path, days: int, is_asked: bool) -> None:
    today = datetime.now(UTC).date()
    ended = f'kind = "github"\nplaces = ["ann/tool"]\nlast_day = {today + timedelta(days)}'
    settings = load_settings(tmp_path / "home", configured(tmp_path, ended))
    assert [source.name for source in pulled_sources(settings)] == ["net"] * is_asked
    assert settings.sources[0].is_asked(today) is is_asked
    files = configured(tmp_path, f'kind = "files"\nnetwork = "forum"\npath = "x/*"\nlast_day = {today}')
    (tmp_path / "x").mkdir()
    assert pulled_sources(load_settings(tmp_path / "home", files)) == []


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ('kind = "activitystreams"\nurl = "https://a.example"\ncase_counts = true', "activitystreams"),
        ('kind = "mastodon"\nurl = "https://a.example"\nnetwork = "home"\ncase_counts = true', "home"),
        ('kind = "youtube"', "youtube"),
        ('kind = "youtube"\nnetwork = "tube"', "tube"),
    ],
)
def test_case_counts_by_whichever_name_a_network_has(tmp_path: Path, source: str, network: str) -> None:
    settings = load_settings(tmp_path / "home", configured(tmp_path, source))
    for ids in (settings.account_ids, settings.source("net").account_ids):
        assert ids.normal(network, "UCabC") == "UCabC" and ids.normal("forum", "UCabC") == "ucabc"
    assert settings.source("net").case_counts


def test_a_project_of_gitlab_may_be_named_by_its_path_and_is_asked_for_as_one_part(tmp_path: Path) -> None:
    named = 'places = ["12", "group/sub/tool", "group%2Fold"]'
    asked = load_settings(tmp_path / "home", configured(tmp_path, f'kind = "gitlab"\n{named}')).source("net")
    assert asked.asked_places == ("12", "group%2Fsub%2Ftool", "group%2Fold")
    one = load_settings(tmp_path / "home", configured(tmp_path, 'kind = "github"\nplaces = ["a/b"]')).source("net")
    assert one.asked_places == ("a/b",)


def test_a_pull_asks_for_projects_by_their_path_as_one_part_and_says_which_was_never_found(tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply({"message": "404"}, 404) if "none" in asked.path else reply

    network = replace(altered(every()["gitlab"](), change), settings='places = ["group/tool", "group/none"]')
    with served(tmp_path, network) as home:
        told = home.pull().account
        paths = {one.path for one in home.server.log}
    assert {f"/api/v4/projects/group%2F{name}/issues" for name in ("tool", "none")} <= paths
    assert told.incomplete == {"place 2: nothing was ever found there": 1}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('kind = "github"', "names one repository"),
        ('kind = "github"\nplaces = ["a/b", "c/d"]', "names one repository"),
        ('kind = "gitlab"', "names its projects"),
        ('kind = "mastodon"', "names neither a path to read nor the url"),
        ('kind = "mastodon"\npath = "x/*"\nurl = "https://m.example"', "has a path and a url"),
        ('kind = "files"\npath = "x/*"\nurl = "https://m.example"', "of no kind that can be pulled"),
        ('kind = "mastodon"\nurl = "https://ann:secret@m.example"', "url"),
        ('kind = "mastodon"\nurl = "ftp://m.example"', "url"),
        ('kind = "mastodon"\nurl = "https://m.example"\ntoken = "abc"', "no such setting"),
        ('kind = "mastodon"\nurl = "https://m.example"\nlast_day = "soon"', "last_day"),
    ],
)
def test_a_mistake_ends_with_a_line_that_names_it(tmp_path: Path, source: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        load_settings(tmp_path / "home", configured(tmp_path, source))


def test_a_secret_that_is_too_short_is_refused_by_name_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(tmp_path / "home", configured(tmp_path, 'kind = "github"\nplaces = ["ann/tool"]'))
    monkeypatch.setenv("EVENSCORE_TOKEN_NET", "s3cr3t7")
    for asks in (lambda: pull(settings, "net", "s3cr3t7"), lambda: pull_all(settings)):
        with pytest.raises(UsageError, match=r"EVENSCORE_TOKEN_NET .*evenscore_net.* fewer than 8") as told:
            asks()
        assert "s3cr3t7" not in str(told.value)
    monkeypatch.setenv("EVENSCORE_TOKEN_NET", "s3cr3t78")
    assert pull_all(settings)[0].state == "nobody"


def test_the_shortest_secret_is_kept_out_of_what_is_said() -> None:
    said = b'{"link": "/?key=s3cr3t/8&x", "as": "s3cr3t%2F8", "json": "s3cr3t\\/8", "other": "s3cr3t"}'
    kept = secrecy.without(secrecy.forms("s3cr3t/8", []), said)
    assert kept == b'{"link": "/?key=(secret)&x", "as": "(secret)", "json": "(secret)", "other": "s3cr3t"}'


def test_neither_the_key_alone_nor_what_carries_it_is_kept() -> None:
    secret = "ann@x.test:s3cr3t-token"
    headers, parameters = Zulip().authorise(secret)
    basic = headers["Authorization"].removeprefix("Basic ")
    forms = secrecy.forms(secret, [*headers.values(), *parameters.values(), ""])
    said = f"{secret} s3cr3t-token Basic {basic} ann@x.test"
    assert secrecy.without(forms, said.encode()) == b"(secret) (secret) Basic (secret) ann@x.test"
    lengths = [len(one) for one in secrecy.forms("n:12345678", [f"x {'a' * count}" for count in range(9, 16)])]
    assert lengths == [15, 14, 13, 12, 11, 10, 10, 9, 8], "the longest first: a part of it would leave the rest"
    assert secrecy.forms(None, []) == [] and secrecy.without([], b"s3cr3t-token") == b"s3cr3t-token"
    assert secrecy.forms("ann@x.test:short", []) == ["ann@x.test:short"]  # seven letters stand in other words, too


def test_hosts_are_asked_side_by_side_and_the_sources_of_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = """kind = "github"
        places = ["ann/tool"]
        [[sources]]
        name = "too"
        kind = "github"
        places = ["ann/other"]
        network = "other"
        [[sources]]
        name = "forge"
        kind = "gitlab"
        url = "https://forge.test"
        places = ["ann/tool"]"""
    settings = load_settings(tmp_path / "home", configured(tmp_path, more))
    both, busy, clashes = Barrier(2), set[str](), list[str]()

    def carried_out(_people: object, asker: Asker) -> Pulled:
        clashes.extend({asker.host} & busy)
        busy.add(asker.host)
        if asker.source.name != "too":
            both.wait(10)
        time.sleep(0.02)
        busy.discard(asker.host)
        return Pulled(asker.source.name, WHOLE)

    monkeypatch.setattr(pulling, "carry_out", carried_out)
    assert ([done.source for done in pull_all(settings)], clashes) == (["net", "too", "forge"], [])
