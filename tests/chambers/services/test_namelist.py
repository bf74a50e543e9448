import time
import unicodedata
from dataclasses import dataclass

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from chambers.services.namelist.matching import (
    LOOK_ALIKES,
    MAX_CANDIDATES,
    Candidate,
    Match,
    Matching,
    NameChoice,
    match_names,
)
from chambers.services.namelist.reading import Entry, parse_names
from redleader.records.search import fold

LEAVE, ABSENT = "on_leave", "absent"


@dataclass(frozen=True)
class Person:
    pk: int
    name: str
    note: str = ""


def people(*names):
    return [Person(i, name) for i, name in enumerate(names, 1)]


def lines(*raws_and_names):
    """Entries of lines that hold one present person each."""
    return [Entry(name, raw) for raw, name in raws_and_names]


def pieces(names, status="present"):
    """Entries of pieces that are nothing but the name."""
    return [Entry(name, name, status) for name in names.split()]


SAMPLES = {
    "group chain": (
        "#接龙\n周五晚理论学习\n例 张三 10人\n\n1. 陈小明\n2. 李秀英 +2\n3. 王建国✅",
        [
            Entry("陈小明", "1. 陈小明"),
            Entry("李秀英", "2. 李秀英 +2", guests=2),
            Entry("王建国", "3. 王建国✅"),
        ],
    ),
    "chain whose title has a date": (
        "接龙\n3月学习\n云山分会\n1. 陈小明",
        lines(("1. 陈小明", "陈小明")),
    ),
    "chain in one line": ("接龙：陈小明、李秀英", pieces("陈小明 李秀英")),
    "every numbering": (
        "1、陈小明\n（2）李秀英\n④王建国\n\uff15\uff0e赵铁柱\n6)钱多多\n"
        "7孙丽\n8号 周杰\n九、吴刚\n1️⃣郑爽",
        lines(
            ("1、陈小明", "陈小明"),
            ("（2）李秀英", "李秀英"),
            ("④王建国", "王建国"),
            ("5\uff0e赵铁柱", "赵铁柱"),
            ("6)钱多多", "钱多多"),
            ("7孙丽", "孙丽"),
            ("8号 周杰", "周杰"),
            ("九、吴刚", "吴刚"),
            ("1郑爽", "郑爽"),
        ),
    ),
    "every separator": (
        "陈小明，李秀英、王建国;赵铁柱/钱多多 孙丽\t周杰\uff5c吴刚；郑爽。",
        pieces("陈小明 李秀英 王建国 赵铁柱 钱多多 孙丽 周杰 吴刚 郑爽"),
    ),
    "numbers inside a line": (
        "1.陈小明2.李秀英3.王建国",
        lines(("陈小明", "陈小明"), ("2.李秀英", "李秀英"), ("3.王建国", "王建国")),
    ),
    "circled numbers inside a line": (
        "①陈小明②李秀英",
        lines(("陈小明", "陈小明"), ("②李秀英", "李秀英")),
    ),
    "check marks and emoji": (
        "✅陈小明\n✔ 李秀英\n☑王建国\n👍🏻赵铁柱👍\n钱多多[强]\n孙丽√\n• 周杰",
        lines(
            ("✅陈小明", "陈小明"),
            ("✔ 李秀英", "李秀英"),
            ("☑王建国", "王建国"),
            ("👍🏻赵铁柱👍", "赵铁柱"),
            ("钱多多[强]", "钱多多"),
            ("孙丽√", "孙丽"),
            ("· 周杰", "周杰"),
        ),
    ),
    "a cross is absence": ("❌陈小明", [Entry("陈小明", "❌陈小明", ABSENT)]),
    "headings with lists": (
        "实到：陈小明、李秀英；请假：王建国\n缺席：赵铁柱，钱多多",
        [
            *pieces("陈小明 李秀英"),
            *pieces("王建国", LEAVE),
            *pieces("赵铁柱 钱多多", ABSENT),
        ],
    ),
    "headings above lists": (
        "参会人员：\n陈小明\n请假：\n1. 李秀英\n\n2. 王建国\n缺席人员\n赵铁柱",
        [
            Entry("陈小明", "陈小明"),
            Entry("李秀英", "1. 李秀英", LEAVE),
            Entry("王建国", "2. 王建国", LEAVE),
            Entry("赵铁柱", "赵铁柱", ABSENT),
        ],
    ),
    "a heading with its own list ends with its line": (
        "请假：陈小明、李秀英\n王建国",
        [*pieces("陈小明 李秀英", LEAVE), Entry("王建国", "王建国")],
    ),
    "a heading whose list runs on": (
        "请假：陈小明、李秀英、\n王建国",
        pieces("陈小明 李秀英 王建国", LEAVE),
    ),
    "minutes with counts": (
        "应到20人，实到18人，请假2人（陈小明、李秀英）",
        pieces("陈小明 李秀英", LEAVE),
    ),
    "a summary is no heading": (
        "应到3人，实到2人，请假1人\n陈小明\n李秀英",
        pieces("陈小明 李秀英"),
    ),
    "a count in the heading": (
        "请假（2人）：陈小明、李秀英",
        pieces("陈小明 李秀英", LEAVE),
    ),
    "a heading in a box": ("【请假】陈小明、李秀英", pieces("陈小明 李秀英", LEAVE)),
    "nobody is on leave": ("请假：无\n缺席：0人", []),
    "posts": (
        "会长陈小明\n李秀英（副会长）\n王建国 常务副会长\n"
        "秘书长：赵铁柱\n党支部书记钱多多",
        lines(
            ("会长陈小明", "陈小明"),
            ("李秀英（副会长）", "李秀英"),
            ("王建国 常务副会长", "王建国"),
            ("秘书长：赵铁柱", "赵铁柱"),
            ("党支部书记钱多多", "钱多多"),
        ),
    ),
    "a surname with a post stays": (
        "李会长\n张总\n欧阳会长",
        pieces("李会长 张总 欧阳会长"),
    ),
    "answers": (
        "@陈小明\n李秀英到\n王建国 已到\n赵铁柱 收到\n"
        "钱多多：收到\n孙丽，准时参加\n收到",
        lines(
            ("@陈小明", "陈小明"),
            ("李秀英到", "李秀英"),
            ("王建国 已到", "王建国"),
            ("赵铁柱 收到", "赵铁柱"),
            ("钱多多：收到", "钱多多"),
            ("孙丽，准时参加", "孙丽"),
        ),
    ),
    "an answer is no heading": (
        "请假：\n陈小明\n李秀英：参加\n王建国 报名",
        [
            Entry("陈小明", "陈小明", LEAVE),
            Entry("李秀英", "李秀英：参加", LEAVE),
            Entry("王建国", "王建国 报名", LEAVE),
        ],
    ),
    "a field is no heading": ("事项：外出\n陈小明", pieces("陈小明")),
    "companies": (
        "陈小明 云山某某公司\n云山家具有限公司 李秀英\n某某集团王建国\n"
        "某某公司董事长赵铁柱\n钱多多——云山酒店",
        lines(
            ("陈小明 云山某某公司", "陈小明"),
            ("云山家具有限公司 李秀英", "李秀英"),
            ("某某集团王建国", "王建国"),
            ("某某公司董事长赵铁柱", "赵铁柱"),
            ("钱多多——云山酒店", "钱多多"),
        ),
    ),
    "a company alone is an entry": (
        "云山家具有限公司\n蓝天集团、白云超市",
        pieces("云山家具有限公司 蓝天集团 白云超市"),
    ),
    "names written with blanks": (
        "张 三\n李　四\n王\u00a0五\n陈\u200b小明\ufeff\n"
        "欧阳 娜娜\n王 小 明\n赵 六 钱 七",
        [
            *lines(
                ("张 三", "张三"),
                ("李 四", "李四"),
                ("王 五", "王五"),
                ("陈小明", "陈小明"),
                ("欧阳 娜娜", "欧阳娜娜"),
                ("王 小 明", "王小明"),
            ),
            *pieces("赵六 钱七"),
        ],
    ),
    "compound surnames": (
        "欧阳锋、司马小光、上官婉",
        pieces("欧阳锋 司马小光 上官婉"),
    ),
    "names with a dot": (
        "买买提·吐尔逊\n阿依古丽•热合曼\n古丽.热合曼",
        lines(
            ("买买提·吐尔逊", "买买提·吐尔逊"),
            ("阿依古丽·热合曼", "阿依古丽·热合曼"),
            ("古丽.热合曼", "古丽·热合曼"),
        ),
    ),
    "Latin names": (
        "John Smith、Mary O'Brien\n\uff34\uff4f\uff4d\nJean-Paul Doe 收到",
        [
            Entry("John Smith", "John Smith"),
            Entry("Mary O'Brien", "Mary O'Brien"),
            Entry("Tom", "Tom"),
            Entry("Jean-Paul Doe", "Jean-Paul Doe 收到"),
        ],
    ),
    "counts, dates, times and fields": (
        "共18人\n2026年3月15日 14:30\n时间：周五晚上7点半\n地点：会议室\n"
        "陈小明 2026/3/15 10:21:33",
        lines(("陈小明 2026/3/15 10:21:33", "陈小明")),
    ),
    "telephones are dropped": (
        "陈小明 13800001234\n李秀英\uff11\uff13\uff19 \uff10\uff10\uff10\uff10 "
        "\uff15\uff16\uff17\uff18\n"
        "王建国，0597-3840000\n13800001234",
        lines(
            ("陈小明", "陈小明"),
            ("李秀英", "李秀英"),
            ("王建国，", "王建国"),
        ),
    ),
    "form fields": (
        "姓名：陈小明 电话：13800001234 备注：请假",
        [Entry("陈小明", "姓名：陈小明 电话：  备注：请假", LEAVE)],
    ),
    "leave beside the name": (
        "陈小明请假\n李秀英（事假）\n王建国，出差\n赵铁柱：病假\n钱多多 因公外出",
        [
            Entry("陈小明", "陈小明请假", LEAVE),
            Entry("李秀英", "李秀英（事假）", LEAVE),
            Entry("王建国", "王建国，出差", LEAVE),
            Entry("赵铁柱", "赵铁柱：病假", LEAVE),
            Entry("钱多多", "钱多多 因公外出", LEAVE),
        ],
    ),
    "absence beside the name": (
        "陈小明没来\n李秀英（缺席）\n王建国 未到\n未请假：赵铁柱\n钱多多因事缺席",
        [
            Entry("陈小明", "陈小明没来", ABSENT),
            Entry("李秀英", "李秀英（缺席）", ABSENT),
            Entry("王建国", "王建国 未到", ABSENT),
            Entry("赵铁柱", "未请假：赵铁柱", ABSENT),
            Entry("钱多多", "钱多多因事缺席", ABSENT),
        ],
    ),
    "guests": (
        "陈小明+2\n李秀英 \uff0b1\n王建国带2人\n"
        "赵铁柱（带两位朋友）\n钱多多 带 3 人\n孙丽 3人\n陈加一",
        [
            Entry("陈小明", "陈小明+2", guests=2),
            Entry("李秀英", "李秀英 \uff0b1", guests=1),
            Entry("王建国", "王建国带2人", guests=2),
            Entry("赵铁柱", "赵铁柱（带两位朋友）", guests=2),
            Entry("钱多多", "钱多多 带 3 人", guests=3),
            Entry("孙丽", "孙丽 3人"),
            Entry("陈加一", "陈加一"),
        ],
    ),
    "names joined by a word": (
        "陈小明和李秀英\n王建国+赵铁柱",
        [
            Entry("陈小明", "陈小明和李秀英"),
            Entry("李秀英", "陈小明和李秀英"),
            *pieces("王建国 赵铁柱"),
        ],
    ),
    "the same name twice": ("陈小明\n陈小明", pieces("陈小明 陈小明")),
    "names like other words": (
        "祝英台、周一围、关于飞、李小阅、胜男",
        pieces("祝英台 周一围 关于飞 李小阅 胜男"),
    ),
    "prose without a number is nobody": ("各位会长晚上好，请大家接龙\n谢谢", []),
    "prose under a number is shown": (
        "1. 我们全家都支持商会的活动",
        lines(("1. 我们全家都支持商会的活动", "我们全家都支持商会的活动")),
    ),
    "signs that cannot be seen": ("陈\0小\x07明\u202e\ud800", pieces("陈小明")),
    "nothing": (" \n\u3000\r\n", []),
}


@pytest.mark.parametrize(("text", "entries"), SAMPLES.values(), ids=SAMPLES)
def test_a_pasted_list_is_read(text, entries):
    assert parse_names(text) == entries


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("赵钱孙李周吴郑王", ["赵钱孙李周吴郑王"]),  # as long as a name may be
        ("赵钱孙李周吴郑王冯", []),
        ("赵钱孙李周·吴郑王冯", ["赵钱孙李周·吴郑王冯"]),
        ("A" * 100, ["A" * 100]),
        ("A" * 101, []),
        ("A" * 98 + "会长", ["A" * 98]),
        ("陈\ufe00小\ufe0f明", ["陈小明"]),
        ("\ue000\ue000", ["\ue000\ue000"]),  # characters that a font adds
        ("\uf8ff\uf8ff", ["\uf8ff\uf8ff"]),
        ("例：张三\n陈小明", ["陈小明"]),
        ("接龙\n陈小明\n李秀英", ["陈小明", "李秀英"]),
        ("王五 1张三2李四", ["王五", "张三"]),
        ("王明会长", ["王明"]),
        ("张三和李四", ["张三", "李四"]),
        ("张三：", ["张三"]),
        ("张三：李四：请假", ["张三", "李四"]),
    ],
)
def test_only_what_may_be_a_name_is_read(text, names):
    assert [entry.name for entry in parse_names(text)] == names


def test_too_long_a_text_is_refused():
    assert parse_names(" " * 20_000) == []
    with pytest.raises(ValidationError) as refusal:
        parse_names(" " * 20_001)
    assert refusal.value.messages == [
        "粘贴的内容有 20001 个字，最多 20000 个，请分几次粘贴。"
    ]


def test_too_many_names_are_refused():
    assert len(parse_names("陈小明、" * 500)) == 500
    with pytest.raises(ValidationError) as refusal:
        parse_names("陈小明、" * 501)
    assert refusal.value.messages == [
        "名单有 501 个名字，一次最多 500 个，请分几次粘贴。"
    ]


@pytest.mark.parametrize(
    "piece", ["总", "到", "因", "(", "a", "1.", "副会长", "\ufdfa"]
)
def test_a_text_made_to_be_slow_is_read_fast(piece):
    began = time.process_time()
    parse_names(piece * (20_000 // len(piece)))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("name", "member", "reason"),
    [
        ("章三", "张三", "同音"),
        ("陈小名", "陈小明", "同音"),
        ("单红", "丹红", None),
        ("单红", "善宏", "同音"),
        ("李娜", "李拉", "近音"),
        ("张兰", "章蓝", "同音"),
        ("王兰", "王郎", "近音"),
        ("陈宾", "陈兵", "近音"),
        ("张思", "张诗", "近音"),
        ("成立", "岑丽", "近音"),
        ("赵己", "赵已", "形近"),
        ("谢未", "射末", "形近"),
        ("李伟明", "李玮朋", "形近"),
        ("买买提吐尔逊", "买买提·吐尔逊", "形近"),
        ("张建国", "张建军", "差一个字"),
        ("李建国", "张建国", "差一个字"),
        ("小红", "张小红", "名字的一部分"),
        ("张小红儿", "张小红", "名字的一部分"),
        ("张三", "张伟", None),
        ("老王", "王建国", None),
        ("红", "张小红", None),
        ("张建国", "张军民", None),
    ],
)
def test_a_name_that_resembles_is_offered(name, member, reason):
    entry = Entry(name, name)
    roster = people(member)
    if reason:
        choice = NameChoice(entry, [Candidate(roster[0], reason)])
        assert match_names([entry], roster) == Matching(suggestions=[choice])
    else:
        assert match_names([entry], roster) == Matching(unmatched=[entry])


def test_each_name_goes_to_its_place():
    roster = [
        Person(1, "陈小明"),
        Person(2, "李伟", "云山公司"),
        Person(3, "李伟", "蓝天公司"),
        Person(4, "王建国"),
    ]
    first, double, typo, stranger, again = entries = [
        Entry("陈小明", "陈小明"),
        Entry("李伟", "李伟"),
        Entry("王健国", "王健国"),
        Entry("周杰", "周杰"),
        Entry("陈小明", "陈小明请假", LEAVE),
    ]

    assert match_names(entries, roster) == Matching(
        matched=[Match(first, roster[0])],
        ambiguous=[
            NameChoice(
                double, [Candidate(roster[1], "同名"), Candidate(roster[2], "同名")]
            )
        ],
        suggestions=[NameChoice(typo, [Candidate(roster[3], "同音")])],
        unmatched=[stranger],
        repeated=[again],
    )


def test_namesakes_may_be_mentioned_once_each():
    roster = people("李伟", "李伟")
    entries = pieces("李伟 李伟 李伟")
    candidates = [Candidate(member, "同名") for member in roster]
    assert match_names(entries, roster) == Matching(
        ambiguous=[
            NameChoice(entries[0], candidates),
            NameChoice(entries[1], candidates),
        ],
        repeated=[entries[2]],
    )


def test_a_matched_member_is_not_offered_again():
    roster = people("陈小明")
    entries = pieces("陈晓明 陈小明 陈晓明")
    assert match_names(entries, roster) == Matching(
        matched=[Match(entries[1], roster[0])],
        unmatched=[entries[0]],
        repeated=[entries[2]],
    )


def test_candidates_are_ordered_by_kind_then_roster():
    roster = people("晴小红", "李晴", "张晴晴", "张勤勤", "张请睛", "章青青", "张青琴")
    (entry,) = pieces("张清清")
    named = {member.name: member for member in roster}
    assert match_names([entry], roster) == Matching(
        suggestions=[
            NameChoice(
                entry,
                [
                    Candidate(named["张晴晴"], "同音"),
                    Candidate(named["章青青"], "同音"),
                    Candidate(named["张勤勤"], "近音"),
                    Candidate(named["张青琴"], "近音"),
                    Candidate(named["张请睛"], "形近"),
                ],
            )
        ]
    )


def test_only_the_likeliest_candidates_are_offered():
    assert MAX_CANDIDATES == 8
    roster = people(*["陈晓明"] * (MAX_CANDIDATES + 1))
    (entry,) = pieces("陈小明")
    candidates = [Candidate(member, "同音") for member in roster[:MAX_CANDIDATES]]
    assert match_names([entry], roster) == Matching(
        suggestions=[NameChoice(entry, candidates)]
    )


def test_a_member_listed_twice_is_one_member():
    roster = people("陈小明") * 2
    (entry,) = pieces("陈小明")
    assert match_names([entry], roster) == Matching(matched=[Match(entry, roster[0])])


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("张三", "张 三"),
        ("古丽·热合曼", "古丽•热合曼"),
        ("Tom", "\uff34\uff2f\uff2d"),
        ("张三", "张\u200b三"),
    ],
)
def test_blanks_width_and_kind_of_dot_do_not_matter(name, member):
    roster = people(member)
    (entry,) = pieces(name)
    assert match_names([entry], roster) == Matching(matched=[Match(entry, roster[0])])


def test_a_member_without_a_name_is_never_matched():
    assert match_names(pieces("张三"), people("", " ")) == Matching(
        unmatched=pieces("张三")
    )


def test_look_alikes_stand_in_one_group_only():
    signs = "".join(LOOK_ALIKES)
    assert len(signs) == len(set(signs))
    assert all(len(group) > 1 for group in LOOK_ALIKES)


def test_five_hundred_names_and_members_take_less_than_a_second():
    signs = "陈李王赵钱孙周吴郑冯"
    names = [a + b + c for a in signs for b in signs for c in signs]
    roster = people(*names[:500])
    entries = [Entry(name + "甲", name) for name in names[500:]]
    began = time.process_time()
    match_names(entries, roster)
    assert time.process_time() - began < 1


# --- Properties ---------------------------------------------------------------------

WORDS = [
    *"陈李王小明晴清伟三123①,，、;；:：()（）[]【】+·. \n\t\0",
    *["请假", "缺席", "实到", "会长", "副会长", "收到", "共18人", "带2人", "某某公司"],
    *["接龙", "#接龙", "例", "欧阳", "Tom"],
    "13800001234",
    "\uff11\uff13\uff19\uff10\uff10\uff10\uff10\uff15\uff16\uff17\uff18",
    "\u200b",
    "✅",
    "3月15日",
    "1. ",
]
texts = st.text(max_size=200) | st.lists(st.sampled_from(WORDS), max_size=60).map(
    "".join
)
rosters = st.lists(st.text("陈李王小明晴清伟三 Tom", max_size=3), max_size=20).map(
    lambda names: people(*names)
)


def signs(text):
    return set(fold(unicodedata.normalize("NFKC", text))) | {"·"}


@given(texts)
@settings(max_examples=300, deadline=None)
def test_nothing_is_read_that_was_not_pasted(text):
    for entry in parse_names(text):
        assert entry.name.strip()
        assert signs(entry.name) <= signs(entry.raw) <= signs(text)
        assert entry.status in ("present", LEAVE, ABSENT)
        assert 0 <= entry.guests <= 999
        digits = "".join(c if c.isdecimal() else " " for c in entry.name + entry.raw)
        assert max(map(len, digits.split()), default=0) < 7


@given(texts, rosters)
@settings(max_examples=300, deadline=None)
def test_every_entry_has_one_place_and_every_member_one_match(text, roster):
    entries = parse_names(text)

    matching = match_names(entries, roster)

    placed = [match.entry for match in matching.matched]
    choices = matching.ambiguous + matching.suggestions
    placed += [choice.entry for choice in choices]
    placed += matching.unmatched + matching.repeated
    assert sorted(map(id, placed)) == sorted(map(id, entries))
    taken = [match.member.pk for match in matching.matched]
    assert len(taken) == len(set(taken))
    for match in matching.matched:
        assert match.member in roster
        assert fold(match.member.name) == fold(match.entry.name)
    for choice in choices:
        offered = [candidate.member.pk for candidate in choice.candidates]
        assert 0 < len(offered) == len(set(offered)) <= MAX_CANDIDATES
        assert not set(offered) & set(taken)
        assert all(candidate.member in roster for candidate in choice.candidates)
    assert match_names(entries, roster) == matching
