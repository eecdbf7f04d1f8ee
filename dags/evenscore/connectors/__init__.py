"""Connectors: one kind of source a file. Each turns an input file into canonical rows and counted rejects."""

from evenscore.connectors.base import Connector
from evenscore.connectors.bluesky import Bluesky
from evenscore.connectors.discourse_api import DiscourseApi
from evenscore.connectors.files import Files
from evenscore.connectors.gharchive import GhArchive
from evenscore.connectors.github_api import GitHubApi
from evenscore.connectors.mastodon import Mastodon
from evenscore.connectors.pulled import Network

NETWORKS: dict[str, Network] = {
    network.kind: network for network in (GitHubApi(), DiscourseApi(), Bluesky(), Mastodon())
}
"""Every network that can be pulled."""

CONNECTORS: dict[str, Connector] = {Files.kind: Files(), GhArchive.kind: GhArchive(), **NETWORKS}
"""Every source kind that a configuration may name."""
