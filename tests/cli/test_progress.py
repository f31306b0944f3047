"""What is shown while work goes on, and where."""

import io

import pytest

from partwise.cli._progress import Terminal


class Screen(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def on_screen(monkeypatch):
    """Return a function that makes stderr a terminal, from within a test, and returns it."""

    def install():
        screen = Screen()
        monkeypatch.setattr("sys.stderr", screen)
        monkeypatch.setenv("TERM", "xterm")
        return screen

    return install


def work(terminal):
    terminal.stage(0.5, "half way")
    terminal.compiling("kernel")
    terminal.compiling("another")
    terminal.warn("a warning [with brackets]")
    terminal.finish("g.txt")


def test_bar_on_a_terminal(on_screen):
    screen = on_screen()
    with Terminal() as terminal:
        work(terminal)
    shown = screen.getvalue()
    assert "half way" in shown
    assert "50%" in shown
    assert "a warning [with brackets]\n" in shown
    assert shown.count("compiling kernels") == 1


def test_no_bar_elsewhere(capfd):
    with Terminal() as terminal:
        work(terminal)
    out, err = capfd.readouterr()
    assert out == ""
    compiling, warning = err.splitlines()
    assert compiling.startswith("compiling kernels for the first time")
    assert warning == "a warning [with brackets]"


def test_quiet_leaves_warnings_only(on_screen):
    screen = on_screen()
    with Terminal(quiet=True) as terminal:
        work(terminal)
    assert screen.getvalue() == "a warning [with brackets]\n"


def test_results_go_to_stdout_on_a_terminal_too(on_screen, capsys):
    screen = on_screen()
    with Terminal(2) as terminal:
        terminal.result("cut 3")
        terminal.finish("g.txt")
        terminal.stage(0.5, "reading")
    assert capsys.readouterr().out == "cut 3\n"
    assert "2/2 reading" in screen.getvalue()


def test_verbose_names_each_stage_once(capfd):
    with Terminal(verbose=True) as terminal:
        for fraction in (0.1, 0.2, 0.3):
            terminal.stage(fraction, "refining")
    assert capfd.readouterr().err.count("refining") == 1
