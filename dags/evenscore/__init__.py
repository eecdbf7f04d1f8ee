"""evenscore: nightly influence scores that hold still, explain themselves, and exist only for people who asked.

This package says *how* each step of a night is done outside SQL. It never imports Airflow: the DAG files
beside it say *when*, the dbt project says *what is true*, and the expectation suites say *what we expect*.
"""
