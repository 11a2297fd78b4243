"""The page about the commands."""

from tests.architecture.source import ROOT
from weetwie.cli import COMMANDS
from weetwie.cli.reference import reference


def test_the_page_is_made_from_the_commands() -> None:
    page = ROOT / "docs" / "commands.md"
    assert page.read_text() == reference(), "python -m weetwie.cli.reference > docs/commands.md"


def test_every_command_stands_on_it_with_its_options_and_what_it_ends_with() -> None:
    page = reference()
    assert [name for name in COMMANDS if f"## weetwie {name}" not in page] == []
    assert "### weetwie person farewell HANDLE" in page
    assert "`--without-damaged`" in page
    assert "| 6 | something this needs does not work" in page
