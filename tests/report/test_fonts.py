"""matplotlib lists a machine's fonts once for a home, and leaves nothing in the user's own folder."""

import os
import subprocess
import sys
from pathlib import Path

DRAWS = """
import os, sys
from pathlib import Path
from evenscore.report.drawing import drawn, keep_fonts_in
keep_fonts_in(Path(sys.argv[1]))
drawn(lambda axes: axes.plot([0, 1], [0, 1]), 50, "A line.", right=16)
assert "MPLCONFIGDIR" not in os.environ
"""


def test_fonts_are_listed_once_and_below_the_home_folder(tmp_path: Path) -> None:
    users = tmp_path / "user"
    users.mkdir()
    surroundings = {name: value for name, value in os.environ.items() if name != "MPLCONFIGDIR"}
    surroundings |= {"HOME": str(users)} | dict.fromkeys(("XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(users))
    written = []
    for _ in range(2):
        subprocess.run([sys.executable, "-c", DRAWS, str(tmp_path / "fonts")], env=surroundings, check=True)
        written.append([path.stat().st_mtime_ns for path in (tmp_path / "fonts").glob("fontlist-*.json")])
    assert len(written[0]) == 1 and written[1] == written[0]
    assert not list(users.iterdir())
