"""Drafts, forms, steps, lists, search and money: what every record stands on."""

from tests.acceptance.faults import Fault

DRAFTS = "redleader/records/drafts.py"
EDITING = "redleader/records/editing.py"
STEPS = "redleader/records/steps.py"
SEARCH = "redleader/records/search.py"
MONEY = "redleader/records/money.py"
OF_DRAFTS = "tests/redleader/records/test_drafts.py"
OF_SEARCH = "tests/redleader/records/test_search.py"
OF_MONEY = "tests/redleader/records/test_money.py"
OF_WELFARE = "tests/activities/views/test_welfare.py"
FIRST = "activities/migrations/0001_schema.py"

FAULTS = [
    Fault(
        "drafts: the token of the page is kept",
        DRAFTS,
        'UNKEPT = {"csrfmiddlewaretoken", ',
        "UNKEPT = {",
        (f"{OF_DRAFTS}::test_texts_leave_out_what_the_server_gives",),
    ),
    Fault(
        "drafts: an ID number is kept",
        DRAFTS,
        "if any(map(id_number_in, words)):",
        "if any(map(id_number_in, others)):",
        (f"{OF_DRAFTS}::test_id_number_is_never_stored",),
    ),
    Fault(
        "drafts: everybody reads what another has typed",
        DRAFTS,
        "return FormDraft.objects.filter(user=user, address=address)",
        "return FormDraft.objects.filter(address=address)",
        (f"{OF_DRAFTS}::test_form_never_shows_what_another_has_typed",),
    ),
    Fault(
        "drafts: a saved form drops the draft of another",
        DRAFTS,
        "FormDraft.objects.filter(user=user, key=key).delete()",
        "FormDraft.objects.filter(key=key).delete()",
        (f"{OF_DRAFTS}::test_dropped_draft_is_gone_and_only_the_own_one",),
    ),
    Fault(
        "drafts: there is no end to them",
        DRAFTS,
        "old = FormDraft.objects.filter(user=user)[MAX_DRAFTS:]",
        "old = FormDraft.objects.filter(user=user)[2 * MAX_DRAFTS :]",
        (f"{OF_DRAFTS}::test_only_so_many_drafts_are_kept_and_the_oldest_go",),
    ),
    Fault(
        "forms: sent twice, it makes two rows",
        EDITING,
        "self.row.form_key = key or self.row.form_key",
        "self.row.form_key = self.row.form_key",
        (f"{OF_WELFARE}::test_the_same_form_sent_twice_is_one_row",),
    ),
    Fault(
        "forms: the later writer overwrites the first",
        EDITING,
        "    if version != stored.version:\n        raise EditConflictError(stored)\n",
        "",
        (f"{OF_WELFARE}::test_the_later_of_two_writers_keeps_the_typed_text",),
    ),
    Fault(
        "forms: the key of a donation may repeat",
        FIRST,
        "('form_key', models.UUIDField(default=uuid.uuid4, editable=False,"
        " unique=True)),\n"
        "                        ('version', models.PositiveIntegerField(default=1,"
        " editable=False)),\n"
        "                        ('chamber', models.ForeignKey(help_text='通过哪个商会",
        "('form_key', models.UUIDField(default=uuid.uuid4, editable=False)),\n"
        "                        ('version', models.PositiveIntegerField(default=1,"
        " editable=False)),\n"
        "                        ('chamber', models.ForeignKey(help_text='通过哪个商会",
        ("tests/redleader/test_rules.py::test_every_form_is_sent_once",),
        makes_tables=True,
    ),
    Fault(
        "forms: an ID number with blanks is taken",
        "redleader/records/forms.py",
        're.sub(r"(?<=\\d)[ -](?=[\\dXx])", "", folded)',
        "folded",
        (
            "tests/redleader/records/test_forms.py"
            "::test_id_number_is_found_with_any_blanks",
        ),
    ),
    Fault(
        "filters: what is not offered is taken",
        "redleader/records/filters.py",
        "if value and (words is None or value in words):",
        "if value:",
        (
            "tests/redleader/records/test_filters.py"
            "::test_what_is_not_offered_is_ignored_and_said",
        ),
    ),
    Fault(
        "paging: rows of one moment are passed over",
        "redleader/records/paging.py",
        'Q(**{f"{field}__lt": value}) | Q(**{field: value, "pk__lt": pk})',
        'Q(**{f"{field}__lt": value})',
        (
            "tests/redleader/records/test_paging.py"
            "::test_every_row_comes_once_even_when_times_are_equal",
        ),
    ),
    Fault(
        "paging: a made-up token is believed",
        "redleader/records/paging.py",
        "value, pk = signing.loads(token, salt=field)",
        'value, pk = token.split(":")[0], 1',
        (
            "tests/redleader/records/test_paging.py"
            "::test_a_made_up_token_gives_the_first_page",
        ),
    ),
    Fault(
        "search: pairs that only seem neighbours are found",
        SEARCH,
        '                f"{prefix}search_text__contains": word,\n',
        "",
        (f"{OF_SEARCH}::test_search_finds_no_chamber_by",),
    ),
    Fault(
        "search: a surname is read as any other word",
        SEARCH,
        "    if surname:\n",
        "    if not surname:\n",
        (f"{OF_SEARCH}::test_search_reads_a_surname_as_a_surname",),
    ),
    Fault(
        "money: ten thousands are taken for yuan",
        MONEY,
        "return Decimal(text) * WAN",
        "return Decimal(text)",
        (OF_MONEY,),
    ),
    Fault(
        "money: digits of full width are refused",
        MONEY,
        'unicodedata.normalize("NFKC", str(value)).strip()',
        "str(value).strip()",
        (OF_MONEY,),
    ),
    Fault(
        "money: an amount typed in yuan is not noticed",
        MONEY,
        "if Decimal(text) > LIMIT:",
        "if Decimal(text) > LIMIT * WAN:",
        (OF_MONEY,),
    ),
    Fault(
        "quarters: a day ends at midnight of Greenwich",
        "redleader/records/quarters.py",
        "(timezone.make_aware(datetime.combine(d, time())) for d in days)",
        "(datetime.combine(d, time(), UTC) for d in days)",
        (
            "tests/redleader/records/test_quarters.py"
            "::test_a_span_begins_and_ends_at_local_midnight",
        ),
        also=(
            (
                "redleader/records/quarters.py",
                "from datetime import ",
                "from datetime import UTC, ",
            ),
        ),
    ),
    Fault(
        "steps: a step over a newer text is taken",
        STEPS,
        "stale = version is not None and version != row.version",
        "stale = False",
        (
            "tests/activities/services/test_lead.py"
            "::test_check_of_a_text_that_changed_since_is_refused",
        ),
    ),
    Fault(
        "steps: a step that is not next is taken",
        STEPS,
        "if stale or to not in row.next_states:",
        "if stale:",
        (
            "tests/activities/services/test_lead.py"
            "::test_second_check_says_who_was_first",
        ),
    ),
    Fault(
        "steps: a check of one's own lead stands in the database",
        FIRST,
        "IF NEW.state IN ('valid', 'invalid') AND EXISTS",
        "IF NEW.state IN ('valid_', 'invalid_') AND EXISTS",
        ("tests/activities/models/test_lead.py::test_lead_trigger_is_kept",),
        makes_tables=True,
    ),
    Fault(
        "funds: a balance may be negative",
        FIRST,
        "days WHERE days.balance < 0",
        "days WHERE days.balance < -1000000000",
        (
            "tests/activities/models/test_welfare.py"
            "::test_no_change_makes_the_balance_of_any_day_negative",
        ),
        makes_tables=True,
    ),
]
