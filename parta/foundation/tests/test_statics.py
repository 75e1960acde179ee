"""What a script imports is asked for with its page, all of it and nothing twice."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from parta.foundation.statics import imported


def test_the_imports_of_imports_are_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "a/main.js": 'import "./one.js";\nimport { x,\n  y } from "../b/two.js";\nconst no = \'import "./not.js"\';\n',
        "a/one.js": 'import { two } from "../b/two.js";\nexport * from "./three.js";\n',
        "a/three.js": 'import "./main.js";\n/** @param {import("./not.js").T} t */\n',
        "b/two.js": "export const two = 2;\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(finders, "find", lambda path: str(tmp_path / path) if path in files else None)
    assert imported("a/main.js") == ["a/one.js", "b/two.js", "a/three.js"]
    with pytest.raises(LookupError):
        imported("a/missing.js")


@pytest.mark.django_db
@pytest.mark.parametrize("script", ["grid", "lesson"])
def test_a_page_names_ahead_every_module_its_script_needs(cast: Any, client_of: Any, script: str) -> None:
    address = f"/journals/{cast.lesson.journal_id}/" if script == "grid" else f"/lessons/{cast.lesson.pk}/"
    page = client_of(cast.teacher).get(address).content.decode()
    named = re.findall(r'rel="modulepreload" href="/static/([^"]+)"', page)
    assert len(named) == len(set(named)) > 5
    known, waiting = {f"journal/{script}.js"}, [f"journal/{script}.js"]
    while waiting:
        source = finders.find(waiting.pop())
        assert source
        for path in re.findall(r"""(?:from|import) ["']\./([\w-]+\.js)["']""", Path(source).read_text()):
            if f"journal/{path}" not in known:
                known.add(f"journal/{path}")
                waiting.append(f"journal/{path}")
    assert {name for name in named if name.startswith("journal/")} == known - {f"journal/{script}.js"}
