"""One evaluation for all tests: it takes a minute, and they only read it."""

import pytest
from forty_people import LAST, NETWORKS, PEOPLE, Evaluated, write, write_community

from evenscore.base.config_file import load_settings
from evenscore.intake import extraction
from evenscore.laboratory.evaluation import robustness
from evenscore.laboratory.evaluation.evaluate import evaluate
from evenscore.laboratory.evaluation.question import Question


@pytest.fixture(scope="session")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    folder = tmp_path_factory.mktemp("evaluated")
    settings = load_settings(folder / "home", write_community(folder / "community"))
    for network in NETWORKS:
        extraction.extract(settings, f"{network}_activity", LAST)
    pairs, labels = folder / "pairs.csv", folder / "labels.csv"
    write(pairs, [{"person_a": PEOPLE[n], "person_b": PEOPLE[n + 20], "label": PEOPLE[n + 20]} for n in range(20)])
    write(labels, [{"account_id": person, "label": "fraud"} for person in PEOPLE[:3]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robustness, "RESAMPLES", 2)  # a build each
        patch.setattr(robustness, "LOST_SHARES", (0.1, 0.4))
        return Evaluated(settings, evaluate(settings, Question(3, pairs=pairs, labels=labels, beside=(2,))))
