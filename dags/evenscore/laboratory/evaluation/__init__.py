"""How well a scoring version does: trials on the real dbt models, measured beside simple rankings."""
