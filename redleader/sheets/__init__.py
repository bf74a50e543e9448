"""Excel and CSV in and out: workbooks, importers, the jobs that read large files."""
