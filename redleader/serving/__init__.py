"""How a response reaches its reader: cached pages, the front, errors."""
