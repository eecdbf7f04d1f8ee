"""Checks: what we expect of a run, seen against other runs, judged by Great Expectations."""
