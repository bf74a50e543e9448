"""Backup and restore, the drill, and what is wrong with an installation."""
