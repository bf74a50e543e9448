"""Match names against a roster.

Nothing is written and nothing is guessed: a name that is on the roster exactly once
is matched, what sounds or looks alike is offered, and the rest is shown.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from chambers.services.namelist.reading import Entry, clean_character
from redleader.records.search import fold, syllables

MAX_CANDIDATES = 8


class RosterMember(Protocol):
    """What a row of the roster must have; a Member has it."""

    @property
    def pk(self) -> Any: ...
    @property
    def name(self) -> str: ...
    @property
    def note(self) -> str: ...


@dataclass(frozen=True)
class Match:
    entry: Entry
    member: RosterMember


@dataclass(frozen=True)
class Candidate:
    member: RosterMember
    reason: str


@dataclass(frozen=True)
class NameChoice:
    """An entry that a person has to decide on, the likeliest candidate first."""

    entry: Entry
    candidates: list[Candidate]


@dataclass(frozen=True)
class Matching:
    matched: list[Match] = field(default_factory=list)
    ambiguous: list[NameChoice] = field(default_factory=list)
    suggestions: list[NameChoice] = field(default_factory=list)
    unmatched: list[Entry] = field(default_factory=list)
    repeated: list[Entry] = field(default_factory=list)


NAMESAKE = "同名"
SAME_SOUND = "同音"
NEAR_SOUND = "近音"
LOOK_ALIKE = "形近"
ONE_CHARACTER = "差一个字"
PART = "名字的一部分"

# Characters that look alike; each belongs to one group only.
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
SHORTEST_WITH_ONE_WRONG = 3  # of two characters, the other would only be the surname


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
    """Return a name normalised for comparison: blanks, width and kind of dot."""
    return fold("".join(map(clean_character, name)))


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
    """Match a parsed list against a roster; a suggestion is only a suggestion.

    A name shared by several members may occur once for each of them; any further
    occurrence is reported as repeated, whatever its status.
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
            matching.ambiguous.append(NameChoice(entry, choices))
        else:
            open_entries.append((key, entry))
    for key, entry in open_entries:
        if candidates := _candidates(key, members, taken):
            matching.suggestions.append(NameChoice(entry, candidates))
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
