"""How passwords are stored and which are refused."""

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import (
    CommonPasswordValidator as DjangoCommonPasswordValidator,
)
from django.core.exceptions import ValidationError

COMMON_ERROR = "密码过于常见或包含单位、姓名等信息，请更换。"
CONTEXT_WORDS = ["shanghang", "honglin", "hongling", "redleader", "上杭", "红领"]
MIN_LENGTH = 10


class SmallArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, so that 20 sign-ins at once fit a small server."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1


class LocalPasswordValidator:
    """At least 10 characters of three classes, without names of the place.

    Source: GB/T 22239-2019 level 2 asks for complexity and gives no numbers.
    """

    def validate(self, password, user=None):
        classes = [
            any(c.isalpha() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        ]
        mixed_case = any(c.islower() for c in password) and any(
            c.isupper() for c in password
        )
        if len(password) < MIN_LENGTH or sum(classes) + mixed_case < 3:
            raise ValidationError(self.get_help_text(), code="weak")
        words = [*CONTEXT_WORDS]
        if user is not None:
            words += [user.username, user.name]
        lowered = password.lower()
        if any(word and word.lower() in lowered for word in words):
            raise ValidationError(COMMON_ERROR, code="context")

    def get_help_text(self):
        return (
            f"密码至少 {MIN_LENGTH} 位，并包含字母、数字、符号中的三类"
            "（大小写字母算两类）。"
        )


class CommonPasswordValidator(DjangoCommonPasswordValidator):
    def validate(self, password, user=None):
        if password.lower().strip() in self.passwords:
            raise ValidationError(COMMON_ERROR, code="common")

    def get_help_text(self):
        return "密码不能是常见密码。"
