"""The demo community: people, accounts and networks that never existed, with everything that can go wrong planted.

The same seed gives the same bytes of every file, and `truth.json` says what was planted where.
"""

from evenscore.laboratory.demo.community import Community, make_community

__all__ = ["Community", "make_community"]
