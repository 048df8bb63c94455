"""The static files: vendored ones unchanged, ours self-contained and in words that exist."""

import hashlib
import re

import pytest

from estran.web.paths import CONTENT_SECURITY_POLICY, STATIC, TEMPLATES

SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
PARTS = STATIC.parent / "templates/parts"
VENDOR = STATIC / "vendor"


def test_vendored_files_are_the_published_ones():
    listed = dict(
        reversed(line.split("  ", 1))
        for line in (VENDOR / "VENDORED.md").read_text(encoding="utf-8").splitlines()
        if re.match(r"[0-9a-f]{64}  ", line)
    )
    present = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDORED.md"
    }
    assert present
    assert present == listed


def test_each_vendored_package_keeps_its_licence():
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert list(folder.glob("LICEN*"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_names_no_other_host(script):
    hosts = set(re.findall(r"https?://([\w.-]+)", script.read_text(encoding="utf-8")))
    assert hosts <= {"www.w3.org", "www.opengis.net"}, "names of vocabularies, never fetched"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_imports_what_exists(script):
    text = script.read_text(encoding="utf-8")
    for target in re.findall(r'(?:from|import\(|: )\s*"(\.{1,2}/[\w/.-]+\.js)"', text):
        assert (script.parent / target).is_file()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_phrases_of_a_script_are_translated(script):
    text = script.read_text(encoding="utf-8")
    said = set(re.findall(r'say\(\s*"((?:[^"\\]|\\.)*)"', text))
    said |= {word for pair in re.findall(r'say\([^")]*\? "([^"]*)" : "([^"]*)"', text) for word in pair}
    pages = (PARTS / "messages.html", PARTS / "planner_messages.html", TEMPLATES / "dashboard.html")
    messages = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [phrase for phrase in said if f"'{phrase}': _('" not in messages] == []


@pytest.mark.parametrize("sheet", sorted(path.name for path in (STATIC / "css").glob("*.css")))
def test_style_sheet_is_our_own(sheet):
    text = (STATIC / "css" / sheet).read_text(encoding="utf-8")
    assert "@import" not in text
    assert "@font-face" not in text
    assert "url(" not in text.replace('url("#', ""), "only patterns of the page itself"


def test_policy_allows_our_host_only():
    assert "default-src 'self'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
