"""Connectors: one kind of source a file. Each turns an input file into canonical rows and counted rejects."""

from evenscore.connectors.base import Connector
from evenscore.connectors.discourse import Discourse
from evenscore.connectors.files import Files
from evenscore.connectors.gharchive import GhArchive
from evenscore.connectors.github import GitHub

CONNECTORS: dict[str, Connector] = {
    connector.kind: connector for connector in (Files(), GhArchive(), GitHub(), Discourse())
}
"""Every source kind that a configuration may name."""
