"""How much memory one piece of work takes at its peak."""

import contextlib
import resource
from pathlib import Path

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
KILOBYTES_OF_A_MEGABYTE, KILOBYTES_OF_A_GIGABYTE = 2**10, 2**20


def forget_peak() -> None:
    """Let the peak begin anew, where the system can (Linux) and lets us."""
    if RESET.exists():
        with contextlib.suppress(OSError):
            RESET.write_text("5")


def peak_megabytes() -> int:
    """The most memory that this process has held since then; since it began, where the system cannot tell."""
    return _peak_kilobytes() // KILOBYTES_OF_A_MEGABYTE


def peak_gigabytes() -> float:
    """The same in gigabytes."""
    return _peak_kilobytes() / KILOBYTES_OF_A_GIGABYTE


def _peak_kilobytes() -> int:
    if STATUS.exists():
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
