"""What an installation needs besides a sound machine."""

from activities.models import CertificateTemplate, MeetingRequirement, SchemeVersion
from activities.papers.certificate_sheet import FONT
from activities.sums import tally
from chambers.models import Region, Role, User
from redleader.backup.findings import Check, Finding, bad, good, missing, notice
from redleader.uploads.fonts import missing_characters

SAMPLE = "红领杭商四好商会证书编号认定有效期至"


def check_font() -> Finding:
    advice = "重新取得完整的程序文件；字体在 static/vendor 中，不必另装。"
    try:
        lacking = missing_characters(SAMPLE, FONT)
    except OSError as error:
        return bad("证书字体", f"读不到 {FONT.name}：{error.strerror}", advice)
    if lacking:
        return bad("证书字体", f"{FONT.name} 缺字：{lacking}", advice)
    return good("证书字体", FONT.name)


def check_rules() -> Finding:
    needed = (MeetingRequirement, SchemeVersion, CertificateTemplate)
    absent = [
        str(model._meta.verbose_name)
        for model in needed
        if not model.objects.exists()  # type: ignore[attr-defined]
    ]
    if not Region.objects.exists():
        return missing("初始数据", "没有县和乡镇", "manage.py loadreport")
    if absent:
        return missing("初始数据", f"没有{'、'.join(absent)}", "manage.py loadrules")
    return good("初始数据", "县和乡镇、会议要求、荣誉方案、证书模板都有")


def check_administrator() -> Finding:
    count = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count()
    if not count:
        return bad(
            "管理员", "没有能用的系统管理员账户", "manage.py createsuperuser 建立一个。"
        )
    return good("管理员", f"{count} 人")


def check_sums() -> Finding:
    if late := tally.pending():
        return notice(
            "逐日合计",
            f"{len(late)} 条口径等待由记录重新计数，第一条是 {next(iter(late))}",
            "再执行一次 manage.py migrate；其间照常登记。",
        )
    return good("逐日合计", "都按现行口径计数")


CHECKS: list[Check] = [check_font, check_rules, check_administrator, check_sums]
