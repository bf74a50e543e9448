"""What an answer says, to whom, and which answer is kept."""

from tests.acceptance.faults import Fault

ERRORS = "redleader/serving/errors.py"
FRONT = "redleader/serving/front.py"
OF_ERRORS = "tests/redleader/test_error_pages.py"
OF_FRONT = "tests/redleader/serving/test_front.py"

FAULTS = [
    Fault(
        "errors: the page of a fault repeats the exception",
        ERRORS,
        'text = f"系统出现问题，已记录（编号 {event}），请稍后再试或联系管理员。"',
        'text = f"系统出现问题：{exception}（编号 {event}）。"',
        (f"{OF_ERRORS}::test_page_of_a_fault_tells_nothing",),
    ),
    Fault(
        "errors: a missing page repeats the exception",
        ERRORS,
        'text = "未找到该记录，可能已被删除，或不在您的管理范围。"',
        'text = f"未找到该记录：{exception}"',
        (f"{OF_ERRORS}::test_answer_tells_nothing_of_what_was_raised",),
    ),
    Fault(
        "errors: a refusal repeats the exception",
        ERRORS,
        'text = "您没有使用此功能的权限，如需开通请联系县委组织部管理员。"',
        'text = f"您没有使用此功能的权限。{exception or str()}"',
        (f"{OF_ERRORS}::test_page_of_a_fault_tells_nothing",),
    ),
    Fault(
        "errors: a lost token repeats its reason",
        ERRORS,
        'text = "页面停留时间过长，请刷新页面后重新提交。您的填写内容请先复制保存。"',
        'text = f"页面停留时间过长：{reason}"',
        (f"{OF_ERRORS}::test_answer_tells_nothing_of_what_was_raised",),
    ),
    Fault(
        "errors: a database that is away is a fault of ours",
        ERRORS,
        "lost = OperationalError | InterfaceError | OSError",
        "lost = InterfaceError | OSError",
        (
            "tests/redleader/serving/test_errors.py"
            "::test_a_fault_gets_a_number_and_never_a_trace",
        ),
    ),
    Fault(
        "front: a kept page outlives what it shows",
        FRONT,
        "if page.version == version and now < page.ends:",
        "if now < page.ends:",
        (f"{OF_FRONT}::test_a_change_is_there_at_once",),
    ),
    Fault(
        "front: a kept page is never made anew",
        FRONT,
        "if page.version == version and now < page.ends:",
        "if page.version == version:",
        (f"{OF_FRONT}::test_a_kept_page_is_made_anew_after_a_while",),
    ),
    Fault(
        "front: who is signed in gets the page of all",
        FRONT,
        "or (cookies and any(name in cookies for name in self.cookies))\n",
        "",
        (f"{OF_FRONT}::test_who_is_signed_in_gets_a_page_of_their_own",),
    ),
    Fault(
        "front: a kept page answers for a foreign host",
        FRONT,
        'return environ["wsgi.url_scheme"], told, host, path, query',
        'return environ["wsgi.url_scheme"], told, path, query',
        (f"{OF_FRONT}::test_a_foreign_host_is_refused_though_the_page_is_kept",),
    ),
    Fault(
        "front: a kept page answers plain http",
        FRONT,
        'return environ["wsgi.url_scheme"], told, host, path, query',
        "return host, path, query",
        (f"{OF_FRONT}::test_plain_http_is_redirected_though_the_page_is_kept",),
    ),
    Fault(
        "pages: an address with any query is kept",
        "redleader/serving/pages.py",
        "        and names.issuperset(request.GET)\n",
        "",
        (f"{OF_FRONT}::test_only_the_filters_of_a_page_are_kept",),
    ),
    Fault(
        "pages: an answer with a cookie is kept",
        "redleader/serving/pages.py",
        "        and not response.cookies\n",
        "",
        (OF_FRONT,),
    ),
    Fault(
        "publication: what is deleted stays on public pages",
        "redleader/serving/publication.py",
        "AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s",
        "AFTER INSERT OR UPDATE OR TRUNCATE ON %s",
        (
            "tests/redleader/serving/test_publication.py"
            "::test_each_kind_of_change_has_a_new_version_and_reading_has_not",
        ),
        makes_tables=True,
    ),
    Fault(
        "search engines: structured data may end its block",
        "redleader/templatetags/page.py",
        "    text = text.translate(SPELLED)\n",
        "",
        ("tests/activities/views/test_head.py",),
    ),
    Fault(
        "signing: the proof does not cover its own options",
        "redleader/signing.py",
        "signing_key().sign(digest(options) + digest(document))",
        "signing_key().sign(digest(document))",
        ("tests/redleader/test_signing.py::test_proof_is_that_of_the_standard",),
    ),
    Fault(
        "signing: a revoked title is not on the list",
        "activities/formats/credential.py",
        "bits[index // 8] |= 0x80 >> index % 8",
        "bits[index // 8] |= 0x01 << index % 8",
        (
            "tests/activities/formats/test_credential.py"
            "::test_status_list_marks_what_was_revoked",
        ),
    ),
    Fault(
        "signing: the key is readable by others",
        "redleader/signing.py",
        "            file.write(pem)\n",
        "            file.write(pem)\n        os.chmod(name, 0o644)\n",
        (
            "tests/redleader/test_signing.py"
            "::test_demo_makes_its_key_once_and_for_itself_alone",
        ),
    ),
]
