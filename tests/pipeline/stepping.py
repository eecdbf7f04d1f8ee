"""Three nights in a row over a village in which two people jump: what most tests of the gate and of publishing read."""

from dataclasses import dataclass
from pathlib import Path

from village import DAYS, Village

from evenscore.base.settings import Settings
from evenscore.state.runs import Night

NIGHTS = DAYS[-3:]
EPOCH = "1773100800"


@dataclass(frozen=True)
class Stepped:
    """Three nights in a row. On the first `p0` and `p1` jump; `p0` stays held, `p1` until its crowd is flagged."""

    village: Village
    settings: Settings
    nights: list[Night]


def jumping_village(folder: Path) -> Village:
    """p0 goes from about 17 to about 65 on one day and stays there; so does p1, but its crowd turns out to be bots."""
    village = Village(folder).habits()
    village.like("p0", [f"admirer{number}" for number in range(9000)], NIGHTS[0], object_id="that-post")
    crowd = [f"crowd{number}" for number in range(900)]
    village.like("p1", crowd, NIGHTS[0], object_id="that-other-post")
    flagged = {"network": "forum", "is_private": "false", "is_bot": "true", "captured_at": f"{NIGHTS[1]}T06:00:00Z"}
    village.accounts += [{"account_id": account} | flagged for account in crowd]
    return village.write()
