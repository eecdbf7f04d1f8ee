"""Connectors: one kind of source a file. Each turns an input file into canonical rows and counted rejects."""

from evenscore.connectors.activitystreams import ActivityStreams
from evenscore.connectors.base import Connector
from evenscore.connectors.bluesky import Bluesky
from evenscore.connectors.discourse_api import DiscourseApi
from evenscore.connectors.files import Files
from evenscore.connectors.gharchive import GhArchive
from evenscore.connectors.github_api import GitHubApi
from evenscore.connectors.gitlab import GitLab
from evenscore.connectors.hackernews import HackerNews
from evenscore.connectors.lemmy import Lemmy
from evenscore.connectors.mastodon import Mastodon
from evenscore.connectors.pulled import Network
from evenscore.connectors.reddit import Reddit
from evenscore.connectors.slack import Slack
from evenscore.connectors.stackexchange import StackExchange
from evenscore.connectors.youtube import YouTube
from evenscore.connectors.zulip import Zulip

NETWORKS: dict[str, Network] = {
    network.kind: network
    for network in (
        GitHubApi(),
        DiscourseApi(),
        Bluesky(),
        Mastodon(),
        StackExchange(),
        HackerNews(),
        GitLab(),
        Lemmy(),
        Zulip(),
        YouTube(),
        Reddit(),
        ActivityStreams(),
        Slack(),
    )
}
"""Every network that is known; what has endpoints can be pulled, and all can be read from files."""

CONNECTORS: dict[str, Connector] = {Files.kind: Files(), GhArchive.kind: GhArchive(), **NETWORKS}
"""Every source kind that a configuration may name."""
