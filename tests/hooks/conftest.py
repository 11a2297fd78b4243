"""A company on a database of its own, and Ada's browser in it, as for the pages."""

from tests.web.conftest import ada, site, world

__all__ = ["ada", "site", "world"]
