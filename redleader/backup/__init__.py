"""Backup and restore, the restore drill, and the doctor of an installation."""
