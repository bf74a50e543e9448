"""S16: falsifying the audit, as the application and as a superuser."""

import pytest

from redleader import database
from redleader.audit.verify import verify
from tests import tampering
from tests.conftest import become
from tests.redleader.audit.test_audit import long_chain  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
WHAT = "ways to falsify the audit"
TARGET = "at least 12; as the application 0 succeed, as a superuser all are found"
NAMES = list(tampering.TAMPERINGS)
ALLOWED = (
    "INSERT INTO redleader_auditentry (kind, person, address, method, path, table_name,"
    " row_key, detail, result) VALUES ('login', '', '', '', '', '', '', '{{}}', 'done')"
)


def found_as_superuser(facts, anchors):
    """Return the verdict about each way, tried with every trigger off."""
    become("postgres")
    try:
        return {name: tampering.found(name, facts, anchors) for name in NAMES}
    finally:
        become(database.APP)


def test_figure(figure, long_chain):  # noqa: F811
    facts, anchor = long_chain
    through = [name for name in NAMES if tampering.succeeds(name, facts)]
    figure(
        f"as the application: {len(through)} of {len(NAMES)} succeed",
        kept=not through and len(NAMES) >= 12,
    )
    verdicts = found_as_superuser(facts, [anchor])
    found = [name for name in NAMES if not verdicts[name].ok]
    named = [name for name in found if verdicts[name].fault]
    figure(
        f"as a superuser: {len(found)} of {len(NAMES)} found,"
        f" {len(named)} with the first bad row named",
        kept=len(named) == len(NAMES),
    )
    untouched = verify(anchors=[anchor])
    figure(f"nothing done: {untouched.fault or '0 faults'}", kept=untouched.ok)


def test_control(control, long_chain, monkeypatch):  # noqa: F811
    facts, _ = long_chain
    monkeypatch.setitem(tampering.TAMPERINGS, "allowed", [ALLOWED])
    through = tampering.succeeds("allowed", facts)
    control(
        f"the application adds an entry, as it may: {int(through)} succeeds",
        caught=through,
    )
    verdicts = found_as_superuser(facts, [])
    missed = [name for name in NAMES if verdicts[name].ok]
    control(
        f"checked without the anchor: {len(missed)} missed ({', '.join(missed)})",
        caught=missed == tampering.NEED_ANCHOR,
    )
