"""One silent simulation for all tests that only read what was injected."""

import pytest
from silent import SilentGate

from evenscore.laboratory.simulation.simulate import Outcome, simulate
from evenscore.laboratory.simulation.world import Size


@pytest.fixture(scope="session")
def silent() -> Outcome:
    return simulate(None, Size(1200, 45, 7), SilentGate)  # no gate
