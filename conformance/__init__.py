"""The conformance ledger: every requirement row of the five acts, and the tests that prove it.

The tables in docs/requirements say what is asked; tests carry `@pytest.mark.clause(id)`; `make conformance` runs
them and writes docs/conformance.md for people and docs/conformance.json for programs. Stands beside the product,
which never imports it.
"""
