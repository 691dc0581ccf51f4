"""Settings as fields of a form, and somebody who wants the secrets among them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.config import HomeConfig, MailTable, MqttTable, NoticeTable, ShareTable
from hanport.home.web.settings_form import Field, Wrong, changed, get, type_of, values_of
from hanport.home.web.settings_sections import SECTIONS

PLAIN = HomeConfig()
SECRET = HomeConfig(
    notice=NoticeTable(mail=MailTable(host="smtp.example.se", user="eva", password="geheim")),
    share=ShareTable(mqtt=MqttTable(host="broker", user="hub", password="hemligt")),
)


def shown_form(config: HomeConfig, fields: tuple[Field, ...]) -> dict[str, str]:
    """What a browser sends back when nothing was touched."""
    form: dict[str, str] = {}
    for each in fields:
        value = values_of(config, [each])[each.place]
        if each.kind == "switch":
            form |= {each.place: "on"} if value else {}
        else:
            form[each.place] = "" if each.kind == "secret" else str(value)
    return form


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
@pytest.mark.parametrize("config", [PLAIN, SECRET], ids=["plain", "secret"])
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(section: object, config: HomeConfig) -> None:
    assert section in SECTIONS
    fields = next(each.fields for each in SECTIONS if each is section)
    change = changed(config, fields, shown_form(config, fields))
    assert change.wrong == {}
    assert change.config == config
    assert "geheim" not in str(values_of(config, fields))
    assert "hemligt" not in str(values_of(config, fields))


def test_every_field_is_a_setting_and_stands_in_one_section() -> None:
    places = [each.place for section in SECTIONS for each in section.fields]
    assert len(set(places)) == len(places)
    for place in places:
        get(PLAIN, place)
        type_of(place)
    sent_to = {place for section in SECTIONS for each in section.fields for place in each.sent_to}
    assert sent_to <= set(places)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (Field("hub.name"), "  Torpet ", "Torpet"),
        (Field("house.main_fuse_a", "number"), "25", 25),
        (Field("store.warn_free_mb", "number"), "1 000", 1000),
        (Field("store.warn_free_mb", "number"), "1\u00a0000", 1000),
        (Field("store.commit_every_s", "number"), "2,5", 2.5),
        (Field("store.commit_every_s", "number"), "10", 10),
        (Field("house.phase_names", "words"), "R, S;T", ("R", "S", "T")),
        (Field("notice.mail.to", "words"), "", ()),
        (Field("share.relay.enabled", "switch"), "on", True),
        (Field("hub.language"), "en", "en"),
        (Field("share.mqtt.password", "secret"), "ny", "ny"),
    ],
)
def test_what_is_typed_is_taken(field: Field, typed: str, value: object) -> None:
    change = changed(PLAIN, [field], {field.place: typed})
    assert change.wrong == {}
    assert get(change.config, field.place) == value


@pytest.mark.parametrize(
    ("field", "typed", "wrong"),
    [
        (Field("house.main_fuse_a", "number"), "5", Wrong("number", {"least": 6, "most": 6300})),
        (Field("house.main_fuse_a", "number"), "20,5", Wrong("number", {"least": 6, "most": 6300})),
        (Field("house.main_fuse_a", "number"), "many", Wrong("number", {"least": 6, "most": 6300})),
        (Field("house.main_fuse_a", "number"), "", Wrong("number", {"least": 6, "most": 6300})),
        (Field("house.main_fuse_a", "number"), "inf", Wrong("number", {"least": 6, "most": 6300})),
        (Field("house.main_fuse_a", "number"), "nan", Wrong("number", {"least": 6, "most": 6300})),
        (Field("house.main_fuse_a", "number"), "9" * 400, Wrong("number", {"least": 6, "most": 6300})),
        (Field("store.warn_free_mb", "number"), "-1", Wrong("number_from", {"least": 0})),
        (Field("share.mqtt.port", "number"), "70000", Wrong("number", {"least": 0, "most": 65535})),
        (Field("share.mqtt.topic"), "a/+", Wrong("pattern")),
        (Field("hub.name"), "", Wrong("length", {"most": 60})),
        (Field("hub.language"), "fr", Wrong("choice")),
        (Field("house.phases", "number"), "2", Wrong("choice")),
        (Field("house.phase_names", "words"), "a b c d", Wrong("choice")),
    ],
)
def test_what_is_wrong_is_said(field: Field, typed: str, wrong: Wrong) -> None:
    change = changed(PLAIN, [field], {field.place: typed})
    assert change.wrong == {field.place: wrong}
    assert change.config is PLAIN


PASSWORD = Field("notice.mail.password", "secret", ("notice.mail.host", "notice.mail.user"))
PLACES = [Field("notice.mail.host"), Field("notice.mail.user"), PASSWORD]
SAME = {"notice.mail.host": "smtp.example.se", "notice.mail.user": "eva"}


def test_a_password_stays_until_it_is_changed_or_forgotten() -> None:
    assert changed(SECRET, PLACES, SAME).config == SECRET
    assert changed(SECRET, PLACES, SAME | {PASSWORD.place: "ny"}).config.notice.mail.password == "ny"
    assert changed(SECRET, PLACES, SAME | {f"forget.{PASSWORD.place}": "on"}).config.notice.mail.password == ""


@pytest.mark.parametrize("change", [{"notice.mail.host": "evil.example"}, {"notice.mail.user": "mallory"}])
def test_a_password_is_not_sent_to_another_place(change: dict[str, str]) -> None:
    found = changed(SECRET, PLACES, SAME | change)
    assert found.wrong == {PASSWORD.place: Wrong("secret")}
    assert changed(SECRET, PLACES, SAME | change | {PASSWORD.place: "ny"}).wrong == {}


@given(st.dictionaries(st.sampled_from([each.place for s in SECTIONS for each in s.fields]), st.text(max_size=30)))
def test_any_form_gives_settings_that_can_be_read_again_or_says_what_is_wrong(form: dict[str, str]) -> None:
    for section in SECTIONS:
        change = changed(PLAIN, section.fields, form)
        assert msgspec.convert(msgspec.to_builtins(change.config), HomeConfig) == change.config
        values_of(change.config, section.fields, form)
        section.check(PLAIN, change.config, form)
