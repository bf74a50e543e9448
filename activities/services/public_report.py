"""The public report of 2023: its facts as initial rows of the county.

The facts are in ``activities/data/public_report.json``; nothing in it is
invented, and what the report does not state stays empty.
"""

import json
from collections import Counter
from pathlib import Path

from django.db import models, transaction

from activities.models import (
    Award,
    OfficialFigure,
    Practice,
    PracticeResult,
    Scheme,
    SchemeVersion,
    Series,
    Site,
)
from chambers.models import Branch, BranchCoverage, Chamber, Enterprise, Region

FACTS = Path(__file__).resolve().parent.parent / "data" / "public_report.json"
UNSTATED = "来源未载明"


def read_facts() -> dict:
    return json.loads(FACTS.read_text(encoding="utf-8"))


@transaction.atomic
def load_public_report(*, dry_run: bool = False) -> Counter[str]:
    """Create the missing rows; leave existing ones as they are.

    Returns how many rows of each model were created. Any error rolls back all of it,
    and so does ``dry_run`` after counting.
    """
    facts = read_facts()
    made: Counter[str] = Counter()
    for load in (
        load_places,
        load_chambers,
        load_honours,
        load_practices,
        load_figures,
    ):
        load(facts, made)
    if dry_run:
        transaction.set_rollback(True)
    return made


def ensure(made: Counter[str], model: type[models.Model], key: dict, **fields):
    """Return the row with a natural key; make it with all its rules if missing."""
    found = model._default_manager.filter(**key).first()
    if found:
        return found
    row = model(**key, **fields)
    row.full_clean()
    row.save()
    made[str(model._meta.verbose_name)] += 1
    return row


def find(model: type[models.Model], name: str):
    return model._default_manager.get(name=name) if name else None


def load_places(facts: dict, made: Counter[str]) -> None:
    for place in facts["regions"]:
        ensure(
            made,
            Region,
            {"code": place["code"]},
            name=place["name"],
            level=place["level"],
            parent_id=place["parent"] or None,
        )


def load_chambers(facts: dict, made: Counter[str]) -> None:
    for name in facts["enterprises"]:
        ensure(made, Enterprise, {"name": name})
    for chamber in facts["chambers"]:
        ensure(
            made,
            Chamber,
            {"name": chamber["name"]},
            short_name=chamber["short_name"],
            kind=chamber["kind"],
            township_id=chamber["township"] or None,
        )
    for branch in facts["branches"]:
        row = ensure(made, Branch, {"name": branch["name"]}, kind=branch["kind"])
        for name in branch["chambers"]:
            chamber = find(Chamber, name)
            ensure(made, BranchCoverage, {"branch": row, "chamber": chamber})
    for site in facts["sites"]:
        ensure(
            made,
            Site,
            {"name": site["name"]},
            kind=site["kind"],
            township_id=site["township"],
            chamber=find(Chamber, site["chamber"]),
        )


def load_honours(facts: dict, made: Counter[str]) -> None:
    for award in facts["awards"]:
        scheme = ensure(
            made, Scheme, {"name": award["scheme"]}, kind=award["scheme_kind"]
        )
        version = ensure(made, SchemeVersion, {"scheme": scheme, "label": UNSTATED})
        recipient = {
            "chamber": find(Chamber, award.get("chamber", "")),
            "branch": find(Branch, award.get("branch", "")),
            "site": find(Site, award.get("site", "")),
        }
        ensure(
            made,
            Award,
            {"title": award["title"], **recipient},
            version=version,
            level=award["level"],
            grantor=award["grantor"],
            batch=award["batch"],
            source=source_of(facts, award),
        )


def load_practices(facts: dict, made: Counter[str]) -> None:
    for practice in facts["practices"]:
        source = source_of(facts, practice)
        row = ensure(
            made,
            Practice,
            {"name": practice["name"]},
            chamber=find(Chamber, practice["chamber"]),
            summary=practice["summary"],
            source=source,
            is_public=True,
        )
        for result in practice["results"]:
            ensure(
                made,
                PracticeResult,
                {"practice": row, "label": result["label"]},
                value=result["value"],
                source=source,
            )


def source_of(facts: dict, row: dict) -> str:
    return f"{facts['source']}第 {row['line']} 行"


def load_figures(facts: dict, made: Counter[str]) -> None:
    for name in facts["series"]:
        ensure(made, Series, {"name": name})
    for figure in facts["figures"]:
        fields = {key: figure[key] for key in figure if key not in ("number", "line")}
        if "chamber" in fields:
            fields["chamber"] = find(Chamber, fields["chamber"])
        ensure(
            made,
            OfficialFigure,
            {"number": figure["number"]},
            source=facts["source"],
            source_line=figure["line"],
            **fields,
        )
