"""Invented leads of 引才网络, in every state."""

from datetime import date, timedelta

from activities.models import KeyIndustry, Lead
from activities.models.lead import LeadKind, LeadState
from activities.services.lead import save_lead, take_step
from chambers.models import Role

INDUSTRIES = ["演示·新材料", "演示·现代农业", "演示·文化旅游"]
SUBJECTS = {
    LeadKind.INVESTMENT: "演示·茶叶精深加工项目投资意向",
    LeadKind.TALENT: "演示·食品工艺专家返乡意向",
    LeadKind.INSTITUTE: "演示·省外农科院所合作意向",
    LeadKind.TECHNOLOGY: "演示·低温烘干技术转让",
}
# The steps of a lead, and how many go that far.
PATHS: list[tuple[list[LeadState], int]] = [
    ([], 4),
    ([LeadState.INVALID], 3),
    ([LeadState.VALID], 6),
    ([LeadState.VALID, LeadState.HANDED], 5),
    ([LeadState.VALID, LeadState.HANDED, LeadState.CONTACT], 5),
    ([LeadState.VALID, LeadState.HANDED, LeadState.CONTACT, LeadState.LANDED], 4),
    ([LeadState.VALID, LeadState.HANDED, LeadState.CONTACT, LeadState.FAILED], 3),
]
REASONS = {LeadState.INVALID: "与已有信息重复。", LeadState.FAILED: "对方另选了厂址。"}


def make_leads(chambers, secretaries, staff, today: date) -> None:
    """Make this year's leads, more valid ones than the target asks for."""
    industries = []
    for name in INDUSTRIES:
        industry = KeyIndustry(name=name)
        industry.full_clean()
        industry.save()
        industries.append(industry)
    first = date(today.year, 1, 1)
    kinds = list(SUBJECTS)
    paths = [path for path, count in PATHS for _ in range(count)]
    for turn, path in enumerate(paths):
        kind = kinds[turn % len(kinds)]
        chamber = chambers[turn * 5 % 12]
        lead = Lead(
            chamber=chamber,
            kind=kind,
            title=f"{SUBJECTS[kind]}（{turn + 1}）",
            industry=industries[turn % len(industries)],
            content="演示内容：由会员牵线，对方有意来县里考察，希望先了解用地和政策。",
            contact="演示联系人",
            submitted_on=first + timedelta(days=turn * (today - first).days // 30),
            is_demo=True,
        )
        save_lead(lead, user=secretaries[chamber.pk])
        for to in path:
            unit = "演示·接收单位" if to == LeadState.HANDED else ""
            reason = REASONS.get(to, "")
            lead = take_step(
                lead, to=to, user=staff[Role.FEDERATION], unit=unit, reason=reason
            )
