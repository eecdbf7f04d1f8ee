"""How a name says of which kind it is, where names of several kinds meet in one column of the warehouse.

The models write them by the macros of dbt_project/macros/names.sql; what reads them outside dbt has these words.
"""

MEMBER, ACCOUNT, UNNAMED = "member:", "account:", "unnamed:"
"""A person who may be scored; `network:account` of somebody who did not ask; the unnamed around `network:object`."""

HASHED = "#[0-9a-f]{64}"
"""Somebody who did not ask, as kept: a hash for one person and tonight alone."""

OBJECT, DAY = "object:", "day:"
"""Something with an id of its own; the day that stands in where a source has no object ids."""


def bare(name: str) -> str:
    """What an object is called without its kind, or as it stands where it has none."""
    return name.removeprefix(OBJECT) if name.startswith(OBJECT) else name.removeprefix(DAY)
