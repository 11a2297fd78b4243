"""Whose fault it is: told by the enhanced code, and by the words where there is none."""

import pytest

from weetwie.smtp.answers import Fault, Step, fault


@pytest.mark.parametrize(
    ("code", "words", "step", "whose"),
    [
        (550, "5.1.1 <bo@corp.example>: Recipient address rejected: User unknown", "receiver", "theirs"),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; not found", "receiver", "theirs"),
        (556, "5.1.10 Recipient address has null MX", "receiver", "theirs"),
        (550, "5.2.1 The email account that you tried to reach is disabled", "receiver", "theirs"),
        (552, "5.2.2 Mailbox full", "receiver", "nobody's"),
        (552, "Requested mail action aborted: exceeded storage quota", "receiver", "nobody's"),
        (550, "Administrative prohibition", "receiver", "ours"),
        (550, "<ann@policyholder.example>: user unknown", "receiver", "theirs"),
        (550, "<spam.tester@corp.example> No such user", "receiver", "theirs"),
        (550, "5.7.17 Mailbox owner has changed", "receiver", "theirs"),
        (550, "5.1.1 User unknown", "email", "theirs"),
        (550, "No such user here", "receiver", "theirs"),
        (553, "Requested action not taken: mailbox name not allowed", "receiver", "theirs"),
        (550, "User is not listed in the directory", "receiver", "theirs"),
        (550, "5.1.8 Sender address rejected: Domain not found", "receiver", "ours"),
        (553, "5.1.8 Sender address rejected", "sender", "ours"),
        (550, "5.1.0 Sender unknown", "sender", "ours"),
        (
            504,
            "5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname",
            "receiver",
            "ours",
        ),
        (554, "5.7.1 <bo@corp.example>: Relay access denied", "receiver", "ours"),
        (
            550,
            "5.7.26 This message does not pass authentication checks (SPF and DKIM both do not pass)",
            "email",
            "ours",
        ),
        (554, "5.7.1 Client host rejected: Access denied", "receiver", "ours"),
        (550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "receiver", "ours"),
        (501, "5.5.4 Invalid HELO name", "before", "ours"),
        (535, "5.7.8 Authentication credentials invalid", "before", "ours"),
        (530, "Must issue a STARTTLS command first", "sender", "ours"),
        (554, "Relay access denied", "receiver", "ours"),
        (550, "relaying prohibited", "receiver", "ours"),
        (550, "Blocked - see https://block.example/?ip=192.0.2.7", "receiver", "ours"),
        (504, "Command parameter not implemented", "receiver", "ours"),
        (521, "Server does not accept mail", "before", "ours"),
        (552, "5.3.4 Message too big for system", "email", "ours"),
        (554, "5.6.0 Message refused", "email", "ours"),
        (550, "spam", "email", "ours"),
        (550, "5.4.1 Recipient address rejected: Access denied", "receiver", "nobody's"),
        (450, "4.7.1 Greylisted, please come back", "receiver", "nobody's"),
        (451, "4.3.0 Temporary failure", "receiver", "nobody's"),
        (421, "too many connections from 192.0.2.7", "before", "nobody's"),
    ],
)
def test_the_enhanced_code_or_the_words_say_whose_fault_it_is(
    code: int, words: str, step: Step, whose: Fault
) -> None:
    assert fault(code, words, step) == whose
