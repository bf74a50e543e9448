"""The number of each refusal in the list of bad inputs, found by its words.

Messages also come from the database, from stored previews and from libraries, so the
words themselves are the only thing they all carry.
"""

import re
from functools import cache

from redleader.sheets import incoming
from redleader.uploads import photos

# Row of the list and its words; "…" stands for anything. The first that fits counts.
WORDS = [
    (32, "第 … 行与第 … 行重复…"),
    (32, "第 … 行…已存在，未重复导入。"),
    (32, "第 … 行…与系统中已有的…不同…"),
    (33, "第 … 行…不在您的管理范围，未导入。"),
    (28, "第 … 行“…”是公式…"),
    (29, "第 … 行“…”是错误值…"),
    (30, "第 … 行“…”格式应为文本，请改正。"),
    (34, "共 … 处错误，本次未导入任何数据…"),
    (35, "该文件已于 … 由 … 导入过…"),
    (16, "一次最多上传 … 张，本次选择了 … 张。"),
    (16, "每场最多 … 张，已有 … 张。"),
    (17, "这张照片已在本场活动中上传过，未重复保存。"),
    (18, "有照片也用在…"),
    (37, "…最多 … 个字，现有 … 个字。"),
    (38, "…含有无法显示的字符，请删除后重试。"),
    (40, "…手机号应为 11 位数字，例如 138xxxx1234。"),
    (41, "…日期无效，请按“年-月-日”填写…"),
    (41, "…时间无效，请按“年-月-日 时:分”填写…"),
    (41, "时间过早，请核对年份。"),
    (42, "开讲时间晚于当前时间，不能登记到场人数。"),
    (42, "结束时间应晚于开始时间。"),
    (42, "早于商会成立日期（…），请核对。"),
    (42, "…结束日期不能早于开始日期。"),
    (42, "…不能晚于今天。"),
    (43, "…应为 … 的整数。"),
    (43, "…应为不小于 … 的整数。"),
    (43, "到场 … 人多于应到 … 人，请核对。"),
    (43, "名单上有 … 人到场，多于实到 … 人，请核对。"),
    (44, "…金额应为 0 以上、最多两位小数（单位：万元）…"),
    (46, "…请勿填写身份证号码等敏感个人信息。"),
    (47, "所选…无效，请重新选择。"),
    (47, "没有名为“…”的…，请从提示的名称中选择。"),
    (48, "已有同日同题的讲课记录（…），请核对后再保存。"),
    (50, "…受保护…"),
    (51, "链接须以 http:// 或 https:// 开头。"),
    (52, "保存失败：…修改过此记录…"),
    (53, "已保存，无需重复提交。"),
    (54, "…已提交审核，不能修改…"),
    (54, "不能审核本人登记或提交的…"),
    (54, "已由 … 于 … 处理。…"),
    (54, "…现在是“…”，不能这样操作。"),
    (56, "登录已超时，请重新登录…"),
    (59, "用户名或密码不正确。"),
    (60, "登录失败次数过多，请 30 分钟后再试，或联系管理员。"),
    (61, "动态验证码不正确或已使用，请等待新的验证码后重试。"),
    (62, "密码…"),
    (62, "…密码过于常见…"),
    (63, "查询条件无效，已忽略。"),
    (68, "操作过于频繁…"),
    (14, photos.METADATA_NOTICE),
    (36, "…请填写…"),
    (36, "…请选择…"),
    (36, "请点名，或填写实到人数。"),
]


def pattern(words: str, gap: str) -> re.Pattern[str]:
    """Return a pattern for words, parts of which, such as ``…``, may be anything."""
    fixed = re.split(gap, words)
    return re.compile(".*".join(map(re.escape, fixed)), re.DOTALL)


@cache
def patterns() -> list[tuple[int, re.Pattern[str]]]:
    tables = [*photos.MESSAGES.values(), *incoming.MESSAGES.values()]
    return [
        *((row, pattern(words, r"%\(\w+\)[sd]")) for row, words in tables),
        *((row, pattern(words, "…")) for row, words in WORDS),
    ]


def number_of(message: str) -> int | None:
    """Return the row of the list of bad inputs that a message belongs to."""
    text = str(message)
    return next((row for row, known in patterns() if known.fullmatch(text)), None)
