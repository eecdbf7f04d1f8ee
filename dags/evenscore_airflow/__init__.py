"""What the DAGs share: where things are, how a run waits for its turn, what is said when one fails.

The one place that knows both Airflow and evenscore. Airflow reads the DAG files again and again, so what takes long to
import is imported by the tasks.
"""
