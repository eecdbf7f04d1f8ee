"""### Review jumps

Puts each held score to a reviewer, once an episode, after every published night. Answer under *Required Actions*.

| answer | does |
|---|---|
| Release | readers see the candidate from the next run of its night, or of a later night, on |
| Reject | the last good score stays until the evidence fades or changes |
| Set aside ... | that part of the engagement counts no more; the hold ends when the score is back where it began |

The first decision on an episode counts, here or on the command line; both are kept. A question stays open until it
is answered, also when the hold has ended meanwhile: the answer is then kept, and changes nothing. To be asked again
after a slip (an answer without a reason), clear `ask`. The same without Airflow:

    evenscore review list
    evenscore review release p_maya --by ann --why "her talk was on the front page"
"""

from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Asset, Param, dag, task, task_group
from airflow.sdk.exceptions import AirflowFailException

from evenscore.base.errors import UsageError
from evenscore.state.journal import LONGEST_REASON
from evenscore_airflow import surroundings
from evenscore_airflow.failures import failed
from evenscore_airflow.surroundings import DEFAULTS

# No minLength: Airflow checks the empty form too, before it asks.
WHY = Param("", type="string", maxLength=LONGEST_REASON, title="Why", description="Needed, and kept for good.")

# As evenscore.reviews.questions has them, which takes seconds to import.
ANSWERS = [
    "Release",
    "Reject",
    "Set aside the top post",
    "Set aside the newcomers",
    "Set aside the busiest account",
]

ASK = "Wait for a reviewer, as long as it takes."


@dag(
    schedule=[Asset.ref(name="published_scores")],
    max_active_runs=400,  # a run waits as long as its questions do, and must not keep the next night's from being asked
    default_args=DEFAULTS,
    on_failure_callback=failed,
    tags=["scores"],
    doc_md=__doc__,
)
def review_jumps() -> None:
    """Ask, and record the answers."""

    @task
    def find(dag_run: Any = None) -> list[dict[str, Any]]:
        """Find the held scores that nobody has been asked about, nor decided on."""
        from evenscore.reviews import questions  # seconds to import: not while Airflow parses

        return questions.unasked(surroundings.places(), dag_run.run_id)

    @task(doc_md="Record the reviewer's answer as a decision; the log says what it comes to.")
    def record(seen: dict[str, Any], answer: dict[str, Any]) -> None:
        from evenscore.reviews import questions

        try:
            print(questions.record(surroundings.places(), seen, answer))
        except UsageError as error:  # trying again would not help
            raise AirflowFailException(str(error)) from error

    @task_group
    def review(subject: str, body: str, seen: dict[str, Any]) -> None:
        ask = HITLOperator(
            task_id="ask",
            subject=subject,
            body=body,
            options=ANSWERS,
            params={"why": WHY},
            doc_md=ASK,
            execution_timeout=None,  # Airflow would take it for the time that a reviewer has
        )
        record(seen, ask.output)  # type: ignore[arg-type]  # the answer is there once the task runs

    review.expand_kwargs(find())


review_jumps()
