"""The texts: each that the code needs is there, none is left over, and they keep the rules."""

import ast
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
import string
from typing import Any

from homeassistant.const import Platform
from homeassistant.data_entry_flow import section
from homeassistant.generated.languages import LANGUAGES as LANGUAGES_OF_HOME_ASSISTANT
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

import custom_components.toonami_downlink as integration
from custom_components.toonami_downlink import (
    binary_sensor,
    button,
    calendar,
    config_flow,
    event,
    sensor,
    todo,
)
from custom_components.toonami_downlink.assist import speech
from custom_components.toonami_downlink.engine.downlink import (
    errors,
    passes,
    recording as engine_recording,
    relay,
)
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.engine.downlink.recording.model import Reason
from custom_components.toonami_downlink.passes import entities, flow as pass_flow
from custom_components.toonami_downlink.recording.library import Trouble
from custom_components.toonami_downlink.refreshing import issues
from custom_components.toonami_downlink.storage.settings import Settings

ROOT = Path(integration.__file__).parent
LANGUAGES = sorted(path.stem for path in (ROOT / "translations").iterdir())


def read(language: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((ROOT / "translations" / f"{language}.json").read_text())
    return texts


TEXTS = read("en")
ICONS: dict[str, Any] = json.loads((ROOT / "icons.json").read_text())
SERVICES = load_yaml_dict(str(ROOT / "services.yaml"))
CODE = {
    path.relative_to(ROOT).with_suffix("").as_posix(): ast.parse(path.read_text())
    for path in ROOT.rglob("*.py")
    if not path.is_relative_to(ROOT / "engine")
}
RAISING = (
    *("__init__", "coordinator", "following/actions", "following/follows"),
    *("media_source", "recording/catalogue", "recording/manager", "services", "todo"),
)
"""The modules that raise errors with texts."""
RECORDING_ERRORS = {
    key
    for path in (ROOT / "engine" / "downlink" / "recording").glob("*.py")
    for key in re.findall(r'RecordingError\(\s*"(\w+)"', path.read_text())
}
"""The keys of what cannot be recorded."""
DEFAULTS = Settings.from_mappings({}, {})
EVENTS = (event.REFRESH_EVENT, event.FOLLOWED_EVENT, event.RECORDING_EVENT, entities.CONNECT)
DESCRIPTIONS = {
    Platform.BINARY_SENSOR: (*binary_sensor.FEED_BINARY_SENSORS, binary_sensor.RECORDING),
    Platform.BUTTON: (button.REFRESH_BUTTON, entities.END),
    Platform.CALENDAR: (*calendar.GUIDES, calendar.FOLLOWED, calendar.RECORDED),
    Platform.EVENT: EVENTS,
    Platform.SENSOR: (
        *(*sensor.FEED_SENSORS, *sensor.STREAM_SENSORS, *sensor.PROGRAMME_SENSORS),
        *(sensor.NEXT_FOLLOWED, sensor.NEXT_RECORDING, sensor.RECORDINGS_SPACE),
        *(entities.WATCHING, entities.LAST_SEEN),
    ),
    Platform.TODO: (todo.FOLLOW_LIST,),
}


def leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every leaf."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    else:
        yield ".".join(path), node


def calls(module: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield all calls in a module, with the last part of what is called."""
    for node in ast.walk(CODE[module]):
        if isinstance(node, ast.Call):
            name = node.func
            yield name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", ""), node


def literals(module: str, keyword: str) -> set[str]:
    """Return the texts that are given to a keyword in a module."""
    words = (word for _, call in calls(module) for word in call.keywords if word.arg == keyword)
    values = (word.value.value for word in words if isinstance(word.value, ast.Constant))
    return {value for value in values if isinstance(value, str)}


def error_keys(tree: type[errors.DownlinkError] = errors.DownlinkError) -> set[str]:
    """Return the keys of an error and of all that are derived from it.

    Those of the relay, the recorder and the passes are not shown: viewers get a status, and the log
    and the panel a reason.
    """
    hidden = relay.__name__, engine_recording.__name__, passes.__name__
    if tree.__module__.startswith(hidden):
        return set()
    keys = {tree.key}
    for derived in tree.__subclasses__():
        keys |= error_keys(derived)
    return keys


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules(language: str) -> None:
    """What hassfest asks of the English texts holds for all of them."""
    for path, text in leaves(read(language)):
        assert text, path
        assert text == text.strip(), path
        assert not re.search(r"<[a-z/]", text), f"{path}: HTML"
        assert not re.search(r"\w+://|www\.", text), f"{path}: a URL"
        assert not re.search(r"'\{\w+\}'", text), f"{path}: a placeholder in single quotes"
        assert all(re.fullmatch(r"[a-z0-9_]+", key) for key in path.split("."))
        assert all(name.isidentifier() for name in placeholders(text)), path
        assert ".state." not in path or not placeholders(text), path


def test_entities() -> None:
    wanted = {
        platform.value: {description.translation_key for description in descriptions}
        for platform, descriptions in DESCRIPTIONS.items()
    }
    assert {platform: set(texts) for platform, texts in TEXTS["entity"].items()} == wanted
    assert {platform: set(icons) for platform, icons in ICONS["entity"].items()} == wanted
    assert set(DESCRIPTIONS) == set(integration.PLATFORMS)


def test_states_of_attributes() -> None:
    for description in EVENTS:
        for texts in (TEXTS, ICONS):
            attributes = texts["entity"]["event"][description.translation_key]["state_attributes"]
            assert list(attributes["event_type"]["state"]) == description.event_types
    events = TEXTS["entity"]["event"]
    assert set(events["refresh"]["state_attributes"]["cause"]["state"]) == set(Cause)
    assert set(events["recording"]["state_attributes"]["reason"]["state"]) == set(Reason)


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_say_the_same(language: str) -> None:
    """Same texts, same values, same emphasis and same links, and none left in English."""
    texts = dict(leaves(read(language)))
    english = dict(leaves(TEXTS))
    assert list(texts) == list(english)
    for path, text in texts.items():
        assert placeholders(text) == placeholders(english[path]), path
        assert text.count("*") == english[path].count("*"), path
        assert re.findall(r"\]\((.*?)\)", text) == re.findall(r"\]\((.*?)\)", english[path]), path
    long = {path for path, text in english.items() if " " in text.replace("Toonami Downlink", "")}
    if language != "en":
        same = {path for path in long if texts[path] == english[path]}
        assert same == set()


def test_languages_are_those_of_home_assistant() -> None:
    assert set(LANGUAGES) == {"en", "es", "de", "fr", "pt-BR", "ja"}
    assert set(LANGUAGES) <= LANGUAGES_OF_HOME_ASSISTANT


def test_exceptions() -> None:
    raised = {key for module in RAISING for key in literals(module, "translation_key")}
    raised |= said_by("recording/manager", "_refusal") | RECORDING_ERRORS
    assert set(TEXTS["exceptions"]) == raised | error_keys()
    # Of a text that is not below this, Home Assistant says the key.
    assert all(set(text) == {"message"} for text in TEXTS["exceptions"].values())
    for key in error_keys():
        assert "{message}" in TEXTS["exceptions"][key]["message"]


def test_nobody_else_raises() -> None:
    """The test above looks at every module that names one of these texts."""
    raising = {
        module for module in CODE if literals(module, "translation_key") & set(TEXTS["exceptions"])
    }
    assert raising == set(RAISING)


def test_issues() -> None:
    known = set(issues.ISSUES)
    disk = {f"{issues.RECORDINGS_DISK}_{trouble}" for trouble in Trouble}
    assert set(TEXTS["issues"]) == known - {issues.RECORDINGS_DISK} | disk
    flows = {
        key: issue["fix_flow"] for key, issue in TEXTS["issues"].items() if "fix_flow" in issue
    }
    by_themselves = {issues.OLD_CREDENTIALS_IN_USE, issues.CHANNEL_SILENT, issues.RECORDINGS_DISK}
    assert set(flows) == known - by_themselves
    reasons = literals("repairs", "reason")
    assert {reason for flow in flows.values() for reason in flow["abort"]} == reasons
    assert set(flows[issues.USE_THE_RELAY]["step"]["init"]["menu_options"]) == {"use", "leave"}
    assert set(flows[issues.PROVIDER_COMMAND_MISSING]["step"]) == {"confirm"}
    assert set(flows[issues.USE_THE_RELAY]["step"]["init"]["menu_options"]) == {"use", "leave"}
    for key in (issues.PROVIDER_FAILING, issues.GUIDE_STALE):
        assert set(flows[key]["step"]["init"]["menu_options"]) == {"refresh", "reconfigure"}
        assert set(flows[key]["progress"]) == literals("repairs", "progress_action")
        assert set(flows[key]["abort"]) == reasons


def literals_returned(module: str, function: str) -> set[str]:
    """Return the texts that a function returns."""
    return {
        node.value.value
        for found in ast.walk(CODE[module])
        if isinstance(found, ast.FunctionDef) and found.name == function
        for node in ast.walk(found)
        if isinstance(node, ast.Return)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def fields(schema: vol.Schema) -> set[tuple[str, ...]]:
    """Return the fields of a form; those in a section have its name before theirs."""
    found: set[tuple[str, ...]] = set()
    for key, value in schema.schema.items():
        if isinstance(value, section):
            found |= {(str(key), *path) for path in fields(value.schema)}
        else:
            found.add((str(key),))
    return found


def shown(step: dict[str, Any]) -> set[tuple[str, ...]]:
    """Return the fields that a form has names for."""
    named: set[tuple[str, ...]] = {(key,) for key in step.get("data", {})}
    for name, part in step.get("sections", {}).items():
        assert part["name"]
        named |= {(name, *path) for path in shown(part)}
    return named


def test_set_up() -> None:
    config = TEXTS["config"]
    assert set(config["step"]) == {"user", "reconfigure"}
    assert set(config["error"]) == error_keys()
    assert set(config["progress"]) == literals("config_flow", "progress_action")
    schema = config_flow._source_schema(DEFAULTS, is_open=False)  # noqa: SLF001
    for step in config["step"].values():
        assert shown(step) == fields(schema)
    assert set(config["create_entry"]) == {"default"}


def test_options() -> None:
    options = TEXTS["options"]
    assert set(options["step"]) == {"init"}
    schema = config_flow._options_schema(DEFAULTS)  # noqa: SLF001
    assert shown(options["step"]["init"]) == fields(schema)
    folder = literals_returned("recording/folder", "refusal_of") | {"recordings_folder_unusable"}
    assert set(options["error"]) == {"invalid_schedule", "recordings_warning"} | folder
    assert set(TEXTS["selector"]) == {"provider", "stream_links", "pass_links"}
    assert set(TEXTS["selector"]["provider"]["options"]) == set(config_flow.SOURCES)
    links = TEXTS["selector"]["stream_links"]["options"]
    assert set(links) == {"relay", "direct", "home_assistant"}
    assert tuple(TEXTS["selector"]["pass_links"]["options"]) == pass_flow.LINKS


def test_passes() -> None:
    assert set(TEXTS["config_subentries"]) == set(pass_flow.SUBENTRY_FLOWS)
    texts = TEXTS["config_subentries"]["pass"]
    assert set(texts["step"]) == set(texts["initiate_flow"]) == {"user", "reconfigure"}
    for name, step in texts["step"].items():
        schema = pass_flow.pass_schema(pass_flow.form_values(), [], [], is_known=name != "user")
        assert shown(step) == fields(schema)
    wrong = ("_name_error", "_hours_error")
    errors = [literals_returned("passes/flow", function) for function in wrong]
    assert set(texts["error"]) == set().union(*errors)
    aborts = literals_returned("passes/flow", "_reason_not_to") | literals("passes/flow", "reason")
    assert set(texts["abort"]) == aborts | {"reconfigure_successful"}


@pytest.mark.parametrize(
    "place",
    [
        TEXTS["config"]["step"]["user"]["sections"]["advanced"],
        TEXTS["config"]["step"]["reconfigure"]["sections"]["advanced"],
        TEXTS["config_subentries"]["pass"]["step"]["user"],
        TEXTS["config_subentries"]["pass"]["step"]["reconfigure"],
        TEXTS["options"]["step"]["init"],
        TEXTS["options"]["step"]["init"]["sections"]["followed"],
        TEXTS["options"]["step"]["init"]["sections"]["recorded"],
        TEXTS["options"]["step"]["init"]["sections"]["advanced"],
    ],
    ids=[
        "set-up",
        "reconfigure",
        "device",
        "device that is changed",
        "options",
        "options of follows",
        "options of recordings",
        "advanced",
    ],
)
def test_every_field_is_explained(place: dict[str, Any]) -> None:
    assert set(place["data"]) == set(place["data_description"])


def test_services() -> None:
    assert set(TEXTS["services"]) == set(SERVICES) == set(ICONS["services"])
    for name, service in SERVICES.items():
        shown = TEXTS["services"][name].get("fields", {})
        assert set(shown) == set((service or {}).get("fields", {}))


def said_by(module: str, function: str) -> set[str]:
    """Return the first arguments of calls of a function, where they are plain texts."""
    return {
        call.args[0].value
        for name, call in calls(module)
        if name == function
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_common() -> None:
    said = {f"assist_{day}" for day in speech._WEEKDAYS}  # noqa: SLF001
    for module in (
        *("answers", "following", "intents", "recording", "speech", "triggers", "watching"),
    ):
        said |= said_by(f"assist/{module}", "say")
    told = said_by("following/messages", "say") | {"announce_open", "announce_persistent"}
    recorded = {
        f"recordings_{key}" for key in ("in_backups", "on_card", "beside_configuration", "part")
    }
    listed = {"media_recordings", "media_more"}
    assert set(TEXTS["common"]) == said | told | recorded | listed | {"no_details"}


def test_every_kind_of_error_has_words() -> None:
    kinds = error_keys() - {errors.NewerVersionError.key}  # that stops the set-up, not a refresh
    for entity in (
        TEXTS["entity"]["event"]["refresh"],
        TEXTS["entity"]["binary_sensor"]["refresh_problem"],
    ):
        assert set(entity["state_attributes"]["error"]["state"]) == kinds


def test_system_health() -> None:
    shown = {
        key.value
        for function in ast.walk(CODE["system_health"])
        if isinstance(function, ast.AsyncFunctionDef) and function.name == "_async_info"
        for node in ast.walk(function)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }
    assert set(TEXTS["system_health"]["info"]) == shown


def test_categories() -> None:
    assert set(TEXTS) == {
        "common",
        "config",
        "config_subentries",
        "entity",
        "exceptions",
        "issues",
        "options",
        "selector",
        "services",
        "system_health",
    }


def test_quality_scale() -> None:
    rules = load_yaml_dict(str(ROOT / "quality_scale.yaml"))["rules"]
    assert len(rules) == 54
    for name, rule in rules.items():
        if rule != "done":
            assert rule["status"] in ("done", "exempt"), name
            assert rule["comment"], name
