"""That an email was not taken; apart from the client, which loads much that is needed where mail is sent alone."""


class SendFailed(Exception):
    """The server did not take it. Final: this address will never take it; else it may be tried again. Ours: only when somebody
    has set this installation, or its mail server, right."""

    def __init__(self, why: str, *, is_final: bool = False, is_ours: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final
        self.is_ours = is_ours
