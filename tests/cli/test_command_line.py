"""The command line as a script has it that was written once: a verb or an option that changes breaks that script."""

from collections.abc import Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner

from evenscore.cli import main

KNOWN = """\
accept [files path...*] [--by text*] [--why text*]
aggregate [--by network|topic|band*] [--recipient text*] [--purpose text*] [--date YYYY-MM-DD]
build [--date YYYY-MM-DD*]
check [--date YYYY-MM-DD*] [--all-checks]
compare [--date YYYY-MM-DD] [--candidate integer]
consent grant [--account NETWORK:ACCOUNT...*] [--persona work|personal=work] [--purpose text...=['public_score']]
    [--adult/--minor] [--text-version text] [person text*] [--source text] [--recorded-at text]
consent import [file path] [--accept-missing]
consent show [person text]
consent verify [--head text]
consent withdraw [--account NETWORK:ACCOUNT...] [--purpose text...] [person text*] [--source text] [--recorded-at text]
demo [--nights integer range:0..75=7]
doctor [--accept-loss text]
evaluate [--from YYYY-MM-DD] [--until YYYY-MM-DD] [--cut-offs integer range:1..100=12] [--grant-everybody]
    [--pairs path] [--labels path] [--only quality|moves|lag|fakes|viral|loss|outage|bands|pairs|labels...]
    [--seed integer=1] [--version 1|2|3]
explain [person text*] [--date YYYY-MM-DD]
export [person text*] [--recipient text=the person] [--purpose text=access by the person (GDPR Art. 15)] [--to
    path] [--page path]
extract [--date YYYY-MM-DD*]
fit [--from YYYY-MM-DD] [--until YYYY-MM-DD] [--cut-offs integer range:3..100=12] [--pairs path] [--features
    path] [--out path]
forget [people text...] [--by text*] [--why text=] [--account NETWORK:ACCOUNT...] [--due]
init [folder path=.]
new network [name text*]
night [--date YYYY-MM-DD] [--until YYYY-MM-DD] [--all-checks]
prune [--as-of YYYY-MM-DD]
publish [--date YYYY-MM-DD*]
pull [--plan] [--budget integer range:1..None] [--source text...]
rebuild [--from YYYY-MM-DD*] [--until YYYY-MM-DD]
report [--date YYYY-MM-DD*] [--data-docs]
review incident [incident_id text*] [--mistaken] [--by text*] [--why text*]
review list [--all]
review reject [people text...*] [--persona text] [--by text*] [--why text*]
review release [people text...*] [--persona text] [--by text*] [--why text*]
review restore [number integer*] [--by text*] [--why text*]
review set-aside [person text*] [--persona text] [--top-post] [--newcomers] [--top-engager] [--again integer]
    [--by text*] [--why text*]
review show [person text*] [--persona text]
rollback [run text]
scores [people text...] [--network text]
simulate [--accounts integer range:1..1000000=2000] [--nights integer range:1..400=60] [--age integer range:1..600=365]
    [--seed integer range:0..None=1] [--seeds integer range:1..100=1]
status [--date YYYY-MM-DD] [--all-checks]
"""
"""Each verb and what is its own: `*` must be given, `...` may be given again, `=` is taken where it is not given."""
SHARED = {"home", "config", "as_json", "verbose"}


def verbs(command: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Every verb below a command, as it is typed."""
    if isinstance(command, click.Group):
        for name, one in sorted(command.commands.items()):
            yield from verbs(one, *path, name)
    else:
        yield " ".join(path), command


VERBS = dict(verbs(main))


def told(param: click.Parameter) -> str:
    """An argument or an option in a word."""
    facts: dict[str, Any] = param.to_info_dict()
    name = "/".join(facts["opts"] + facts["secondary_opts"])
    kind = "|".join(facts["type"].get("choices", ())) or facts["type"]["name"]
    bounds = f":{facts['type']['min']}..{facts['type']['max']}" if "min" in facts["type"] else ""
    what = name if facts.get("is_flag") else f"{name} {kind}{bounds}"
    again = "..." if facts["multiple"] or facts["nargs"] < 0 else ""
    default = "" if facts["default"] in (None, False) else f"={facts['default']}"
    return f"[{what}{again}{default}{'*' if facts['required'] else ''}]"


def test_every_verb_takes_what_it_took() -> None:
    found = [" ".join([verb, *(told(one) for one in command.params if one.name not in SHARED)])
             for verb, command in VERBS.items()]  # fmt: skip
    assert found == KNOWN.replace("\n    ", " ").splitlines()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_option_is_explained(verb: str) -> None:
    command = VERBS[verb]
    assert {one.name for one in command.params} >= SHARED
    helped = CliRunner().invoke(main, [*verb.split(), "--help"])
    assert (helped.exit_code, f"Example: evenscore {verb}" in helped.stdout) == (0, True)
    unsaid = [one.name for one in command.params
              if isinstance(one, click.Option) and not (one.help or one.show_default)]  # fmt: skip
    assert unsaid == [], "an option has neither help nor a default that is shown"
