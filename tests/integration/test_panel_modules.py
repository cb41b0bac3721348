"""The panel's modules are put together for the network, and its texts are cut into parts."""

import json

import pytest

from custom_components.toonami_downlink.panel.files.modules import (
    ROOTS,
    TEXTS,
    ModuleError,
    parse_all,
    put_together,
    reachable,
)
from custom_components.toonami_downlink.panel.files.texts import share_out
from custom_components.toonami_downlink.panel.registration import FRONTEND_DIR

BARE = dict.fromkeys(ROOTS, 'import "./lib/strings.js";\n')
STRINGS = "export const withTexts = (arrival) => arrival;\n"


def sources(**changed: str) -> dict[str, bytes]:
    """Return two roots and the texts' module; a double underscore is a slash in these names."""
    texts = {
        **BARE,
        TEXTS: STRINGS,
        **{f"{name.replace('__', '/')}.js": text for name, text in changed.items()},
    }
    return {path: text.encode() for path, text in texts.items()}


def served(files: dict[str, bytes]) -> dict[str, str]:
    """Return what these files are served as."""
    return {path: text.decode() for path, text in put_together(parse_all(files), files).items()}


def real() -> dict[str, bytes]:
    """Return the panel's own files."""
    return {
        path.relative_to(FRONTEND_DIR).as_posix(): path.read_bytes()
        for path in sorted(FRONTEND_DIR.rglob("*"))
        if path.suffix in (".js", ".css", ".json")
    }


def test_what_is_needed_runs_first_and_once() -> None:
    text = served(
        sources(
            panel='import { b as c } from "./ui/b.js";\nimport "./lib/a.js";\nc();\n',
            ui__b='import { a } from "../lib/a.js";\nexport const b = () => a;\n',
            lib__a="export const a = 1;\n",
        )
    )["panel.js"]

    assert text.index("/* lib/a.js */") < text.index("/* ui/b.js */") < text.index("/* panel.js */")
    assert text.count("/* lib/a.js */") == 1
    assert "const { b: c } = tdl$" in text
    assert "import " not in text


def test_what_is_loaded_later_travels_by_itself() -> None:
    found = served(
        sources(
            panel='import { a } from "./lib/a.js";\nimport "./lib/strings.js";\n'
            "import(`./ui/${a}-page.js`);\n",
            lib__a="export const a = 1;\n",
            lib__both="export const both = 2;\n",
            **{
                "ui__x-page": 'import { a } from "../lib/a.js";\n'
                'import { both } from "../lib/both.js";\nexport const x = a + both;\n',
                "ui__y-page": 'import { both } from "../lib/both.js";\nboth();\n',
            },
        )
    )

    assert "withTexts(import(`./ui/${a}-page.js`))" in found["panel.js"]
    assert "lib/both.js" not in found["panel.js"]
    page = found["ui/x-page.js"]
    assert '} from "../panel.js";' in page
    assert '} from "../shared/lib/both.js";' in page
    assert "export const { x } = tdl$" in page
    assert found["shared/lib/both.js"].count("const both = 2;") == 1


def test_ways_are_turned_towards_the_file_that_the_code_is_in() -> None:
    text = served(
        sources(
            panel='import "./ui/deep.js";\nimport "./lib/strings.js";\n',
            ui__deep='import("./later.js");\nnew URL("../x", import.meta.url);\n',
            ui__later="export const later = 1;\n",
        )
    )["panel.js"]

    assert 'import("./ui/later.js")' in text
    assert 'new URL("../x", new URL("./ui/deep.js", import.meta.url).href)' in text


def test_files_are_put_in_behind_their_names() -> None:
    files = sources(panel='loadSheet("one");\nloadData("data/a.json");\n')
    files["css/one.css"] = b'/* why */\na::before {\n  content: "\\2014 \xc3\xa9";\n}\n'
    files["data/a.json"] = b'{"a": 1}\n'

    text = served(files)["panel.js"]

    assert r'loadSheet("one", "a::before { content: \"\\2014 é\"; }")' in text
    assert 'loadData("data/a.json", {"a":1})' in text


def test_comments_stay_behind_and_code_beside_them_does_not() -> None:
    text = served(
        sources(
            panel="/**\n * Why.\n * @param {import('./x.js').X} x\n */\nfunction f(x) {\n"
            "\t// Because.\n\t/** @type {Y} */ (x).y();\n"
            '\tconst url = "http://a"; // here\n}\nf();\n'
        )
    )["panel.js"]

    assert "Why" not in text
    assert "Because" not in text
    assert "(x).y();" in text
    assert 'const url = "http://a"; // here' in text


def test_what_others_made_keeps_its_licence_and_may_stand_alone() -> None:
    made = "/* Licence. */\nvar a=1;export{a as default,a as b};\n//# sourceMappingURL=a.map\n"
    found = served(
        sources(
            panel='import { b } from "./vendor/near.js";\nimport("./vendor/far.js");\nb();\n'
            'import "./lib/strings.js";\n',
            vendor__near=made,
            vendor__far=made,
        )
    )

    assert "/* Licence. */" in found["panel.js"]
    assert "return { default: a, b: a };" in found["panel.js"]
    assert found["vendor/far.js"] == made


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"panel": "export let a = 1;\n"}, "cannot be put together", id="let"),
        pytest.param({"panel": "export default 1;\n"}, "cannot be put together", id="default"),
        pytest.param(
            {"panel": 'import * as a from "./a.js";\n', "a": ""}, "cannot be put", id="star"
        ),
        pytest.param({"panel": 'import "./a.js";\n'}, "not there", id="missing"),
        pytest.param({"panel": 'import("./a.js");\n'}, "not there", id="missing later"),
        pytest.param({"panel": 'loadSheet("a");\n'}, "css/a.css", id="missing sheet"),
        pytest.param({"panel": "const tdl$1 = 1;\n"}, "tdl\\$ are taken", id="name"),
        pytest.param(
            {"panel": 'import "./a.js";\n', "a": 'import "./b.js";\n', "b": 'import "./a.js";\n'},
            "needs itself",
            id="circle",
        ),
        pytest.param(
            dict.fromkeys(("panel", "card"), 'import "./lib/strings.js";\nimport("./a.js");\n')
            | {"a": "f();\n"},
            "by the panel and by the card",
            id="two roots",
        ),
        pytest.param(
            {"panel": 'import("./a.js");\n', "a": "f();\n"}, "lib/strings.js", id="no texts"
        ),
    ],
)
def test_what_cannot_be_put_together_is_said(changed: dict[str, str], message: str) -> None:
    files = sources(**changed)
    with pytest.raises(ModuleError, match=message):
        put_together(parse_all(files), files)


def test_an_element_is_never_in_both_the_panel_and_the_card() -> None:
    """The first of two would be used by both, and would not be what the other one imports."""
    files = real()
    modules = parse_all(files)
    panel, card = (set(reachable(root, modules, later=True)) for root in ROOTS)

    both = [path for path in panel & card if "define(" in modules[path].body]

    assert both == ["lib/element.js"]


def test_the_parts_of_a_language() -> None:
    files = sources(
        panel='t("a.one"); t(`b.two.${x}`); t("word");\n'
        'import "./lib/strings.js";\nimport("./later.js");\n',
        later='t("a.two"); t("b.one");\n',
        card='t("c.one");\nimport "./lib/strings.js";\nimport("./body.js");\n',
        body='f("d"); t(`${what}.${error}`);\n',
    )
    keys = ["a.one", "a.two", "b.one", "b.two.x", "c.one", "d.x", "word"]
    files["i18n/en.json"] = json.dumps({key: key.upper() for key in keys}).encode()

    parts = share_out(parse_all(files), files)

    assert {path: list(json.loads(text)) for path, text in parts.items()} == {
        "i18n/en.panel.json": ["a.one", "b.two.x", "word"],
        "i18n/en.rest.json": ["a.two", "b.one", "c.one", "d.x"],
        "i18n/en.card.json": ["c.one", "d.x"],
    }


def test_no_text_gets_lost() -> None:
    files = real()
    parts = share_out(parse_all(files), files)

    for path in files:
        if path.startswith("i18n/"):
            panel, rest = (
                json.loads(parts[path.replace(".json", f".{part}.json")])
                for part in ("panel", "rest")
            )
            assert panel.keys() | rest.keys() == json.loads(files[path]).keys()
            assert panel
            assert rest
