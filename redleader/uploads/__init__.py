"""Files that people send: photos, papers, where they are kept."""
