"""A simulated community with known jumps and faults: how well the gate tells them from ordinary nights."""
