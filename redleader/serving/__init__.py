"""How an answer reaches a reader: kept pages, the front, errors."""
