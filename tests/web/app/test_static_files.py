"""Static files: put together and made small without a change of meaning, stored by browsers under
the address of their content, and under no other."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest
from flask import Flask

import web
from tests.support.visitor import Visitor
from web.static_files import SHEETS, YEAR, StaticFiles, minified

STATIC = Path(web.__file__).parent / "static"
UNIT = re.compile(r'("[^"]*"|[^\s{};:,>]+|[{};:,>])')


def units(css: str) -> list[str]:
    """Words, strings and signs, without comments and without the last semicolon of a block."""
    found = UNIT.findall(re.sub(r"/\*.*?\*/", " ", css, flags=re.DOTALL))
    pairs = zip(found, [*found[1:], ""], strict=True)
    return [unit for unit, after in pairs if (unit, after) != (";", "}")]


def test_what_is_made_small_says_the_same() -> None:
    for sources in SHEETS.values():
        text = "".join((STATIC / name).read_text() for name in sources)
        small = minified(text)
        assert units(small) == units(text)
        assert "/*" not in small
        assert "  " not in re.sub(r'"[^"]*"', "_", small)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("a {\n  color: red;\n}\n", "a{color:red}"),
        ("/* one */ a > b, a + b { width: calc(1px + 2px); }", "a>b,a + b{width:calc(1px + 2px)}"),
        ('a::before { content: "/* x */ ;  } "; }', 'a::before{content:"/* x */ ;  } "}'),
        ("@media (a: b) and (c: d) { p { top: 0 1px } }", "@media (a:b) and (c:d){p{top:0 1px}}"),
        ("td :first-child, td:first-child { top: 0 }", "td :first-child,td:first-child{top:0}"),
    ],
)  # fmt: skip
def test_spaces_that_mean_something_stay(written: str, sent: str) -> None:
    assert minified(written) == sent


def test_what_the_first_screen_needs_is_a_part_of_the_whole() -> None:
    assert SHEETS["whole.css"][: len(SHEETS["first.css"])] == SHEETS["first.css"]
    assert {path.name for path in STATIC.glob("*.css")} == set(SHEETS["whole.css"])


def test_a_file_is_stored_under_the_address_of_its_content_only(app: Flask) -> None:
    visitor = Visitor(app)
    with app.test_request_context():
        for name in (*SHEETS, "app.js", "fonts/public-sans.woff2"):
            address = app.jinja_env.from_string("{{ static_url(name) }}").render(name=name)
            answer = visitor.open(address)
            assert answer.headers["Cache-Control"] == f"public, max-age={YEAR}, immutable"
            for other in (f"/static/{name}", f"/static/{name}?v=0123456789ab"):
                asked = visitor.open(other)
                assert asked.data == answer.data
                assert asked.headers["Cache-Control"] == "public, no-cache"
                again = visitor.open(other, headers={"If-None-Match": asked.headers["ETag"]})
                assert again.status_code == 304


def test_a_stylesheet_asks_for_its_fonts_by_their_content(app: Flask) -> None:
    visitor = Visitor(app)
    text = visitor.open("/static/first.css").text
    fonts = re.findall(r'url\("(fonts/[^"]+)"\)', text)
    assert len(fonts) == 2
    for font in fonts:
        assert "immutable" in visitor.open(f"/static/{font}").headers["Cache-Control"]


def test_a_stylesheet_travels_compressed(app: Flask) -> None:
    visitor = Visitor(app)
    plain = visitor.open("/static/first.css")
    for _ in range(2):
        packed = visitor.open("/static/first.css", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 5_000


def test_a_changed_source_is_served_at_once_under_another_address(tmp_path: Path) -> None:
    for sources in SHEETS.values():
        for name in sources:
            (tmp_path / name).write_text("a { color: red; }")
    files = StaticFiles(tmp_path)
    before = {name: files.digest(name) for name in SHEETS}
    (tmp_path / "task.css").write_text("a { color: blue; }")
    os.utime(tmp_path / "task.css", (1, 1))
    assert files.digest("first.css") == before["first.css"]
    assert files.digest("whole.css") != before["whole.css"]
    assert b"blue" in files.content("whole.css")


def test_a_file_that_is_not_there_is_not_found(app: Flask) -> None:
    visitor = Visitor(app)
    for path in ("nowhere.css", "../__init__.py", "fonts/../../__init__.py?v=1", "fonts"):
        assert visitor.open(f"/static/{path}").status_code == 404
