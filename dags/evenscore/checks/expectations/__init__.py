"""Our own Great Expectations, one a file. Importing this package registers them, so that a stanza can name them."""

from evenscore.checks.expectations.distribution import ExpectColumnDistributionToHoldStill
from evenscore.checks.expectations.moves import ExpectColumnMovesToBeBalanced
from evenscore.checks.expectations.share import ExpectColumnShareToBeUsual
from evenscore.checks.expectations.volume import ExpectColumnVolumeToBeInSeason

__all__ = [
    "ExpectColumnDistributionToHoldStill",
    "ExpectColumnMovesToBeBalanced",
    "ExpectColumnShareToBeUsual",
    "ExpectColumnVolumeToBeInSeason",
]
