"""What the documents say is true: examples run, links lead somewhere, options exist."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)

pytestmark = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="runs in a checkout only")


def blocks(page: Path, language: str) -> list[tuple[int, str]]:
    """Return line number and text of every fenced block in `language`."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, match.start()) + 1, match[1]) for match in found]


@by_page
def test_sessions_give_what_is_printed(page: Path) -> None:
    text = "".join(block for _, block in blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    messages: list[str] = []
    doctest.DocTestRunner(optionflags=flags).run(test, out=messages.append)
    assert not messages, "".join(messages)


@by_page
def test_scripts_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line, block in blocks(page, "python"):
        exec(compile("\n" * line + block, str(page), "exec"), {"__name__": "__main__"})


@by_page
def test_links_lead_to_files(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def options_of(command: Any) -> set[str]:
    """Return every spelling of every option of a command."""
    return {
        name
        for parameter in command.params
        for name in [*parameter.opts, *parameter.secondary_opts]
        if name.startswith("-")
    }


@by_page
def test_commands_and_options_exist(page: Path) -> None:
    import typer

    from partwise.cli._app import app

    commands = typer.main.get_command(app).commands
    text = page.read_text(encoding="utf-8")
    lines = [line for _, block in blocks(page, "sh") for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", text)
    for line in lines:
        words = line.partition("#")[0].split()
        if len(words) < 2 or words[0] != "partwise":
            continue
        command = commands[words[1]]
        used = {word.partition("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)}
        assert used <= options_of(command), f"{page.name}: {line}"
