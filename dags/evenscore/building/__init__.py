"""dbt and the DuckDB warehouse that it builds in."""
