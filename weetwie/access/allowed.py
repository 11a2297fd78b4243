"""Refuses what a viewer may not do now."""

from collections.abc import Callable
from datetime import datetime

from weetwie.access.viewer import Viewer
from weetwie.errors import Forbidden
from weetwie.runtime import clock


def check(viewer: Viewer, may: Callable[[Viewer, datetime], bool]) -> None:
    """`may` is one of `permissions`. Raises Forbidden."""
    if not may(viewer, clock.now()):
        raise Forbidden
