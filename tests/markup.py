"""The markup of an answer, however its template is broken into lines."""

import re


def markup_of(answer) -> str:
    """Return the page in one line; no blank stands before the end of a tag."""
    return re.sub(r"\s+(?=>)", "", " ".join(answer.content.decode().split()))
