"""How much memory one piece of work takes at its peak."""

import resource
from pathlib import Path

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forget_peak() -> None:
    """Let the peak begin anew, where the system can (Linux)."""
    if RESET.exists():
        RESET.write_text("5")


def peak_gigabytes() -> float:
    """The most memory that this process has held since then; since it began, where the system cannot tell."""
    if STATUS.exists():
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
