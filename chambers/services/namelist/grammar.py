"""The words and signs that surround names in a pasted list."""

import re

PRESENT, ON_LEAVE, ABSENT = "present", "on_leave", "absent"
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

# The first match decides: “因事缺席” is absent, “出差未到” is on leave.
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
# On its own this is not a name, though a name may end with it (胜男, 美好).
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
MOST_HAN = 8  # in a name without a middle dot; anything longer is prose
LONGEST_NAME = 100  # no name on a roster is longer

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

# A single 汉字 is not a name, so “张 三” and “欧阳 娜娜” are one each.
SINGLE = rf"(?![到无女男例和与及共])[{HAN}]"
SPACED = re.compile(rf"(?<!\w){SINGLE}(?: {SINGLE})+(?!\w)")
SPACED_SURNAME = re.compile(
    rf"(?<!\w)({SINGLE}|{'|'.join(COMPOUND_SURNAMES)}) ([{HAN}]{{1,2}})(?!\w)"
)
SPACED_COUNT = re.compile(r"(?<=[共计带加携+\uff0b]) (?=\d)|(?<=\d) (?=[人名位])")
TWO_NAMES = re.compile(rf"([{HAN}]{{2,3}})[和与及]([{HAN}]{{2,3}})")
