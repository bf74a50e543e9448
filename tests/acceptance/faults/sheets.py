"""What comes in from files, and what leaves in them; pictures, too."""

from tests.acceptance.faults import Fault

READER = "redleader/sheets/reader.py"
IMPORTS = "redleader/sheets/imports.py"
TEMPLATES = "activities/papers/template.py"
PHOTOS = "redleader/uploads/photos.py"
OF_SHEETS = "tests/redleader/sheets/test_sheets.py"
OF_IMPORTS = "tests/activities/imports/test_honour.py"
OF_PHOTOS = "tests/redleader/uploads/test_photos.py"
OF_TEMPLATES = "tests/activities/views/test_template.py"
OF_STORAGE = "tests/redleader/uploads/test_storage.py"

FAULTS = [
    Fault(
        "sheets: a text is a formula as soon as somebody edits it",
        "redleader/sheets/workbook.py",
        "quoted=value.startswith(TRIGGERS))",
        "quoted=False)",
        (f"{OF_SHEETS}::test_no_text_becomes_a_formula",),
    ),
    Fault(
        "sheets: a report's text is a formula as soon as somebody edits it",
        "activities/papers/report_book.py",
        "        cell.quotePrefix = value.startswith(TRIGGERS)\n",
        "",
        ("tests/activities/test_export_scope.py::test_no_text_of_a_file_is_a_formula",),
    ),
    Fault(
        "sheets: a report's text is a formula",
        "activities/papers/report_book.py",
        '        cell.data_type = "s"\n',
        "",
        (
            "tests/activities/views/test_report.py"
            "::test_text_of_a_table_is_never_a_formula",
        ),
    ),
    Fault(
        "sheets: a filled workbook has formulas",
        TEMPLATES,
        '                cell.data_type = "s"\n',
        "",
        (f"{OF_TEMPLATES}::test_filled_workbook_has_no_formula_of_ours",),
    ),
    Fault(
        "sheets: a filled workbook has formulas as soon as somebody edits it",
        TEMPLATES,
        "                cell.quotePrefix = cell.value.startswith(TRIGGERS)\n",
        "",
        (f"{OF_TEMPLATES}::test_filled_workbook_has_no_formula_of_ours",),
    ),
    Fault(
        "sheets: what is filled into a Word file is markup",
        TEMPLATES,
        "SandboxedEnvironment(autoescape=True), autoescape=True)",
        "SandboxedEnvironment(autoescape=False), autoescape=False)",
        (f"{OF_TEMPLATES}::test_words_of_a_filled_document_are_text",),
    ),
    Fault(
        "sheets: a text of open data is a formula",
        "redleader/sheets/tables.py",
        "return QUOTE + text if first.startswith(TRIGGERS) else text",
        "return text",
        ("tests/redleader/sheets/test_tables.py::test_text_never_becomes_a_formula",),
    ),
    Fault(
        "sheets: a workbook may have any number of columns",
        READER,
        '        if any(cell is not None for cell in row[limits["columns"] :]):\n',
        "        if any(cell is not None for cell in row[1000:]):\n",
        (f"{OF_SHEETS}::test_hostile_sheet_is_refused_in_time",),
    ),
    Fault(
        "sheets: a file may unpack to any size",
        READER,
        '            or unpacked > limits["ratio"] * len(content)\n',
        "",
        (f"{OF_SHEETS}::test_hostile_sheet_is_refused_in_time",),
    ),
    Fault(
        "sheets: a formula is read as its text",
        READER,
        'return {"formula": str(getattr(value, "text", value))}',
        'return str(getattr(value, "text", value))',
        (f"{OF_SHEETS}::test_all_errors_come_at_once",),
    ),
    Fault(
        "importers: a row that stands twice comes in twice",
        IMPORTS,
        "        if before == draft.number:\n            return True",
        "        if before:\n            return True",
        (f"{OF_IMPORTS}::test_two_rows_of_one_award_are_told",),
    ),
    Fault(
        "importers: a file may contradict the record",
        IMPORTS,
        "            if label not in labels\n",
        "            if label not in labels and not old\n",
        (f"{OF_IMPORTS}::test_what_contradicts_the_record_is_refused",),
    ),
    Fault(
        "importers: a trial writes rows",
        IMPORTS,
        "            transaction.set_rollback(True)\n",
        "",
        (f"{OF_IMPORTS}::test_bad_rows_are_found_among_good_ones",),
    ),
    Fault(
        "importers: an empty cell empties the record",
        IMPORTS,
        'if not column.field or draft.sheet.values.get(column.label) in (None, ""):',
        "if not column.field:",
        (
            "tests/activities/imports/test_works.py"
            "::test_empty_cell_of_a_changed_row_keeps_what_is_stored",
        ),
    ),
    Fault(
        "importers: a secretary imports for every chamber",
        "activities/imports/lead.py",
        '"chamber": own_chambers(user),',
        '"chamber": own_chambers(type(user)(role="federation")),',
        (
            "tests/activities/imports/test_works.py"
            "::test_lead_of_a_foreign_chamber_is_refused",
        ),
    ),
    Fault(
        "photos: a picture lies on its side",
        PHOTOS,
        "        image = image.transpose(turn)\n",
        "        image = image.copy()\n",
        (f"{OF_PHOTOS}::test_clean_photo_is_upright",),
    ),
    Fault(
        "photos: comments of the camera stay in the picture",
        PHOTOS,
        "    image.info.clear()\n",
        "",
        (f"{OF_PHOTOS}::test_clean_photo_tells_of_metadata",),
    ),
    Fault(
        "photos: moving pictures are taken",
        PHOTOS,
        'if getattr(source, "is_animated", False):',
        'if getattr(source, "was_animated", False):',
        (f"{OF_PHOTOS}::test_clean_photo_takes_or_refuses",),
    ),
    Fault(
        "photos: the ending need not fit the content",
        PHOTOS,
        "if format_ != FORMATS[suffix]:",
        "if format_ not in FORMATS.values():",
        (f"{OF_PHOTOS}::test_clean_photo_takes_or_refuses",),
    ),
    Fault(
        "photos: a picture may have any number of pixels",
        PHOTOS,
        "if width * height > pixels or max(size) > limits.max_side:",
        "if max(size) > limits.max_side:",
        (f"{OF_PHOTOS}::test_clean_photo_takes_or_refuses",),
    ),
]
