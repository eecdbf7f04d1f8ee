"""What the data may be used for: the purpose of each published table, and the purposes that are refused."""

import re
import unicodedata

import duckdb

from evenscore.base.databases import quoted
from evenscore.base.errors import EvenscoreError, UsageError

_OWN = "the person's own use, and public display of scores with their bands"
_REASONS = "telling a person, and whoever reads the score, how it came about"
_QUALITY = "running and auditing the pipeline"

TABLE_PURPOSES = {
    "person_scores": _OWN,
    "current_scores": _OWN,
    "topic_scores": _OWN,
    "influences": _OWN,
    "score_contributions": _REASONS,
    "score_changes": _REASONS,
    "network_coverage": _REASONS,
    "topic_evidence": _REASONS,
    "score_jumps": "reviewing held scores",
    "incidents": _QUALITY,
    "incident_nights": _QUALITY,
    "cohort_moves": _QUALITY,
    "trust_seeds": "showing in public where trust starts",
    "data_quality": _QUALITY,
    "runs": _QUALITY,
    "evaluation": "judging the method",
}
"""Of each published table; it travels with the data, in the table's comment and in the manifest."""

NEVER = "Never for employment, credit, insurance, housing or education (docs/use_policy.md)."

REFUSED_WORDS = {
    "employment": r"employ\w*|hir(e|es|ed|ing)|rehir\w*|recruit\w*|headhunt\w*|talent|applicants?|candidates?|jobs?|"
    r"personnel|hr|human resources?|staffing|workforce|workers?|dismiss\w*|redundanc\w*|layoffs?|payroll|"
    r"(job|staff|work) promotions?|einstellung\w*|bewerb\w*|personal(auswahl|wesen)|embauche|recrutement",
    "credit": r"credit\w*|loans?|lend\w*|borrow\w*|mortgag\w*|debts?|financing|underwrit\w*|bnpl|overdrafts?|"
    r"kredit\w*|darlehen|schufa|pret bancaire",
    "insurance": r"insur\w*|reinsur\w*|actuar\w*|premium (setting|pricing)|claims? handling|versicher\w*|assurance",
    "housing": r"housing|tenan(t|ts|cy|cies)|landlords?|rent(s|al|als|er|ers|ing)?|lettings?|leas(e|es|ing)|"
    r"lodgers?|apartments?|flat shares?|real estate|evict\w*|miet\w*|wohnung\w*|logement|locataires?",
    "education": r"educat\w*|admission\w*|school\w*|universit(y|ies)|colleges?|students?|pupils?|scholarships?|"
    r"enrol\w*|exams?|grading|plagiarism|ausbildung\w*|stipendi\w*|zulassung\w*|scolarite",
}
"""Words of the purposes that are refused, as patterns over plain lower-case words."""


def require_allowed(purpose: str) -> None:
    """Raise UsageError, in one line that says why, where the purpose is empty or is one of those refused."""
    words = _plain(purpose)
    if not words:
        raise UsageError("--purpose: is empty; say what the data is for")
    for field, pattern in REFUSED_WORDS.items():
        if re.search(rf"\b({pattern})\b", words):
            raise UsageError(
                f"--purpose {purpose!r}: refused: {field}; scores may not decide on anybody's employment, credit, "
                "insurance, housing or education (GDPR Art. 22, EU AI Act Art. 5(1)(c); docs/use_policy.md)"
            )


def _plain(purpose: str) -> str:
    """Lower case, without accents, joiners and punctuation: `H.I.R.I.N.G` and `hi-ring` are words that were spaced."""
    decomposed = unicodedata.normalize("NFKD", purpose).casefold()
    visible = "".join(sign for sign in decomposed if unicodedata.category(sign) not in ("Mn", "Cf"))
    spaced = " ".join(re.findall(r"[^\W_]+", visible))
    joined = "".join(re.findall(r"[^\W_]+", re.sub(r"(?<=\w)[-._*](?=\w)", "", visible)))
    return f"{spaced} {_unspaced(spaced)} {joined}".strip()


def _unspaced(words: str) -> str:
    """Single letters that stand in a row, as the word that they spell."""
    return " ".join(run.replace(" ", "") for run in re.findall(r"\b(?:\w )+\w\b", words))


def stamp_purposes(con: duckdb.DuckDBPyConnection) -> None:
    """Write the purpose of each table of the candidate into its comment. Raises where a table has none."""
    for kind, name, comment in con.execute(
        "select 'table', table_name, comment from duckdb_tables() where database_name = 'candidate' union all "
        "select 'view', view_name, comment from duckdb_views() where database_name = 'candidate' and not internal"
    ).fetchall():
        if name not in TABLE_PURPOSES:
            raise EvenscoreError(f"{name}: no purpose is written down for this published table (purposes.py)")
        said = (comment or "").partition(" For: ")[0]
        text = f"{said} For: {TABLE_PURPOSES[name]}. {NEVER}".strip()
        con.execute(f"comment on {kind} candidate.{name} is {quoted(text)}")
