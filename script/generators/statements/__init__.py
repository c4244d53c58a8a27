"""The ordinary statements, of db/resources.yaml, the contract and the catalogue of a database."""
