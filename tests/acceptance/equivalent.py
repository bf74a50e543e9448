"""Changes that nobody could notice, or that change nothing that matters: and why."""

# (file, before, after): the reason.
EQUIVALENT: dict[tuple[str, str, str], str] = {}
