"""The errors a user can meet, each with the exit code that the command line promises for it."""


class EvenscoreError(Exception):
    """Something failed and nothing was published. The message names the file, row or setting."""

    exit_code = 1


class InputError(EvenscoreError):
    """An input file cannot be read as a whole (truncated, wrong columns, not what its name says)."""


class BrokenChain(EvenscoreError):
    """The consent ledger is not what was written to it: rows were changed, removed or put in."""


class LostTruth(EvenscoreError):
    """A file that evenscore only ever adds to says less than it did, or something else: nothing runs on it."""


class BusyError(EvenscoreError):
    """Another run holds the home folder, or another process holds the warehouse."""


class DiskError(EvenscoreError):
    """The disk refused a write (full, read-only, no permission)."""


class UsageError(EvenscoreError):
    """A verb, option or setting is wrong. Nothing was done."""

    exit_code = 2


class StoppedByCheck(EvenscoreError):
    """A critical expectation failed: nothing was published, and the last good scores still are."""

    exit_code = 3
