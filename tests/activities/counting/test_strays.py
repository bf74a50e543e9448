"""No total is computed outside of the counting rules."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
AGGREGATES = {"Sum", "Count", "Avg"}
# What is added up elsewhere, because it is no number of the county.
ALLOWED = {
    # What waits at a desk, as a line of a list of things to do.
    "activities/admin/error_report.py:open_reports",
    "activities/admin/lead.py:waiting_leads",
    "activities/admin/lecture.py:unrecorded_plans",
    "activities/admin/lecture.py:waiting_lectures",
    "activities/admin/liaison.py:demands_to_assign",
    "activities/admin/scheme.py:open_objections",
    "activities/admin/scheme.py:waiting_applications",
    "redleader/records/todos.py:counted",
    "activities/views/public/home.py:home",
    "activities/desks/mediation.py:links",
    "chambers/admin/chamber.py:overdue_terms",
    # The size of a scratch database, and the kept sums, made from the rules.
    "activities/management/commands/simulate.py:handle",
    "activities/sums/series.py:selects",
    "activities/services/project.py:wrong_sums",
    # Whether a list is too long to be shown or offered whole, and how long it is.
    "activities/services/honour.py:expiring_groups",
    "activities/services/liaison.py:year_board",
    "activities/views/public/pairing.py:pairing_list",
    "redleader/records/forms.py:is_long",
    "redleader/records/paging.py:counted",
    "redleader/records/paging.py:say_count",
    # How many lines a file has, as the file itself says.
    "activities/services/export.py:table_answer",
    "activities/views/public/honour.py:roll_rows",
    # One row's own column, beside the row.
    "activities/models/welfare/fund.py:total",
    "activities/models/welfare/fund.py:with_balance",
    "activities/views/public/course.py:site_list",
    "activities/views/public/practice.py:for_cards",
    # How long a list or a file is.
    "activities/formats/opendata.py:",
    "activities/formats/opendata.py:count_of_counts",
    "activities/views/public/api.py:page_of",
    "activities/views/public/opendata.py:data_list",
    "activities/views/public/rule.py:made_of",
    "activities/views/workbench/meeting.py:meeting_detail",
    # A limit, a hint or a duty.
    "activities/demo/lecture.py:make_lectures",
    "activities/services/hint.py:unlikely_numbers",
    "activities/services/installation.py:check_administrator",
    "activities/services/mediation.py:add_paper",
    "activities/services/requirement.py:monthly_counts",
}


def strays() -> Counter[str]:
    """Return how often each function adds up or counts rows of the database."""
    found: Counter[str] = Counter()
    for folder in ("activities", "chambers", "redleader"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "/migrations/" in name or name.startswith("activities/counting/"):
                continue
            found.update(calls_of(ast.parse(path.read_text()), name))
    return found


def calls_of(tree: ast.AST, name: str, function: str = "") -> Counter[str]:
    found: Counter[str] = Counter()
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef) else function
        if isinstance(node, ast.Call) and adds_up(node):
            found[f"{name}:{inner}"] += 1
        found.update(calls_of(node, name, inner))
    return found


def adds_up(call: ast.Call) -> bool:
    """Tell whether a call is an aggregate, or the count of a query."""
    if isinstance(call.func, ast.Name):
        return call.func.id in AGGREGATES
    if not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr == "count" and not call.args


def test_every_total_is_a_rule():
    assert set(strays()) - ALLOWED == set()
    assert ALLOWED - set(strays()) == set(), "allowed, but gone"


def test_a_stray_total_is_found():
    for stray in (
        "def page():\n    return rows.aggregate(n=Sum('amount'))",
        "def page():\n    return Lead.objects.count()",
    ):
        assert calls_of(ast.parse(stray), "a.py") == {"a.py:page": 1}
