"""The parts of the documentation that say what each network is asked and what counts: made from its connector.

`python -m evenscore.pulling.network_pages docs` writes them anew; a test compares.
"""

import re
import sys
from pathlib import Path

from evenscore.base.sources import URLS
from evenscore.connectors import NETWORKS
from evenscore.connectors.endpoints import ACCOUNT, PLACE, RECHECK_DAYS, SITE, Endpoint
from evenscore.connectors.pulled import Network

BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
ASKED_ABOUT = {ACCOUNT: "each account that stands", PLACE: "each of `places`", SITE: "the site"}


def table() -> str:
    """Verb by network, and how many pages a thousand objects fill, where one is not asked about singly."""
    kinds = sorted(NETWORKS)
    lines = [f"| verb | {' | '.join(kinds)} |", f"|---{'|---' * len(kinds)}|"]
    for verb in sorted({verb for network in NETWORKS.values() for verb in network.verbs}):
        marks = ["yes" if verb in NETWORKS[kind].verbs else "" for kind in kinds]
        lines.append(f"| {verb} | {' | '.join(marks)} |")
    lines.append(f"| *pages of 1,000 objects* | {' | '.join(cost(NETWORKS[kind]) for kind in kinds)} |")
    return "\n".join(lines)


def cost(network: Network) -> str:
    """Pages that 1,000 objects fill in the listing that brings most of a network."""
    listings = [one for one in network.endpoints if one.is_first and not one.shows_profile]
    return str(-(-1000 // max((one.size for one in listings), default=1))) if listings else "none: files"


def facts(network: Network) -> str:
    """What is asked, what it costs, what counts and what cannot be read."""
    url = URLS.get(network.kind, "")
    where = f"`{url}`" if url else "the server that `url` names"
    lines = ["Read from files; nothing is pulled.", ""]
    if network.endpoints:
        head = ["| asked | about | brings | objects a request | read again |", "|---|---|---|---|---|"]
        lines = [f"Asked: {where}.", "", *head, *map(_endpoint, network.endpoints), ""]
    lines += ["| verb | counted |", "|---|---|"]
    lines += [f"| {verb} | {what} |" for verb, what in network.verbs.items()]
    return "\n".join([*lines, "", "Cannot be read, or is not:", "", *(f"- {what}" for what in network.unread)])


def _endpoint(one: Endpoint) -> str:
    about = ASKED_ABOUT.get(one.per) or f"what `{one.per}` brought" + (", of people who stand" if one.owner else "")
    back = f", every {RECHECK_DAYS} days {one.recheck.days}" if one.recheck else ""
    again = f"{one.overlap.days} days{back}" if one.is_newest_first or one.since else "where it changed"
    return f"| {_request(one)} | {about} | {one.reads} | {one.size:,} | {again} |"


def _request(one: Endpoint) -> str:
    """The first page's request, with {names} for what it is about, and {since} for where the last walk ended."""
    params = {**one.params, **({one.since: "{since}"} if one.since else {})}
    asked = "&".join(f"{name}={value}" for name, value in params.items())
    by_id = f", later `{one.path_by_id}`" if one.path_by_id else ""
    return f"`{'?'.join(filter(None, [one.path, asked]))}`{by_id}"


def with_generated(page: str, generated: str) -> str:
    """A page with its generated part made anew."""
    return re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{generated}\n{END}", page, flags=re.DOTALL)


def pages(docs: Path) -> dict[Path, str]:
    """Every page that has a generated part, as it is to read."""
    found = {docs / "networks.md": table()}
    found |= {docs / "networks" / f"{kind}.md": facts(network) for kind, network in NETWORKS.items()}
    return {path: with_generated(path.read_text(), generated) for path, generated in found.items() if path.exists()}


if __name__ == "__main__":
    for path, text in pages(Path(sys.argv[1])).items():
        path.write_text(text)
