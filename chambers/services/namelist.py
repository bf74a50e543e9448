"""Lists of names as people paste them: read, and laid beside a roster.

Nothing is written and nothing is guessed: what stands exactly once on the roster
is matched, what sounds or looks alike is offered, and the rest is shown.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from django.core.exceptions import ValidationError

from redleader.records.search import fold, syllables

MAX_CHARACTERS = 20_000
MAX_ENTRIES = 500
MAX_CANDIDATES = 8

PRESENT, ON_LEAVE, ABSENT = "present", "on_leave", "absent"


class RosterMember(Protocol):
    """What a row of the roster must have; a Member has it."""

    @property
    def pk(self) -> Any: ...
    @property
    def name(self) -> str: ...
    @property
    def note(self) -> str: ...


@dataclass(frozen=True)
class Entry:
    """One name of a pasted list.

    ``raw`` is the line it stood in, or its own piece where a line has several;
    telephone numbers are already gone from it.
    """

    name: str
    raw: str
    status: str = PRESENT
    guests: int = 0


@dataclass(frozen=True)
class Match:
    entry: Entry
    member: RosterMember


@dataclass(frozen=True)
class Candidate:
    member: RosterMember
    reason: str


@dataclass(frozen=True)
class Choice:
    """An entry that a person has to decide; the likeliest candidate is first."""

    entry: Entry
    candidates: list[Candidate]


@dataclass(frozen=True)
class Matching:
    matched: list[Match] = field(default_factory=list)
    ambiguous: list[Choice] = field(default_factory=list)
    suggestions: list[Choice] = field(default_factory=list)
    unmatched: list[Entry] = field(default_factory=list)
    repeated: list[Entry] = field(default_factory=list)


# --- Words that stand around names -------------------------------------------------

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\U00020000-\U0003fffd"

COMPOUND_SURNAMES = re.findall(
    r"\w+",
    "欧阳 司马 上官 诸葛 司徒 司空 夏侯 皇甫 尉迟 公孙 慕容 令狐 东方 西门 南宫 端木 "
    "长孙 宇文 轩辕 钟离 闻人 东郭 百里 呼延 独孤 万俟 申屠 淳于 单于 太史 公羊 澹台 "
    "公冶 宗政 濮阳 鲜于 闾丘 仲孙 赫连 拓跋 第五 张简 范姜",
)

NO_LEAVE_WORDS = "未请假|没请假|没有请假|不请假"
LEAVE_WORDS = "请假|事假|病假|公假|产假|婚假|丧假|年假|休假|外出|出差"
ABSENT_WORDS = (
    "缺席|缺勤|旷会|未到|没到|没来|(?<!来)不来|来不了|不能来|不能到|去不了|不去|未参加|没参加|"
    "不参加|不能参加|无法参加|参加不了|未出席|不能出席|无法出席|[\u274c\u2717\u2718\u2716]"
)
REASON_WORDS = "因事|因病|因公|有事"
STATUS_WORDS = f"{NO_LEAVE_WORDS}|{LEAVE_WORDS}|{ABSENT_WORDS}|{REASON_WORDS}"

# The first that is found decides; “因事缺席” is absent, “出差未到” is on leave.
STATUSES = [
    (re.compile(NO_LEAVE_WORDS), ABSENT),
    (re.compile(LEAVE_WORDS), ON_LEAVE),
    (re.compile(ABSENT_WORDS), ABSENT),
    (re.compile(f"{REASON_WORDS}|^假$"), ON_LEAVE),
]
STATUS = re.compile(
    "(?:今天|今晚|明天|临时|本次|无故|全程|(?<=..)[因已在要需也尚均]){0,3}"
    f"(?:{STATUS_WORDS}){{1,3}}(?:人员|名单|人数|的有|了)?"
)

PRESENT_WORDS = "应到|实到|已到|到会|到场|参会|与会|出席|参加|列席|签到|报名"
PRESENT_HEADING = re.compile(
    f"(?:{PRESENT_WORDS})(?:的?(?:人员|名单|人数|情况|会员|同志|代表|领导|嘉宾|者|有|表))?"
)
FIELD = re.compile(
    "(?:时间|日期|地点|地址|主题|内容|议题|议程|电话|手机号?|单位|公司|企业|备注|说明|要求|"
    "事项|截止|费用|格式|链接|微信号?|邮箱|身份证号?码?|性别|民族|年龄|职务)$"
)

POST = (
    "(?:党总支部?|党支部|支部|党委|党组|党建|工会|商会|协会|公司|企业|执行|常务|名誉|荣誉|"
    "创会|轮值|第一|候任|副|总){0,4}"
    "(?:会长|秘书长|监事长|理事长|书记|董事长|董事|理事|监事|秘书|主席|主任|主管|经理|"
    "总裁|总监|厂长|店长|院长|校长|所长|局长|科长|部长|组长|队长|镇长|村长|委员|干事|"
    "指导员|联络员|党员|会员|顾问|代表|会计|出纳|老板|老师|同志|先生|女士|师傅|领导|总)"
)
POST_BEFORE = re.compile(f"^(?:{POST}){{1,3}}")
POST_AFTER = re.compile(f"(?:{POST}){{1,3}}$")

ANSWER = (
    "已?收到|已?签到|已?报到|已?报名|已?确认|已阅|已到场?|准时到场?|按时到场?|到会|到场|"
    "(?:准时|按时|可以|能够?|确定)?(?:参加|出席|参会)|来了|到了|到|可以|好的|明白|"
    "知道了?|谢谢|辛苦了|等"
)
ANSWER_BEFORE = re.compile(r"^(?:我是|我叫|本人|签到|报名|参会|出席|到会|实到)")
ANSWER_AFTER = re.compile(rf"(?:\s*(?:{ANSWER}|\bok)){{1,3}}$", re.IGNORECASE)
# Alone in its piece this is no name, though it may end one (胜男, 美好).
NO_NAME = re.compile(
    rf"(?:{ANSWER}|ok|[a-z]|无|暂无|没有|好|男|女|例|人|共|和|与|及|略|姓名|名字|序号|"
    "人员|名单|今天|今晚|明天|上午|下午|早上|晚上|中午|家属|朋友)",
    re.IGNORECASE,
)

ORGANISATION = (
    "公司|集团|商会|协会|酒店|宾馆|饭店|超市|商行|工厂|中心|合作社|工作室|事务所|门市部|"
    "经营部|农场|学校|医院|银行"
)
ORGANISATION_BEFORE = re.compile(
    rf"^.*(?:{ORGANISATION})(?!的)(?=[{HAN}]{{2,4}}$|(?:{POST}){{1,3}}[{HAN}]{{2,4}}$)"
)
IS_ORGANISATION = re.compile(
    rf"{ORGANISATION}|^[{HAN}]{{3,}}[厂店行镇乡村县市局部园馆]$"
)
PROSE = re.compile(
    "接龙|签到|报名|名单|通知|会议|例会|活动|培训|讲座|座谈|大家|各位|参加|人员|以下|以上|"
    "如下|^关于.{3}|^请|^学习|学习会|理论学习|聚餐|邀请|^祝(?:大家|各位|贺)|[吗呢吧啊]$"
)
MOST_HAN = 8  # in a name without a middle dot; a longer piece is prose
LONGEST_NAME = 100  # the roster has no longer one

# --- Signs, numbers, telephones ------------------------------------------------------

DOTS = "\u2022\u2027\u2219\u22c5\u30fb\uff65\u00b7\u0387\u16eb"
CIRCLED = "\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229"
OPEN, CLOSE = "(\uff08\\[\u3010\u3014", ")\uff09\\]\u3011\u3015"
LIST_SIGNS = ",\uff0c\u3001;\uff1b/\uff0f|\uff5c\u3002\t\\\\"
COLONS = ":\uff1a"

PHONE = re.compile(
    r"(?:(?<!\d)\+?86[ .-]?|(?<!\d))1[3-9]\d[ .-]?[\d*xX]{4}[ .-]?\d{4}(?!\d)"
    r"|(?<!\d)0?\d{2,4}-\d{7,8}(?!\d)"
    r"|\d{7,}[xX]?"
)
URL = re.compile(r"https?://[!-~]*|[\w.+-]{1,64}@[a-zA-Z][\w-]*\.[\w.]*")
DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:\d{2,4}年)?\d{1,2}月(?:\d{1,2}[日号]?)?|\d{4}年"
    rf"|\d{{1,2}}[{COLONS}]\d{{2}}(?:[{COLONS}]\d{{2}})?(?!\d)"
    r"|\d{1,2}[点时](?:半|\d{1,2}分?)?|星期[一二三四五六日天]"
    r"|周[一二三四五六日天](?=上午|下午|早上|晚上|中午|晚)"
    r"|(?:上午|下午|早上|晚上|中午)"
)
NUMBER = re.compile(
    rf"\s*(?:[（(]\d{{1,3}}[)）]|[{CIRCLED}]|第?\d{{1,3}}[号位]?(?![\d人名位年月日点时]))"
    rf"[\s.\uff0e\u3001)）{COLONS},，]*"
    r"|\s*[（(]?[一二三四五六七八九十]{1,3}(?:[)）]|\u3001|\.)\s*"
    r"|\s*[A-Za-z][.\u3001\uff0e)）]\s*"
)
# “张三2.李四” and “张三②李四” begin a new item in the middle of a line.
INLINE_NUMBER = re.compile(
    rf"(?<=[{HAN})）])(?<![带加携共])(?=\d{{1,3}}[.\uff0e\u3001)）])|(?=[{CIRCLED}])"
)
CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
GUESTS = re.compile(
    r"(?:[+\uff0b]|[另外]?[带携加])\s*(\d{1,3}(?!\d)|[一二两三四五六七八九十](?=[个人位名]))"
    r"\s*[个]?[人位名]?(?:家属|朋友|客人|嘉宾|同事|员工|随行|孩子|小孩)?"
    r"|[带携](?:家属|朋友|家人|客人|同事)"
)
COUNT = re.compile(r"等?(?:一?共计?|总共|合计|总计|计)?\d{1,4}[人名位](?:次|员)?")

TITLE = re.compile(r"\s*#?\s*群?接龙")
EXAMPLE = re.compile(rf"\s*[（(]?(?:示例|例如|例子|例)(?:[)）\s{COLONS}.、]|$)")

BRACKET = rf"[{OPEN}][^{OPEN}{CLOSE}]*[{CLOSE}]?"
TOKEN = re.compile(
    rf"(?P<word>[A-Za-z][A-Za-z.'-]*(?: [A-Za-z][A-Za-z.'-]*)+(?![{HAN}])(?:{BRACKET})*"
    rf"|(?:[^\s{LIST_SIGNS}{COLONS}{OPEN}{CLOSE}]|{BRACKET})+)"
    rf"\s*(?P<colon>[{COLONS}])?"
)
# “请假2人（李四、王五）” and “【请假】李四” are headings like “请假：李四”.
HEADING_WORDS = rf"(?:{STATUS_WORDS}|{PRESENT_WORDS})(?:人员|名单|的有|有)?\d*[人名位]?"
LISTED = re.compile(rf"(^|[,，;；。])({HEADING_WORDS})[（(]([^()（）\d]+)[)）]")
BOXED = re.compile(rf"^\s*[【\[]\s*({HEADING_WORDS})\s*[】\]]")

# A single 汉字 is no name, so “张 三” and “欧阳 娜娜” are one.
SINGLE = rf"(?![到无女男例和与及共])[{HAN}]"
SPACED = re.compile(rf"(?<!\w){SINGLE}(?: {SINGLE})+(?!\w)")
SPACED_SURNAME = re.compile(
    rf"(?<!\w)({SINGLE}|{'|'.join(COMPOUND_SURNAMES)}) ([{HAN}]{{1,2}})(?!\w)"
)
SPACED_COUNT = re.compile(r"(?<=[共计带加携+\uff0b]) (?=\d)|(?<=\d) (?=[人名位])")
TWO_NAMES = re.compile(rf"([{HAN}]{{2,3}})[和与及]([{HAN}]{{2,3}})")


# --- Reading -------------------------------------------------------------------------


def parse_names(text: str) -> list[Entry]:
    """Return the names of a pasted list in its order, each mention for itself."""
    if len(text) > MAX_CHARACTERS:
        raise ValidationError(
            f"粘贴的内容有 {len(text)} 个字，最多 {MAX_CHARACTERS} 个，请分几次粘贴。",
            code="too_long",
        )
    entries: list[Entry] = []
    section = PRESENT
    for line in _lines(text):
        found, section = _read_line(line, section)
        entries += found
    if len(entries) > MAX_ENTRIES:
        raise ValidationError(
            f"名单有 {len(entries)} 个名字，一次最多 {MAX_ENTRIES} 个，请分几次粘贴。",
            code="too_many",
        )
    return entries


def _clean_character(character: str) -> str:
    if character in "\n\t":
        return character
    if character in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        return "\n"
    if character in DOTS:
        return "·"
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Me") or "\ufe00" <= character <= "\ufe0f":
        return ""
    if category[0] == "L" or category in ("Nd", "Zs"):
        plain = unicodedata.normalize("NFKC", character)
        return plain if len(plain) == 1 else character
    return character


def _clean(text: str) -> str:
    """Drop what cannot be seen and what must not be kept; letters half-width."""
    text = "".join(map(_clean_character, unicodedata.normalize("NFC", text)))
    return PHONE.sub(" ", URL.sub(" ", text))


def _lines(text: str) -> list[str]:
    """Return the lines that may hold names: no title of a 接龙, no example."""
    lines = [line.strip() for line in _clean(text).split("\n")]
    lines = [line for line in lines if line and not EXAMPLE.match(line)]
    start = next((i for i, line in enumerate(lines) if TITLE.match(line)), None)
    if start is None:
        return lines
    numbered = (i for i in range(start, len(lines)) if NUMBER.match(lines[i]))
    first = next(numbered, start + 1)
    title = [
        line for line in lines[start:first] if STATUS.search(line) or "\u3001" in line
    ]
    return lines[:start] + title + lines[first:]


class _Word(NamedTuple):
    raw: str
    is_label: bool


def _join_singles(found: re.Match[str]) -> str:
    letters = found[0].split(" ")
    if len(letters) % 2:
        return "".join(letters)
    return " ".join(a + b for a, b in zip(letters[::2], letters[1::2], strict=True))


def _is_sign(character: str) -> bool:
    """Tell emoji, check marks and bullets, which only separate."""
    if character in "+\uff0b\u274c\u2717\u2718\u2716":
        return False
    category = unicodedata.category(character)
    return category[0] == "S" or character in '@#*!?！？~_\u2026"“”‘’<>《》&%^=`'


def _words(line: str) -> Iterator[_Word]:
    """Cut a line into pieces; a label is a piece before a colon."""
    line = "".join(" " if _is_sign(c) else c for c in DATE.sub(" ", line))
    line = INLINE_NUMBER.sub(" ", line)
    line = re.sub(r"(?<![A-Za-z])[-–—]+|[-–—]+(?![A-Za-z])", " ", line)
    line = re.sub(rf"(?<=[{HAN}])\.(?=[{HAN}])", "·", line)
    line = re.sub(r"(?<![^\W\d_])·|·(?![^\W\d_])", " ", line)
    line = re.sub(r" +", " ", line).strip()
    line = re.sub(rf"[+\uff0b](?![一二两三四五六七八九十])(?=[{HAN}]{{2}})", " ", line)
    line = SPACED_COUNT.sub("", line)
    line = SPACED.sub(_join_singles, line)
    line = SPACED_SURNAME.sub(r"\1\2", line)
    line = BOXED.sub(r"\1：", LISTED.sub(r"\1\2：\3；", line))
    for found in TOKEN.finditer(line):
        yield _Word(found["word"].strip(), found["colon"] is not None)


class _Reading(NamedTuple):
    """What one piece says; ``other`` is an organisation or prose."""

    names: list[str]
    other: str
    status: str | None
    guests: int


def _status(texts: list[str]) -> str | None:
    for pattern, status in STATUSES:
        if any(pattern.search(text) for text in texts):
            return status
    return None


def _guests(texts: list[str]) -> int:
    for text in texts:
        if (found := GUESTS.search(text)) and (number := found[1]):
            return CHINESE_DIGITS[number] if number in CHINESE_DIGITS else int(number)
    return 0


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    """Cut a title off a name, but leave “李会长” and “欧阳总” alone."""
    rest = pattern.sub("", text, count=1).strip()
    return text if len(rest) < 2 or rest in COMPOUND_SURNAMES else rest


def _bare(text: str) -> str:
    """Return a piece without number, status, count, post and answer."""
    text = GUESTS.sub("", NUMBER.sub("", text, count=1))
    before, *after = STATUS.split(text, maxsplit=1)
    text = before.strip() or "".join(after)
    text = re.split(r"[\d+\uff0b]", COUNT.sub("", text).lstrip("0123456789"))[0]
    text = text.strip(" .\uff0e·'-")
    previous = text if len(text) > LONGEST_NAME else ""
    while text != previous:
        previous = text
        for pattern in (
            ORGANISATION_BEFORE,
            POST_BEFORE,
            POST_AFTER,
            ANSWER_BEFORE,
            ANSWER_AFTER,
        ):
            text = _cut(text, pattern)
    return text


def _read_word(raw: str) -> _Reading:
    remarks = [text.strip(OPEN + CLOSE + " ") for text in re.findall(BRACKET, raw)]
    text = re.sub(BRACKET, "", raw)
    status, guests = _status([text, *remarks]), _guests([text, *remarks])
    text = _bare(text)
    names, other = [text], ""
    if not _may_be_name(text):
        names = []
    elif two := TWO_NAMES.fullmatch(text):
        names = [two[1], two[2]] if len(text) > 4 else names
    elif IS_ORGANISATION.search(text) or PROSE.search(text) or _is_long(text):
        names, other = [], text
    return _Reading(names, other, status, guests)


def _may_be_name(text: str) -> bool:
    if not any(c.isalpha() or "\ue000" <= c <= "\uf8ff" for c in text):
        return False
    patterns = (NO_NAME, PRESENT_HEADING, POST_BEFORE)
    return not any(pattern.fullmatch(text) for pattern in patterns)


def _is_long(text: str) -> bool:
    han = 0 if "·" in text else len(re.findall(f"[{HAN}]", text))
    return len(text) > LONGEST_NAME or han > MOST_HAN


def _heading(raw: str) -> str | None:
    """Return the status that a heading gives to what follows it."""
    text = COUNT.sub("", re.sub(BRACKET, "", NUMBER.sub("", raw, count=1)))
    if STATUS.fullmatch(text):
        return _status([text])
    return PRESENT if PRESENT_HEADING.fullmatch(text) else None


@dataclass
class _Line:
    """A line while it is read, from left to right."""

    status: str
    entries: list[Entry] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    label: Entry | None = None  # it is the name where none follows: “张三：请假”
    in_field: bool = False

    def read(self, word: _Word) -> None:
        heading = _heading(word.raw)
        is_first = not (self.entries or self.label or self.in_field)
        if heading and (word.is_label or is_first):
            self.headings.append(heading)
            self.status, self.label, self.in_field = heading, None, False
        elif word.is_label:
            self._read_label(word.raw)
        else:
            self._read_piece(word.raw)

    def _read_label(self, raw: str) -> None:
        self.in_field = bool(FIELD.search(raw))
        if not self.in_field and (names := self._entries(raw, _read_word(raw))):
            self.take_label()
            self.label = names[0]

    def _read_piece(self, raw: str) -> None:
        reading = _read_word(raw)
        names = self._entries(raw, reading)
        if names and not self.in_field:
            self.label = None
            self.entries += names
            return
        if not self.in_field:
            self.take_label()
        if self.entries:
            self.entries[-1] = _remarked(self.entries[-1], reading)
        if reading.other and not self.in_field:
            self.others += self._entries(raw, reading._replace(names=[reading.other]))

    def _entries(self, raw: str, reading: _Reading) -> list[Entry]:
        status = reading.status or self.status
        return [Entry(name, raw, status, reading.guests) for name in reading.names]

    def take_label(self) -> None:
        if self.label:
            self.entries.append(self.label)
            self.label = None


def _remarked(entry: Entry, reading: _Reading) -> Entry:
    return replace(
        entry,
        status=reading.status or entry.status,
        guests=reading.guests or entry.guests,
    )


def _read_line(text: str, section: str) -> tuple[list[Entry], str]:
    """Return the entries of a line, and the status of the lines after it.

    An organisation is an entry where the line has no person; so is any prose that
    somebody put under a number, because it may hold a name.
    """
    number = NUMBER.match(text)
    line = _Line(section)
    for word in _words(text[number.end() :] if number else text):
        line.read(word)
    line.take_label()
    entries = line.entries or [
        other for other in line.others if number or IS_ORGANISATION.search(other.name)
    ]
    if len(entries) == 1:
        entries = [replace(entries[0], raw=text)]
    if not line.headings:
        return entries, section
    # A heading holds for the next lines when it stands alone or its list runs on.
    runs_on = text.endswith(("\u3001", ",", "，"))
    is_alone = not entries and len(line.headings) == 1
    return entries, line.headings[-1] if runs_on or is_alone else PRESENT


# --- Matching ------------------------------------------------------------------------

NAMESAKE = "同名"
SAME_SOUND = "同音"
NEAR_SOUND = "近音"
LOOK_ALIKE = "形近"
ONE_CHARACTER = "差一个字"
PART = "名字的一部分"

# Characters that the eye takes for one another; each stands in one group only.
LOOK_ALIKES = re.findall(
    r"\w+",
    "晴睛情清请靖 己已巳 未末 士土 人入八 日曰 千干于 王玉主 明朋 建健 伟纬玮 辉晖挥 "
    "华桦 丽莉俪 兰岚 钟钞钢 阳杨扬 陈阵 刘刚 谢射 弘泓 洪供 林材 木本 大太犬 天夫 "
    "贝见 几凡 申甲由田 目自 白百 成戍戌戊 折拆 治冶 冷泠 今令 茶荼 候侯 准淮 宏宠 "
    "宣宜 峰锋烽蜂 海梅 佳住往 俊骏竣峻 浩皓洁 炎焱 莹萤荧 菲非 容蓉榕 珍诊 珠株 "
    "琪淇棋琦 瑶遥 芳芬 苹萍 霞暇 娟绢 婷停 嫒媛 春舂 贤贵 龙尤 飞乞 波坡 涛祷 东车 "
    "冬各 均钧 坤绅 根银 桂挂 栋拣 泽译 灿仙 煌惶 瑞端 禄绿 秀季 贷货 赖籁 廖谬 邱丘 "
    "蓝篮 傅博 郭敦 袁哀 肖消 汪江 沈沉 孙逊 吴昊",
)
SHAPES = str.maketrans({sign: group[0] for group in LOOK_ALIKES for sign in group})

FUZZY_SOUNDS = [
    (re.compile("^(z|c|s)h"), r"\1"),
    (re.compile("^n"), "l"),
    (re.compile("(a|e|i)ng$"), r"\1n"),
]
SHORTEST_WITH_ONE_WRONG = 3  # of two characters the other is only the surname


def _sounds(name: str) -> tuple[str, ...]:
    return tuple(syllables(name, surname=True))


def _fuzzy(sounds: tuple[str, ...]) -> tuple[str, ...]:
    fuzzy = []
    for sound in sounds:
        for pattern, plain in FUZZY_SOUNDS:
            sound = pattern.sub(plain, sound)
        fuzzy.append(sound)
    return tuple(fuzzy)


def _key(name: str) -> str:
    """Return a name as names are compared: blanks, width and kind of dot aside."""
    return fold("".join(map(_clean_character, name)))


def _shape(key: str) -> str:
    return key.replace("·", "").translate(SHAPES)


class _Roster:
    """The members of a roster by name, sound and shape, computed once."""

    def __init__(self, roster: Sequence[RosterMember]):
        self.members: list[tuple[str, RosterMember]] = []
        self.by_name: dict[str, list[RosterMember]] = defaultdict(list)
        self.by_sound: dict[tuple[str, ...], list[RosterMember]] = defaultdict(list)
        self.by_fuzzy: dict[tuple[str, ...], list[RosterMember]] = defaultdict(list)
        self.by_shape: dict[str, list[RosterMember]] = defaultdict(list)
        for member in {member.pk: member for member in roster}.values():
            if key := _key(member.name):
                self._add(key, member)

    def _add(self, key: str, member: RosterMember) -> None:
        sounds = _sounds(key)
        self.members.append((key, member))
        self.by_name[key].append(member)
        self.by_sound[sounds].append(member)
        self.by_fuzzy[_fuzzy(sounds)].append(member)
        self.by_shape[_shape(key)].append(member)

    def resembling(self, key: str) -> Iterator[Candidate]:
        """Yield members whose names resemble a name, the likeliest kind first."""
        sounds = _sounds(key)
        kinds = [
            (SAME_SOUND, self.by_sound.get(sounds, [])),
            (NEAR_SOUND, self.by_fuzzy.get(_fuzzy(sounds), [])),
            (LOOK_ALIKE, self.by_shape.get(_shape(key), [])),
            (ONE_CHARACTER, [m for k, m in self.members if _differ_in_one(key, k)]),
            (PART, [m for k, m in self.members if _is_part(key, k)]),
        ]
        for reason, members in kinds:
            for member in members:
                yield Candidate(member, reason)


def _differ_in_one(one: str, other: str) -> bool:
    if len(one) != len(other) or len(one) < SHORTEST_WITH_ONE_WRONG:
        return False
    for i, (a, b) in enumerate(zip(one, other, strict=True), 1):
        if a != b:
            return one[i:] == other[i:]
    return False


def _is_part(one: str, other: str) -> bool:
    return (
        len(one) != len(other)
        and min(len(one), len(other)) > 1
        and (one in other or other in one)
    )


def match_names(entries: Sequence[Entry], roster: Sequence[RosterMember]) -> Matching:
    """Lay a parsed list beside a roster; a suggestion is only a suggestion.

    A name that several members bear may be mentioned once for each of them; any
    further mention of a name is repeated, whatever status it has.
    """
    members = _Roster(roster)
    matching = Matching()
    mentions: Counter[str] = Counter()
    taken: set[Any] = set()
    open_entries: list[tuple[str, Entry]] = []
    for entry in entries:
        key = _key(entry.name)
        namesakes = members.by_name.get(key, [])
        mentions[key] += 1
        if mentions[key] > max(1, len(namesakes)):
            matching.repeated.append(entry)
        elif len(namesakes) == 1:
            taken.add(namesakes[0].pk)
            matching.matched.append(Match(entry, namesakes[0]))
        elif namesakes:
            choices = [Candidate(member, NAMESAKE) for member in namesakes]
            matching.ambiguous.append(Choice(entry, choices))
        else:
            open_entries.append((key, entry))
    for key, entry in open_entries:
        if candidates := _candidates(key, members, taken):
            matching.suggestions.append(Choice(entry, candidates))
        else:
            matching.unmatched.append(entry)
    return matching


def _candidates(key: str, members: _Roster, taken: set[Any]) -> list[Candidate]:
    """Return each free member once, for the best reason."""
    found: dict[Any, Candidate] = {}
    for candidate in members.resembling(key):
        if candidate.member.pk not in taken:
            found.setdefault(candidate.member.pk, candidate)
    return list(found.values())[:MAX_CANDIDATES]
