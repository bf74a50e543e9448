"""Who asks: sessions, passwords, limits, addresses."""
