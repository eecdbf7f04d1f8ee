"""How a name says of which kind it is, where names of several kinds meet in one column of the warehouse.

The models write them by the macros of dbt_project/macros/names.sql; what reads them outside dbt has these words.
"""

MEMBER, ACCOUNT, UNNAMED = "member:", "account:", "unnamed:"
"""A person who may be scored; `network:account` of somebody who did not ask; the unnamed around `network:object`."""

HASHED = "#[0-9a-f]{64}"
"""Somebody who did not ask, as kept: a hash for one person and tonight alone."""
