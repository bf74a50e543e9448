"""What a test asks of a workbook that leaves."""

from io import BytesIO

import openpyxl

from redleader.sheets.workbook import TRIGGERS


def texts_like_formulas(content):
    """Return (text, is guarded) of each text that looks like a formula.

    It is guarded when it stands as text, and stays text when somebody edits it.
    """
    book = openpyxl.load_workbook(BytesIO(content))
    return [
        (cell.value, cell.data_type in ("s", "inlineStr") and cell.quotePrefix)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(TRIGGERS)
    ]


def assert_is_guarded(content):
    """Every text that looks like a formula is guarded, and there is one."""
    found = texts_like_formulas(content)
    assert found
    assert [text for text, is_guarded in found if not is_guarded] == []
