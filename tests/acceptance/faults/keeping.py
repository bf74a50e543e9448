"""The audit and its chain, the backup and the way back."""

from tests.acceptance.faults import Fault

VERIFY = "redleader/audit/verify.py"
CHAIN = "redleader/audit/chain.py"
ARCHIVE = "redleader/backup/archive.py"
OF_AUDIT = "tests/redleader/audit/test_audit.py"
OF_BACKUP = "tests/redleader/backup/test_backup.py"
OF_DOCTOR = "tests/redleader/backup/test_doctor.py"

FAULTS = [
    Fault(
        "audit: an entry that was rewritten is not noticed",
        VERIFY,
        "if digest(link.text) != link.hash:",
        "if digest(link.text) == link.hash[:8]:",
        (f"{OF_AUDIT}::test_tamperings",),
    ),
    Fault(
        "audit: an entry that does not follow the one before is not noticed",
        VERIFY,
        "elif link.previous != verdict.hash:",
        'elif link.previous == "":',
        (f"{OF_AUDIT}::test_tamperings",),
    ),
    Fault(
        "audit: a row that was changed past its history is not noticed",
        VERIFY,
        "        check_rows(cursor, verdict)\n",
        "",
        (f"{OF_AUDIT}::test_tamperings",),
    ),
    Fault(
        "audit: an event that was deleted is not noticed",
        VERIFY,
        "for key in known.keys() - present:",
        "for key in present - known.keys():",
        (f"{OF_AUDIT}::test_a_lost_event_is_found_though_a_newer_one_is_there",),
    ),
    Fault(
        "audit: what is kept elsewhere is not compared",
        VERIFY,
        "if found.get(number, kept) != kept:",
        "if found.get(number, kept) == GENESIS:",
        (f"{OF_AUDIT}::test_tamperings",),
    ),
    Fault(
        "audit: young entries may be deleted",
        CHAIN,
        "IF TG_OP = 'DELETE' AND OLD.at <",
        "IF TG_OP = 'DELETE' OR OLD.at <",
        (
            f"{OF_AUDIT}::test_younger_entries_are_not_pruned",
            f"{OF_AUDIT}::test_application_cannot_write_as_it_likes",
        ),
        makes_tables=True,
    ),
    Fault(
        "audit: the application may change entries",
        CHAIN,
        "GRANT SELECT, INSERT ({",
        "GRANT DELETE, UPDATE, SELECT, INSERT ({",
        (f"{OF_AUDIT}::test_application_cannot_write_as_it_likes",),
        makes_tables=True,
    ),
    Fault(
        "audit: a refused request leaves nothing",
        "redleader/audit/log.py",
        "if status not in (200, 403, 404):",
        "if status not in (200, 404):",
        (f"{OF_AUDIT}::test_refusals_and_downloads_are_written",),
    ),
    Fault(
        "audit: a failed sign-in leaves nothing",
        "redleader/audit/log.py",
        'add(request, Note("login_failed", None, person, key, result="refused"))',
        'add(None, Note("login_failed", None, person, key, result="refused"))',
        (f"{OF_AUDIT}::test_sign_in_and_out_are_written",),
    ),
    Fault(
        "audit: a file leaves though its entry was not written",
        "redleader/audit/log.py",
        "            if response.status_code < 400:\n",
        "            if response.status_code > 400:\n",
        (f"{OF_AUDIT}::test_a_file_does_not_leave_without_its_entry",),
    ),
    Fault(
        "backup: a file that is lost is not noticed",
        ARCHIVE,
        "for name in sorted(found.keys() | manifest.members.keys())",
        "for name in sorted(found.keys())",
        (f"{OF_BACKUP}::test_an_archive_that_does_not_add_up_is_refused",),
    ),
    Fault(
        "backup: a file that was changed is not noticed",
        ARCHIVE,
        "if found.get(name) != manifest.members.get(name)",
        "if name not in found or name not in manifest.members",
        (f"{OF_BACKUP}::test_an_archive_that_does_not_add_up_is_refused",),
    ),
    Fault(
        "backup: a file may be written anywhere",
        ARCHIVE,
        'return known and ".." not in parts and "\\0" not in name',
        'return known and "\\0" not in name',
        (f"{OF_BACKUP}::test_an_archive_that_does_not_add_up_is_refused",),
    ),
    Fault(
        "backup: one fewer is kept",
        ARCHIVE,
        "old = backups_in(folder)[keep:]",
        "old = backups_in(folder)[keep - 1 :]",
        (f"{OF_BACKUP}::test_old_backups_are_dropped_but_the_newest_stay",),
    ),
    Fault(
        "backup: the end of the file is not read",
        "redleader/backup/encryption.py",
        "        raise_fault(job, path)\n",
        "",
        (f"{OF_BACKUP}::test_vault_refuses_a_changed_file",),
    ),
    Fault(
        "doctor: little space is no finding",
        "redleader/backup/doctor.py",
        "    if least < LEAST_SPACE:\n        return bad(",
        "    if least < LEAST_SPACE:\n        return notice(",
        (f"{OF_DOCTOR}::test_little_space_is_wrong",),
    ),
]
