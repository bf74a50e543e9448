"""The append-only audit: entries, the hash chain, the database's roles."""
