"""Uploaded files: photos, papers, and where they are stored."""
