"""Libraries that many servers never need, or not for long: imported when something of one is first used, by whichever thread.

What a type checker reads stands in `if TYPE_CHECKING`, so annotations that name such a library are written as strings.
"""

import importlib
from typing import TYPE_CHECKING, Any


class Later:
    """A module by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, value)  # from now on found at once
        return value


if TYPE_CHECKING:
    import httpx
    import numpy as np
    from joserfc import errors as jose_errors, jwk, jws, jwt
    from numpy.typing import NDArray
    from regex import compile as pattern
else:
    httpx, np = Later("httpx"), Later("numpy")
    jose_errors, jwk, jws, jwt = (Later(f"joserfc.{name}") for name in ("errors", "jwk", "jws", "jwt"))

    class pattern:  # noqa: N801 - it stands for a function
        """A pattern of `regex`, compiled when something of it is first used. What it must know (V1, no case) stands in it."""

        def __init__(self, text: str) -> None:
            self._text = text

        def __getattr__(self, attribute: str) -> Any:
            import regex

            value = getattr(regex.compile(self._text), attribute)
            setattr(self, attribute, value)
            return value

    class NDArray:
        """Stands in annotations alone."""

        def __class_getitem__(cls, _kind: Any) -> Any:
            return cls


__all__ = ["Later", "NDArray", "httpx", "jose_errors", "jwk", "jws", "jwt", "np", "pattern"]
