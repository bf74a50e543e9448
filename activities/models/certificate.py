"""Certificates of titles: how they look, and the code that proves one."""

import re
import secrets
import unicodedata

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from activities.models.honour import Award
from redleader.records.constraints import Refuse, one_of
from redleader.records.record import DemoMark

# Without letters and digits that look alike; 20 of them are 98 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 20


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def normal_code(text: str) -> str:
    """Return a code as it is kept, from what a person typed or pasted.

    Lower case, full-width letters, blanks and dashes are forgiven; of an address
    of the verify page only the code is taken.
    """
    text = unicodedata.normalize("NFKC", text)
    address = re.search(r"/verify/([^/?#]+)", text)
    if address:
        text = address[1]
    kept = (c for c in text.upper() if unicodedata.category(c)[0] in "LN")
    return "".join(kept)


def is_code(text: str) -> bool:
    return len(text) == CODE_LENGTH and set(text) <= set(ALPHABET)


# What a template may name; the words are those of the form.
PLACEHOLDERS = {
    "recipient": "获得者",
    "title": "称号",
    "level": "级别",
    "cycle": "周期",
    "grantor": "授予单位",
    "document": "文号",
    "granted_on": "授予日期",
    "valid_until": "有效期",
    "county": "县名",
}
KNOWN = "、".join(f"{{{name}}}（{label}）" for name, label in PLACEHOLDERS.items())
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# A page holds this much whatever the names; see the tests of the paper.
MOST_LINES = 10
MOST_USES = 2


def parts_of(text: str) -> list[tuple[str, bool]]:
    """Split text into words and names of placeholders, in turn."""
    pieces = PLACEHOLDER.split(text)
    return [(piece, bool(n % 2)) for n, piece in enumerate(pieces) if piece or n % 2]


def check_placeholders(text: str) -> None:
    """Refuse an unknown placeholder, and say which ones exist."""
    used = [piece for piece, is_name in parts_of(text) if is_name]
    unknown = next((name for name in used if name not in PLACEHOLDERS), None)
    if unknown is not None:
        raise ValidationError(
            f"占位符“{{{unknown}}}”无效，请改正或删除。可以使用的有：{KNOWN}。",
            code="placeholder",
        )
    for piece, is_name in parts_of(text):
        broken = (
            None if is_name else re.search(r".{0,12}[{}\uff5b\uff5d].{0,12}", piece)
        )
        if broken:
            raise ValidationError(
                f"“{broken[0].strip()}”处的花括号不成对或不是半角，请改正。"
                f"可以使用的占位符有：{KNOWN}。",
                code="placeholder",
            )
    often = next((name for name in used if used.count(name) > MOST_USES), None)
    if often is not None:
        raise ValidationError(
            f"占位符“{{{often}}}”用了 {used.count(often)} 次，"
            f"最多 {MOST_USES} 次，请删去多余的。",
            code="placeholder",
        )


class Orientation(models.TextChoices):
    LANDSCAPE = "landscape", "横向"
    PORTRAIT = "portrait", "竖向"


FILLED = ["heading", "body", "signature", "footnote"]


@pghistory.track()
class CertificateTemplate(models.Model):
    """The text of a certificate; {recipient} and other placeholders are filled in.

    The county grants its own titles (证书); for higher ones it only certifies that they
    are on its roll (登记证明).
    """

    name = models.CharField("模板名称", max_length=40, unique=True)
    heading = models.CharField("标题", max_length=20, default="荣誉证书")
    body = models.TextField("正文", max_length=500)
    signature = models.CharField("落款单位", max_length=60, blank=True)
    footnote = models.CharField("脚注", max_length=120, blank=True)
    orientation = models.CharField(
        "纸张方向", max_length=10, choices=Orientation, default=Orientation.LANDSCAPE
    )
    title_size = models.PositiveSmallIntegerField("标题字号（磅）", default=46)
    body_size = models.PositiveSmallIntegerField("正文字号（磅）", default=20)
    for_own_titles = models.BooleanField(
        "用于县级称号",
        default=False,
        help_text="勾选的用于县级颁发的称号，不勾选的用于上级称号的登记证明。",
    )
    is_default = models.BooleanField("默认模板", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "证书模板"
        ordering = ["name"]
        constraints = [
            one_of(Orientation, "orientation", "纸张方向"),
            models.UniqueConstraint(
                fields=["for_own_titles"],
                condition=Q(is_default=True),
                name="%(app_label)s_%(class)s_one_default",
                violation_error_message="这一类称号已有默认模板，请先取消原来的默认。",
            ),
            models.CheckConstraint(
                condition=Q(title_size__range=(20, 80)),
                name="%(app_label)s_%(class)s_title_size_limited",
                violation_error_message="标题字号应为 20–80 的整数。",
            ),
            models.CheckConstraint(
                condition=Q(body_size__range=(10, 40)),
                name="%(app_label)s_%(class)s_body_size_limited",
                violation_error_message="正文字号应为 10–40 的整数。",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        errors = {}
        for name in FILLED:
            try:
                check_placeholders(getattr(self, name))
            except ValidationError as error:
                errors[name] = error
        lines = len(self.body.strip().splitlines())
        if lines > MOST_LINES:
            errors["body"] = ValidationError(
                f"正文最多 {MOST_LINES} 段，现有 {lines} 段，请合并。", code="lines"
            )
        if errors:
            raise ValidationError(errors)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user):
        return self.filter(award__in=Award.objects.visible_to(user))

    def with_awards(self):
        """Each with its title, the recipient and the document of its scheme."""
        return self.select_related(
            "award__version__scheme",
            "award__chamber",
            "award__branch",
            "award__site",
        )


@pghistory.track()
class Certificate(DemoMark):
    """A certificate that was issued for a title; its code cannot be guessed."""

    award = models.OneToOneField(
        Award, models.PROTECT, related_name="certificate", verbose_name="荣誉"
    )
    code = models.CharField(
        "验证编号", max_length=20, unique=True, default=new_code, editable=False
    )
    issued_on = models.DateField("颁发日期", default=timezone.localdate)
    issued_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        related_name="issued_certificates",
        verbose_name="颁发人",
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证书"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=rf"^[{ALPHABET}]{{{CODE_LENGTH}}}$"),
                name="%(app_label)s_%(class)s_code_valid",
                violation_error_message="验证编号格式不正确。",
            )
        ]
        triggers = [
            Refuse(
                name="code_stays",
                operation=pgtrigger.Update,
                test="NEW.code <> OLD.code OR NEW.award_id <> OLD.award_id",
                message="证书颁发后，编号和对应的荣誉不能改动。",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("public:verify", args=[self.code])

    @property
    def printed_code(self):
        """The code in groups of four, as printed."""
        return "-".join(self.code[n : n + 4] for n in range(0, CODE_LENGTH, 4))
