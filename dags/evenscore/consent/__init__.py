"""The consent ledger of a home, a chain of rows that shows what was changed and can still forget a person; and who may
be shown by it.
"""
