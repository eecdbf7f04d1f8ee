"""What happens when a run has failed for good: the home is free again, and somebody is told."""

import os
import shlex
import subprocess
from typing import Any

from evenscore.state import turns
from evenscore_airflow import surroundings

LONGEST_SECONDS = 60
"""How long the command that tells somebody may take."""


def failed(context: Any) -> None:
    """The failure callback of every DAG.

    The command of EVENSCORE_ALERT gets the sentence on its standard input: `mail -s evenscore ops@example.org`, say.
    """
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    turns.give_back(surroundings.places(), f"{dag_id} {run_id}")
    sentence = f"{dag_id}: run {run_id} failed ({context.get('reason') or 'no reason given'}); its log says why"
    print(sentence)
    if command := shlex.split(os.environ.get("EVENSCORE_ALERT", "")):
        subprocess.run(command, input=f"{sentence}\n", text=True, timeout=LONGEST_SECONDS, check=True)
