"""Nothing that came from a file or a name steers a terminal, and a proposed command means whom it names."""

import json
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import evenscore
from evenscore.base.errors import InputError
from evenscore.base.terminal import command, harmless, shell_word
from evenscore.cli import main
from evenscore.cli.root import guarded, show

STEERING = "a\x1b[2Jb\x07\x9b\r\u202ec\u200bd\u2028e\ufefff\u2066g\x00\U000e0041h"
WRITTEN_OUT = r"a\x1b[2Jb\x07\u009b\x0d\u202ec\u200bd\u2028e\ufefff\u2066g\x00\U000e0041h"


def test_what_steers_or_hides_is_written_out_and_what_is_read_stays() -> None:
    assert harmless(STEERING) == WRITTEN_OUT
    assert harmless(chr(0xD83D)) == r"\ud83d"
    for text in ("two\nlines\tand a tab", "Zoë, Мария, 李, 🎉 “quoted”", ""):
        assert harmless(text) == text


def test_errors_results_and_complaints_about_the_command_line_are_harmless() -> None:
    @main.command("steering")
    @click.option("--fails", is_flag=True)
    @guarded
    def verb(home: Path, config: Path | None, as_json: bool, fails: bool) -> None:
        if fails:
            raise InputError(STEERING)
        show({"name": STEERING}, as_json, STEERING)

    try:
        run = CliRunner().invoke
        assert WRITTEN_OUT in run(main, ["steering"]).output
        assert json.loads(run(main, ["steering", "--json"]).output) == {"name": STEERING}
        assert run(main, ["steering", "--json"]).output.isascii()
        for words in (["--fails"], ["--fails", "--verbose"], [f"--{STEERING}"]):
            said = run(main, ["steering", *words]).output
            assert "\\u202e" in said
            assert not {"\x1b", "\u202e", "\u200b", "\x07"} & set(said)
        for words in ([STEERING], ["night", "--date", STEERING], ["steering", f"--{STEERING}"]):
            said = run(main, words).output
            assert "\x1b" not in said and "\u202e" not in said, words
    finally:
        del main.commands["steering"]


HOSTILE = [
    *("-rf", "--by", "a b", "it's", "$(id)", "`id`", "a;b", 'a"b', "a\\b", "", "*", "~", "!!", "né"),
    *("m\u0430ya", "a\u202eb", "a\nb", "e\u0301", "\u0131d"),
]


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not here to paste into")
def test_a_proposed_command_means_whom_it_names() -> None:
    for name in HOSTILE:
        proposed = command("review release", name, options='--by YOU --why "..."')
        assert proposed.isprintable() and max(proposed) <= "ÿ"
        shell = ["bash", "-c", f"evenscore() {{ printf '%s\\0' \"$@\"; }}; {proposed}"]
        words = subprocess.run(shell, capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}).stdout
        given = words.decode().split("\0")[:-1]
        options = ["--by", "YOU", "--why", "..."]
        is_option = name.startswith("-")
        assert given == ["review", "release", *([*options, "--", name] if is_option else [name, *options])]


def test_names_that_look_alike_are_told_apart_where_a_command_is_proposed() -> None:
    alike = ["maya", "m\u0430ya", "ma\u200bya", "may\uff41", "m\u00e1ya", "ma\u0301ya"]
    assert len({shell_word(name) for name in alike}) == len(alike)
    assert shell_word(alike[1]) == "$'m\\U00000430ya'"


def test_there_is_one_way_to_the_terminal() -> None:
    package = Path(evenscore.__file__).parent
    bypassing = [
        path.name
        for path in package.rglob("*.py")
        if path.name != "terminal.py"
        and any(word in path.read_text() for word in ("click.echo(", "click.secho(", " print(", "print_exc("))
    ]
    assert bypassing == []
