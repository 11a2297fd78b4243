"""The line at the bottom of a terminal that says how far something is."""

import sys
import time

import click


class ProgressLine:
    """Nothing where there is no terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._last = 0.0

    def show(self, text: str) -> None:
        if self._is_shown and time.monotonic() - self._last > 0.1:
            self._last = time.monotonic()
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)

    def clear(self) -> None:
        if self._is_shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def printable(text: str) -> str:
    """What others have written must not steer the terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
