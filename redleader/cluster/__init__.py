"""Optional: an installation on several machines."""
