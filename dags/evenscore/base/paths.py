"""The only file that spells a path below the home folder."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class HomePaths:
    """Where everything lives below one home folder (`--home`, `EVENSCORE_HOME`, by default `./var`)."""

    home: Path

    @property
    def lock(self) -> Path:
        """Held by the one run that may change this home."""
        return self.home / "evenscore.lock"

    @property
    def turn(self) -> Path:
        """Which run of a scheduler is under way here, from its first step to its last."""
        return self.home / "turn.json"

    @property
    def scheduled(self) -> Path:
        """There since a scheduler first ran a night here: its own database and logs may name people, too."""
        return self.home / "scheduled.json"

    @property
    def demo(self) -> Path:
        """The demo community: its sources, ledger, configuration and ground truth."""
        return self.home / "demo"

    @property
    def heads(self) -> Path:
        """How many entries each file has that is only ever added to, and the SHA-256 over them."""
        return self.home / "heads.json"

    @property
    def truths(self) -> list[Path]:
        """The files that no other can be made anew from, and that are only ever added to, those there are."""
        erasures = (self.suppressed, self.suppression_key, self.erasure_intent, self.erasure_log)
        reviews = (self.decisions, self.set_asides, self.questions, self.incident_releases, self.acceptances)
        deliveries, aggregates = (self.landing / "deliveries").glob("*.json"), (self.home / "aggregates").glob("*.json")
        found = (*erasures, *reviews, *deliveries, *aggregates, self.exports, self.pruned, self.consent_key)
        return sorted(path for path in found if path.exists())

    # landing zone -----------------------------------------------------------------------------------------

    @property
    def landing(self) -> Path:
        """Canonical Parquet, one folder a (network, dataset, day)."""
        return self.home / "landing"

    def landed(self, network: str, dataset: str, day: date) -> Path:
        """The folder of one (network, dataset, day)."""
        return self.landing / network / dataset / day.isoformat()

    def rejected(self, network: str, dataset: str, night: date) -> Path:
        """The folder of the records refused on one night."""
        return self.landing / "rejected" / network / dataset / night.isoformat()

    @property
    def all_rejected(self) -> list[Path]:
        """Every file of refused records."""
        return sorted(self.landing.glob("rejected/*/*/*/*.parquet"))

    @property
    def normal_form(self) -> Path:
        """Notes in which normal form accounts have landed."""
        return self.landing / "normal-form.json"

    def deliveries(self, source: str) -> Path:
        """What one source has delivered so far: each input file, its digest, and the days it covers."""
        return self.landing / "deliveries" / f"{source}.json"

    @property
    def all_deliveries(self) -> list[Path]:
        """The same of all sources."""
        return sorted((self.landing / "deliveries").glob("*.json"))

    @property
    def origins_folder(self) -> Path:
        """Which input file brought which landed row, as hashes."""
        return self.landing / "deliveries" / "rows"

    def origins(self, source: str, network: str, dataset: str, day: date) -> Path:
        """The same, of one source's rows of one (network, dataset, day)."""
        return self.origins_folder / source / network / dataset / f"{day.isoformat()}.parquet"

    def all_origins(self, source: str) -> list[Path]:
        """The same, of all days of a source."""
        return sorted((self.origins_folder / source).glob("*/*/????-??-??.parquet"))

    @property
    def acceptances(self) -> Path:
        """Every delivery that somebody has accepted though it stops the night, one a line."""
        return self.home / "reviews" / "deliveries.ndjson"

    def pulled(self, source: str) -> Path:
        """What a pull of one source keeps: cursors, open pages, what came of it."""
        return self.home / "pulls" / source

    def raw_pages(self, source: str) -> Path:
        """What a network has answered, one file a pull, one item a line: the input files of a pulled source."""
        return self.pulled(source) / "pages"

    @property
    def all_raw_pages(self) -> list[Path]:
        """The same of all sources."""
        return sorted(self.home.glob("pulls/*/pages/*.ndjson"))

    # consent ----------------------------------------------------------------------------------------------

    @property
    def consent(self) -> Path:
        """The chained ledger, and what is made of it."""
        return self.home / "consent"

    @property
    def consent_ledger(self) -> Path:
        """The chained ledger, one JSON row a line."""
        return self.consent / "ledger.ndjson"

    @property
    def consent_key(self) -> Path:
        """Where an older home has a second key until a night moves it to `suppression_key`."""
        return self.consent / "key"

    @property
    def consent_laid_out(self) -> Path:
        """The ledger as it was laid out last: a cache that names everybody in it."""
        return self.consent / "laid_out.parquet"

    @property
    def consent_applied(self) -> Path:
        """Digests of the kept databases that show nobody but whom the ledger lets show, as it stood then."""
        return self.consent / "applied.json"

    @property
    def exports(self) -> Path:
        """Who was handed what, when and why, one JSON row a line; nothing of what it said."""
        return self.home / "exports.ndjson"

    def aggregate(self, by: str, night: date) -> Path:
        """What was said of many people for the month of a night, made once and kept; it names nobody."""
        return self.home / "aggregates" / f"{night:%Y-%m}-{by}.json"

    # warehouse --------------------------------------------------------------------------------------------

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt builds in. One writer; readers use the published database."""
        return self.home / "warehouse.duckdb"

    @property
    def spilled(self) -> Path:
        """Where DuckDB puts what does not fit in memory while a night is built; a killed one leaves it behind."""
        return self.warehouse.with_name(f"{self.warehouse.name}.tmp")

    def spilled_in_memory(self, number: int) -> Path:
        """The same of a database in memory, the so many-th of this process."""
        return self.home / f"spilled-{os.getpid()}-{number}.tmp"

    @property
    def all_spilled(self) -> list[Path]:
        """Every folder of the kind that there is."""
        return [path for path in (self.spilled, *sorted(self.home.glob("spilled-*-*.tmp"))) if path.exists()]

    @property
    def inputs(self) -> Path:
        """What a night is told of everybody in the ledger, and of whom readers saw: the warehouse only points here."""
        return self.home / "night"

    @property
    def exchange(self) -> Path:
        """What DuckDB and Spark hand each other while a night is built, names among it; a killed one leaves it."""
        return self.home / "exchange"

    @property
    def reconstructed(self) -> Path:
        """A cache: scores of nights that nobody was shown, a file a night that scored them, and its key."""
        return self.home / "reconstructed"

    @property
    def grounds_key(self) -> Path:
        """The key of the digests that tell whether anything has changed since; whoever has it can test a guess."""
        return self.reconstructed / "key"

    def reconstructed_by(self, night: date) -> Path:
        """What one night has reconstructed."""
        return self.reconstructed / f"{night.isoformat()}.parquet"

    @property
    def all_reconstructed(self) -> list[Path]:
        """The same of all nights, the oldest first."""
        return sorted(self.reconstructed.glob("????-??-??.parquet"))

    def kept_rows(self, suite: str) -> Path:
        """A cache: what a suite of checks counted, nobody named, on the days for which nothing has landed since."""
        return self.home / "checks" / f"{suite}.parquet"

    @property
    def dbt(self) -> Path:
        """dbt's compiled project and logs."""
        return self.home / "dbt"

    @property
    def parsed_projects(self) -> Path:
        """The dbt project as dbt parsed it, by what it depends on."""
        return self.dbt / "parsed"

    # published --------------------------------------------------------------------------------------------

    @property
    def published(self) -> Path:
        """What readers open."""
        return self.home / "published"

    @property
    def current(self) -> Path:
        """The pointer that a publish swaps: a link to the folder of the run that readers see."""
        return self.published / "current"

    @property
    def database(self) -> Path:
        """The published database."""
        return self.published / "evenscore.duckdb"

    @property
    def consent_head(self) -> Path:
        """The last row of the ledger as it was last written: apart from it, for who restores one may keep the other."""
        return self.published / "consent_head.json"

    def published_run(self, run_id: str) -> Path:
        """The folder that holds one published run: database, Parquet, manifest."""
        return self.published / "runs" / run_id

    @property
    def published_runs(self) -> list[Path]:
        """The folders of the runs that are kept, the one that readers see among them."""
        return sorted((self.published / "runs").glob("*/"))

    # reviews ----------------------------------------------------------------------------------------------

    @property
    def decisions(self) -> Path:
        """Every decision of a reviewer, one a line, the oldest first. The truth, like ledger and landing zone."""
        return self.home / "reviews" / "decisions.ndjson"

    @property
    def set_asides(self) -> Path:
        """Everything that reviewers said of engagement that shall not count, one a line."""
        return self.home / "reviews" / "set_asides.ndjson"

    @property
    def questions(self) -> Path:
        """Every question that Airflow has put to the reviewers, one a line."""
        return self.home / "reviews" / "questions.ndjson"

    @property
    def incident_releases(self) -> Path:
        """Every incident that a reviewer called a real move, one a line."""
        return self.home / "reviews" / "incidents.ndjson"

    # reports and runs -------------------------------------------------------------------------------------

    @property
    def reports(self) -> Path:
        """The pages: one a night, and their index."""
        return self.home / "reports"

    def report(self, as_of_date: date) -> Path:
        """The page of one night."""
        return self.reports / f"{as_of_date.isoformat()}.html"

    @property
    def fonts(self) -> Path:
        """A cache: matplotlib's list of this machine's fonts."""
        return self.home / "fonts"

    @property
    def night_pages(self) -> list[Path]:
        """The pages of all nights, the oldest first."""
        return sorted(self.reports.glob("????-??-??.html"))

    @property
    def report_index(self) -> Path:
        """The page that lists all nights."""
        return self.reports / "index.html"

    def data_docs(self, as_of_date: date) -> Path:
        """The folder of one night's checks as Great Expectations shows them."""
        return self.home / "data_docs" / as_of_date.isoformat()

    @property
    def runs(self) -> Path:
        """One folder a run: what each stage did, and what the checks said."""
        return self.home / "runs"

    def run(self, run_id: str) -> Path:
        """The folder of one run."""
        return self.runs / run_id

    def page_facts(self, run_id: str) -> Path:
        """What the page of a run says, as plain values; in a folder of its own, for the run's tells its age."""
        return self.run(run_id) / "page" / "facts.json"

    @property
    def pages(self) -> tuple[Path, ...]:
        """The folders of what is written for reviewers to read, and of what runs say of themselves."""
        return tuple(self.home / name for name in ("reports", "runs", "comparisons", "evaluations"))

    @property
    def read_by_others(self) -> tuple[Path, ...]:
        """The folders of what else is written for somebody to read, and that lists people."""
        return (self.comparisons, self.evaluations, self.home / "data_docs", self.home / "fits")

    @property
    def reviews(self) -> Path:
        """What reviewers were asked and decided, one JSON row a line."""
        return self.home / "reviews"

    # evaluations ------------------------------------------------------------------------------------------

    @property
    def evaluations(self) -> Path:
        """One folder an evaluation: its figures and its page."""
        return self.home / "evaluations"

    def evaluation(self, run_id: str) -> Path:
        """The folder of one evaluation."""
        return self.evaluations / run_id

    @property
    def evaluation_scratch(self) -> Path:
        """A home of its own for the trials of an evaluation; it is gone when that ends."""
        return self.evaluations / "scratch"

    # versions ---------------------------------------------------------------------------------------------

    @property
    def comparisons(self) -> Path:
        """One folder a comparison of scoring versions."""
        return self.home / "comparisons"

    def comparison(self, as_of_date: date, candidate: int) -> Path:
        """The folder of a candidate scoring version beside the one that was published: its page and its tables."""
        return self.comparisons / f"{as_of_date.isoformat()}_v{candidate}"

    @property
    def comparison_scratch(self) -> Path:
        """A home of its own that a comparison builds in; it is gone when that ends."""
        return self.comparisons / "scratch"

    def fit(self, version: int) -> Path:
        """The folder of a fitted scoring version: its seeds and its report."""
        return self.home / "fits" / f"v{version}"

    # reviews and erasures ---------------------------------------------------------------------------------

    @property
    def erasures(self) -> Path:
        """Who was forgotten, as keyed hashes, and when that was done."""
        return self.home / "erasures"

    @property
    def suppression_key(self) -> Path:
        """The home's key, and behind it any that an older home had; whoever has it can test a guess."""
        return self.erasures / "key"

    @property
    def suppressed(self) -> Path:
        """The suppression list: a keyed hash a line."""
        return self.erasures / "suppressed.ndjson"

    @property
    def erasure_intent(self) -> Path:
        """Whom an erasure that is under way is about, in plain; gone when it is done."""
        return self.erasures / "intent.json"

    @property
    def erasure_elsewhere(self) -> Path:
        """Whom a scheduler's database and logs may still name, in plain; gone when they do not."""
        return self.erasures / "elsewhere.json"

    @property
    def erasure_log(self) -> Path:
        """When which erasure was carried out, and how much it took away; names nobody who left."""
        return self.erasures / "log.ndjson"

    @property
    def seen_clean(self) -> Path:
        """Digests of the files that hold nobody on the suppression list."""
        return self.erasures / "clean.json"

    @property
    def pruned(self) -> Path:
        """Up to which day retention has taken landed rows away."""
        return self.home / "pruned.json"

    @property
    def airflow(self) -> Path:
        """Airflow's own home, where `make` puts it: logs and its database."""
        return self.home / "airflow"
