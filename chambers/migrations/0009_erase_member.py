from django.db import migrations

# The one way to change the history, and only of persons that were erased: the
# application's role may call it, the owner's rights do it, and it writes what it did.
ERASE = """
CREATE FUNCTION erase_member(person bigint, actor text, ground text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    nameless text;
    cleared integer;
BEGIN
    SELECT name INTO nameless FROM chambers_member
        WHERE id = person AND erased_on IS NOT NULL;
    IF nameless IS NULL THEN
        RAISE EXCEPTION '会员的个人信息还没有清除，不能清除历史。'
            USING ERRCODE = 'check_violation';
    END IF;
    -- No table is altered while checks of its rows wait.
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE chambers_memberevent DISABLE TRIGGER USER;
    UPDATE chambers_memberevent
        SET name = nameless, note = '', phone = '', enterprise_id = NULL
        WHERE pgh_obj_id = person;
    GET DIAGNOSTICS cleared = ROW_COUNT;
    ALTER TABLE chambers_memberevent ENABLE TRIGGER USER;
    ALTER TABLE activities_attendance DISABLE TRIGGER USER;
    UPDATE activities_attendance SET reason = '' WHERE member_id = person;
    ALTER TABLE activities_attendance ENABLE TRIGGER USER;
    ALTER TABLE activities_attendanceevent DISABLE TRIGGER USER;
    UPDATE activities_attendanceevent SET reason = '' WHERE member_id = person;
    ALTER TABLE activities_attendanceevent ENABLE TRIGGER USER;
    INSERT INTO chambers_erasure (member_id, by, reason, at, cleared)
        VALUES (person, actor, ground, now(), cleared);
    SET CONSTRAINTS ALL DEFERRED;
    RETURN cleared;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("chambers", "0008_consents")]
    operations = [
        migrations.RemoveField("member", "publish_consent"),
        migrations.RemoveField("memberevent", "publish_consent"),
        migrations.RunSQL(
            ERASE, "DROP FUNCTION erase_member(bigint, text, text)"
        ),
    ]
