"""The one door: what it writes, what it refuses, and that two who come at once do not overwrite one another."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.flags.models import Flag, FlagSetting, FlagVersion
from studio.flags.service import archiving, changing, creating, describing, environments, finding, restoring, segments
from studio.flags.service.changing import Change
from studio.flags.service.describing import About
from tests.factories.flags import EVERYBODY, make_flag, rollout

BOMB = {"contextName": "email", "operator": "REGEX", "value": r"(a+)+\1$"}
ENDLESS = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}


@pytest.fixture
def unit(database, tenant):
    return lambda: database.unit(tenant.id, tenant["owner"].actor)


def revisions(uow):
    return {one.name: one.revision for one in environments.listed(uow)}


def test_a_change_is_a_version_with_its_diff_and_goes_back_in_one_click(app, database, tenant, unit):
    make_flag(app, tenant)
    with unit() as uow:
        flag, place = finding.flag(uow, "new-checkout"), finding.environment(uow, "production")
        before = revisions(uow)
        first = changing.change(uow, flag, place, Change(True, [rollout(10, "Beta")], []), "Try it")
        second = changing.change(uow, flag, place, Change(True, [rollout(50, "Beta")], []), seen=first.number)
        assert changing.change(uow, flag, place, Change(True, [rollout(50, "Beta")], [])) is None
        assert second.changes == [{"field": "strategies.Beta.parameters.rollout", "before": "10", "after": "50"}]
        assert (first.number, second.number, flag.version) == (2, 3, 3)
        after = revisions(uow)
        assert (after["production"] - before["production"], after["development"] - before["development"]) == (2, 0)
        with pytest.raises(Conflict) as stale:
            changing.turn(uow, flag, place, on=False, seen=first.number)
        assert stale.value.code == "flag.changed"
        assert tenant["owner"].actor.name in stale.value.message
        elsewhere = finding.environment(uow, "development")
        assert changing.turn(uow, flag, elsewhere, on=True, seen=first.number).number == 4
        back = restoring.restore(uow, flag, first.number, "Too soon")
        assert (back.number, back.restored, back.state) == (5, 2, first.state)
        assert finding.setting(uow, flag, place).strategies == first.state["strategies"]
        described = describing.describe(uow, flag, About(description="The new one"))
        assert described.changes == [{"field": "description", "before": "", "after": "The new one"}]
        restoring.restore(uow, flag, 1)
        assert flag.description == ""
    with unit() as uow:
        of = select(AuditEvent.action).where(AuditEvent.action.startswith("flag.")).order_by(AuditEvent.seq)
        assert list(uow.session.scalars(of)) == [
            "flag.created", "flag.setting_changed", "flag.setting_changed", "flag.setting_changed",
            "flag.setting_restored", "flag.changed", "flag.restored",
        ]  # fmt: skip


def test_bad_input_is_refused_with_its_field_and_nothing_has_changed(app, database, tenant, unit):
    make_flag(app, tenant)
    make_flag(app, tenant, "limit", kind="number")
    make_flag(app, tenant, "banner", kind="json", about=About(value_schema={"type": "object", "required": ["text"]},
                                                            off_value={"text": ""}))  # fmt: skip
    make_flag(app, tenant, "child", about=About(dependencies=[{"feature": "new-checkout"}]))

    def variant(value, kind="json"):
        return {"name": "one", "weight": 1000, "payload": {"type": kind, "value": value}}

    def tried(key, wanted):
        with unit() as uow:
            flag = finding.flag(uow, key)
            if isinstance(wanted, About):
                describing.describe(uow, flag, wanted)
            else:
                changing.change(uow, flag, finding.environment(uow, "production"), wanted)

    bad = [
        ("new-checkout", Change(True, [EVERYBODY | {"segments": [7]}], []), "flag.unknown_segment",
         "strategies.0.segments.0"),
        ("new-checkout", Change(True, [EVERYBODY] * 31, []), "flag.too_many", "strategies"),
        ("new-checkout", Change(True, [EVERYBODY | {"title": "x" * 1_000_000}], []), "flag.too_large", "strategies"),
        ("new-checkout", Change(True, [], [{"name": "a", "weight": 400}]), "flag.weights", "variants"),
        ("new-checkout", Change(True, [EVERYBODY | {"constraints": [BOMB]}], []), "flag.bad_pattern",
         "strategies.0.constraints.0.value"),
        ("limit", Change(True, [], [variant("much", "number")]), "flag.payload_not_json", "variants.0.payload.value"),
        ("limit", Change(True, [], [variant("1", "string")]), "flag.payload_type", "variants.0.payload.type"),
        ("banner", Change(True, [], [variant('{"txt": 1}')]), "flag.value_schema", "variants.0.payload.value"),
        ("banner", About(value_schema={"$ref": "http://169.254.169.254/"}), "flag.schema_ref", "value_schema.$ref"),
        ("banner", About(value_schema={"pattern": r"(a+)\1"}), "flag.schema_pattern", "value_schema.pattern"),
        ("banner", About(value_schema=ENDLESS, off_value=1), "flag.schema", "off_value"),
        ("new-checkout", About(dependencies=[{"feature": "child"}]), "flag.cycle", "dependencies.0.feature"),
        ("limit", About(off_value=0, dependencies=[{"feature": "child"}]), "flag.parent_depends",
         "dependencies.0.feature"),
        ("limit", About(off_value=0, dependencies=[{"feature": "none"}]), "flag.unknown_parent",
         "dependencies.0.feature"),
        ("limit", About(off_value="0"), "flag.value", "off_value"),
    ]  # fmt: skip
    for key, wanted, code, path in bad:
        with pytest.raises(InvalidInput) as refused:
            tried(key, wanted)
        assert (refused.value.code, refused.value.problems[0].path) == (code, path)
    with unit() as uow:
        assert list(uow.session.scalars(select(FlagSetting))) == []
        assert set(uow.session.scalars(select(Flag.version))) == {1}


def test_what_others_need_stays(app, database, tenant, unit):
    make_flag(app, tenant)
    make_flag(app, tenant, "child", about=About(dependencies=[{"feature": "new-checkout"}]))
    with unit() as uow:
        flag, place = finding.flag(uow, "new-checkout"), finding.environment(uow, "production")
        vip = segments.create(
            uow, name="VIP", constraints=[{"contextName": "plan", "operator": "IN", "values": ["pro"]}]
        )
        changing.change(uow, flag, place, Change(True, [{"name": "default", "segments": [vip.number]}], []))
        for act, code in [
            (lambda: archiving.archive(uow, flag), "flag.needed"),
            (lambda: segments.archive(uow, vip), "flag.segment_used"),
            (lambda: creating.create(uow, key="child"), "flag.taken"),
        ]:
            with pytest.raises(Conflict) as refused:
                act()
            assert refused.value.code == code
        before = revisions(uow)
        changed = segments.change(
            uow,
            vip,
            name="VIP",
            description="",
            constraints=[{"contextName": "plan", "operator": "IN", "values": ["pro", "max"]}],
        )
        assert changed.changes == [{"field": "constraints.plan.values", "before": ["pro"], "after": ["pro", "max"]}]
        assert revisions(uow) == {name: one + 1 for name, one in before.items()}
        segments.restore(uow, vip, 1)
        assert vip.constraints[0]["values"] == ["pro"]
        archiving.archive(uow, finding.flag(uow, "child"))
        archiving.archive(uow, flag, "Done")
        assert segments.archive(uow, vip) is not None
        with pytest.raises(InvalidInput) as gone:
            archiving.bring_back(uow, flag)
        assert gone.value.code == "flag.unknown_segment"
        segments.bring_back(uow, vip)
        assert archiving.bring_back(uow, flag).changes == [{"field": "archived", "before": True, "after": False}]


def test_of_two_edits_at_once_one_is_written_and_the_other_is_told(app, database, tenant, unit):
    flag_version = make_flag(app, tenant).version
    ready = Barrier(2)

    def edit(percent):
        ready.wait(timeout=10)
        try:
            with unit() as uow:
                flag, place = finding.flag(uow, "new-checkout"), finding.environment(uow, "production")
                return changing.change(uow, flag, place, Change(True, [rollout(percent)], []), seen=flag_version)
        except StudioError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(edit, (10, 20)))
    assert "flag.changed" in results
    [won] = [one for one in results if isinstance(one, FlagVersion)]
    with unit() as uow:
        numbers = list(uow.session.scalars(select(FlagVersion.number).order_by(FlagVersion.number)))
        assert numbers == [1, 2]
        assert uow.session.scalar(select(FlagSetting)).strategies == won.state["strategies"]


def test_two_flags_never_come_to_depend_on_one_another(app, database, tenant, unit):
    make_flag(app, tenant, "one")
    make_flag(app, tenant, "two")
    ready = Barrier(2)

    def bind(pair):
        ready.wait(timeout=10)
        try:
            with unit() as uow:
                describing.describe(uow, finding.flag(uow, pair[0]), About(dependencies=[{"feature": pair[1]}]))
                return "written"
        except InvalidInput as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(bind, (("one", "two"), ("two", "one")))) == ["flag.cycle", "written"]
