import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from activities.counting import totals, until
from activities.demo import load_demo
from activities.models import (
    Attendance,
    Award,
    Course,
    Issue,
    Lecture,
    MediationCase,
    MeetingRequirement,
    Practice,
    Site,
)
from activities.models.honour import AwardState
from activities.models.lecture import LectureState
from activities.models.mediation.states import CaseState
from activities.services.public_report import load_public_report
from activities.services.seed import load_seed
from chambers.models import Appointment, Chamber, Member, User

MANAGE = settings.BASE_DIR / "manage.py"


def run(name, *args, **options):
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_loadreport_says_what_it_made_and_can_be_repeated():
    assert "将新增商会 10 条" in run("loadreport", "--dry-run")
    assert "已新增商会 10 条" in run("loadreport")
    assert "没有新增" in run("loadreport")


@pytest.mark.django_db
def test_loadrules_says_what_it_made_and_leaves_what_staff_changed():
    assert "将新增会议要求 6 条" in run("loadrules", "--dry-run")
    assert not MeetingRequirement.objects.exists()
    made = run("loadrules")
    assert "已新增会议要求 6 条" in made
    assert "已新增证书模板 2 条" in made
    assert "已新增引才年度目标 1 条" in made
    assert "已新增纠纷类别 5 条" in made
    MeetingRequirement.objects.filter(kind="party_lecture").update(minimum=2)
    MeetingRequirement.objects.filter(kind="appraisal").update(is_active=False)
    assert "没有新增" in run("loadrules")
    assert MeetingRequirement.objects.get(kind="party_lecture").minimum == 2
    assert all(row.source for row in MeetingRequirement.objects.all())


@pytest.mark.django_db
def test_figures_lists_31_and_fails_the_check_on_a_contradiction():
    load_public_report()
    assert "共 31 项，已计数 28 项，不符 25 项。" in run("figures")
    with pytest.raises(SystemExit) as end:
        run("figures", "--check")
    assert end.value.code == 1


@pytest.mark.django_db
def test_figures_check_needs_something_to_check():
    with pytest.raises(SystemExit):
        run("figures", "--check")


@pytest.mark.django_db
def test_the_demo_makes_every_counted_figure_come_out():
    load_public_report()
    load_seed()
    load_demo()
    assert "不符 0 项" in run("figures", "--check")
    assert Chamber.objects.active().count() == 27
    assert Issue.objects.count() == 18
    counted = Lecture.objects.counted()
    assert counted.filter(kind="party_lecture").count() == 23
    assert counted.exclude(kind="party_lecture").count() == 9  # meetings of branches
    on_the_rolls = Attendance.objects.filter(lecture__in=counted, status="present")
    assert on_the_rolls.count() == 411  # the meetings have numbers only
    assert {lecture.state for lecture in Lecture.objects.all()} == {
        LectureState.PLANNED,
        LectureState.CANCELLED,
        LectureState.DRAFT,
        LectureState.SUBMITTED,
        LectureState.RETURNED,
        LectureState.ACCEPTED,
    }

    assert_mediation_comes_out()


def assert_mediation_comes_out():
    """M29, M30 and M31 of the report, and every state of a case."""
    today = until(timezone.localdate())
    codes = ["mediators", "mediation-accepted", "mediation-succeeded", "mediation-open"]
    assert [total.value for total in totals(codes, today)] == [105, 56, 48, 3]
    cases = MediationCase.objects.all()
    assert {case.state for case in cases} == set(CaseState)
    assert all(case.is_demo for case in cases)
    places = Chamber.objects.filter(mediation_committees__isnull=False)
    assert all(chamber.is_demo for chamber in places)
    mediator = User.objects.get(username="tiaojie")
    assert MediationCase.objects.visible_to(mediator).count() > 5


@pytest.mark.django_db
def test_invented_rows_hang_on_invented_chambers_only():
    load_public_report()
    load_seed()
    load_demo()
    real = Chamber.objects.filter(is_demo=False)
    assert real.count() == 10
    assert not Lecture.objects.filter(chamber__in=real).exists()
    assert not Member.objects.filter(chambers__in=real).exists()
    assert not Appointment.objects.filter(chamber__in=real).exists()
    assert not Appointment.objects.filter(branch__chambers__in=real).exists()
    assert not Site.objects.filter(is_demo=True, chamber__in=real).exists()
    titles = Award.objects.filter(is_demo=True).on()
    assert {award.state for award in titles} == set(AwardState.values)
    assert {award.level for award in titles} == {"county"}
    assert all(award.chamber.is_demo for award in titles)
    practice = Practice.objects.get(is_demo=True)
    assert practice.chamber.is_demo
    assert practice.items.exists()
    assert practice.results.exists()
    for noun in (Site, Course):
        invented = noun.objects.filter(is_demo=True)
        assert all(row.name.startswith("演示·") for row in invented)
        assert {bool(row.lectures.public()) for row in invented} == {True}
    invented = Chamber.objects.filter(is_demo=True)
    assert all(chamber.name.startswith("演示·") for chamber in invented)
    assert all(chamber.logo for chamber in invented)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_demo(folder, port):
    variables = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    variables |= {"REDLEADER_VAR": str(folder), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, MANAGE, "demo", "--port", str(port)]
    process = subprocess.Popen(
        command,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "打开 http" in line:
            break
    return process, "".join(lines)


def answer(port, path="/"):
    for _ in range(50):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as page:
                return page.status, page.read().decode()
        except ConnectionError:
            time.sleep(0.1)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("no answer")


@pytest.mark.long
def test_the_demo_starts_stops_on_ctrl_c_and_keeps_its_data(tmp_path):
    port = free_port()
    process, said = start_demo(tmp_path, port)
    try:
        accounts = re.findall(r"用户名 (\S+)\t密码 (\S+)", said)
        assert [name for name, _ in accounts] == [
            "guanli",
            "zuzhibu",
            "gongshanglian",
            "mishu01",
            "shuji01",
            "xiangzhen",
            "tiaojie",
            "shenji",
        ]
        assert len({password for _, password in accounts}) == 8
        status, text = answer(port)
        assert status == 200
        assert "演示数据" in text
        assert answer(port, "/healthz")[0] == 200
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0, rest
    assert "Traceback" not in rest
    kept = json.loads((tmp_path / "demo_accounts.json").read_text())
    process, again = start_demo(tmp_path, port)
    try:
        assert dict(re.findall(r"用户名 (\S+)\t密码 (\S+)", again)) == kept
        assert "正在写入" not in again
        assert answer(port)[0] == 200
        taken = subprocess.run(
            [sys.executable, MANAGE, "demo", "--port", str(port)],
            env={**os.environ, "REDLEADER_VAR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert taken.returncode == 1
        assert f"端口 {port} 已被占用" in taken.stderr
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0
