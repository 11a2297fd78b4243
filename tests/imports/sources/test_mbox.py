"""Mail of lists is read, and nothing that went to people."""

import gzip
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given as for_any, settings, strategies as st

from tests.imports.sources.reading import given, put, sound
from weetwie.errors import Invalid
from weetwie.imports.sources import mbox
from weetwie.imports.sources.form import Asked

LIST = "dev@lists.x.example"
ASKED = Asked(lists=(LIST,))
SECRET = "canary-in-private"


def mail(number: int, text: str = "", **headers: str) -> str:
    head = {
        "From": "Ann Bee <ann@x.example>",
        "To": LIST,
        "Subject": f"[dev] Seal {number}",
        "Date": f"Mon, 1 Jan 2024 10:00:{number:02d} +0100",
        "Message-ID": f"<m{number}@x.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return (
        "".join(f"{name}: {value}\n" for name, value in head.items() if value)
        + f"\n{text or f'Text {number}.'}\n"
    )


def mboxed(*mails: str) -> str:
    return "".join(f"From ann@x.example Mon Jan  1 10:00:00 2024\n{one}\n" for one in mails)


def read(folder: Path, *mails: str, asked: Asked = ASKED):  # type: ignore[no-untyped-def]
    return given(mbox, put(folder, {"a.mbox": mboxed(*mails)}), asked)


def test_threads_are_told_by_references_and_never_by_subject(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        mail(1),
        mail(2, Subject="Re: Seal 1", In_Reply_To="<m1@x.example>"),
        mail(3, Subject="Re: Seal 1", References="<m1@x.example>\n <m2@x.example>"),
        mail(4, Subject="Re: Seal 1", In_Reply_To="<m2@x.example>"),
        mail(5, Subject="Re: Seal 1"),
    )
    assert [(one.key[:2], one.reply_to[:2], one.thread[:2], one.title) for one in found.messages] == [
        ("m1", "", "", "Seal 1"),
        ("m2", "m1", "m1", ""),
        ("m3", "m2", "m1", ""),
        ("m4", "m2", "m1", ""),
        ("m5", "", "", ""),
    ]
    assert found.name == LIST and [one.key for one in found.channels] == [LIST]
    assert found.messages[0].at == datetime(2024, 1, 1, 9, 0, 1, tzinfo=UTC)
    assert found.messages[0].place == "message 1"


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "bo@x.example"},
        {"To": "bo@x.example", "List_Id": "<other.lists.x.example>"},
        {"X_No_Archive": "yes"},
        {"Sensitivity": "Private"},
        {"To": "dev@x.example"},
        {"To": "xdev@lists.x.example"},
        {"To": "", "Bcc": "bo@x.example", "User_Agent": "x"},
    ],
)
def test_what_went_elsewhere_never_comes_in(tmp_path: Path, headers: dict[str, str]) -> None:
    found = read(tmp_path, mail(1), mail(2, SECRET, **headers))
    assert [one.key for one in found.messages] == ["m1@x.example"]
    assert SECRET not in str(found.records)
    assert found.left["direct"] + found.left["private"] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "bo@x.example", "List_Id": "Development <dev.lists.x.example>"},
        {"To": "bo@x.example", "Cc": f'"Dev, all" <{LIST.upper()}>'},
        {"To": "bo@x.example", "Delivered_To": LIST},
        {"To": "bo@x.example", "List_Post": f"<mailto:{LIST}>"},
        {"To": "bo@x.example", "X_BeenThere": LIST},
    ],
)
def test_what_went_to_the_list_is_known_by_any_of_its_marks(tmp_path: Path, headers: dict[str, str]) -> None:
    assert len(read(tmp_path, mail(1, **headers)).messages) == 1


def test_without_a_name_only_the_archive_of_one_list_is_read(tmp_path: Path) -> None:
    marks = {"List_Id": "<dev.lists.x.example>", "List_Post": f"<mailto:{LIST}>"}
    found = read(tmp_path, mail(1, **marks), mail(2, **marks), asked=Asked())
    assert (found.name, len(found.messages)) == (LIST, 2)
    for other in (mail(2, To="bo@x.example"), mail(2, List_Id="<other.x.example>")):
        with pytest.raises(Invalid, match="Name the addresses"):
            read(tmp_path, mail(1, **marks), other, asked=Asked())
    with pytest.raises(Invalid, match="no e-mail"):
        given(mbox, put(tmp_path / "none", {"a.txt": "nothing"}))


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Auto_Response_Suppress": "All"},
        {"From": "dev-bounces@lists.x.example"},
        {"From": "Mail Delivery <MAILER-DAEMON@x.example>"},
        {"From": "Jenkins <jenkins@x.example>"},
        {"X_JIRA_FingerPrint": "1"},
    ],
)
def test_programs_are_left_out(tmp_path: Path, headers: dict[str, str]) -> None:
    found = read(tmp_path, mail(1, **headers))
    assert not found.messages and found.left["program"] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"From": f"Ann Bee via Dev <{LIST}>", "Reply_To": "Ann Bee <ann@x.example>"},
        {"From": f"'Ann Bee' via Dev <{LIST}>", "X_Original_From": "Ann Bee <ann@x.example>"},
        {"From": f"Ann Bee via Dev <{LIST}>", "Reply_To": LIST, "Cc": "Ann Bee <Ann@x.example>"},
    ],
)
def test_who_wrote_it_is_known_where_the_list_put_its_own_address(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    author = read(tmp_path, mail(1, **headers)).messages[0].author
    assert (author.name, author.address, author.key) == ("Ann Bee", "ann@x.example", "ann@x.example")


def test_encodings_are_read_whatever_they_claim(tmp_path: Path) -> None:
    quoted = mail(1, "Pr=C3=BCfung =\nbestanden", MIME_Version="1.0", Content_Type="text/plain; charset=utf-8",
                  Content_Transfer_Encoding="quoted-printable", From="=?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <jm@x.example>")  # fmt: skip
    encoded = mail(
        2, "UHLDvGZ1bmc=", Content_Type="text/plain; charset=nobody-knows", Content_Transfer_Encoding="base64"
    )
    flowed = mail(3, "one \ntwo\n> quoted \n> more\n three", Content_Type="text/plain; format=flowed")
    html = mail(
        4, "<p>Use <code>x</code></p><blockquote>quoted</blockquote><div>so</div>", Content_Type="text/html"
    )
    raw = mboxed(quoted, encoded, flowed, html).encode() + mboxed(mail(5, "Prüfung")).encode("latin-1")
    found = given(mbox, put(tmp_path, {"a": raw}), ASKED).messages
    assert [one.text for one in found] == [
        "Prüfung bestanden",
        "Prüfung",
        "one two\n\nthree",
        "Use `x`\n\nso",
        "Prüfung",
    ]
    assert found[0].author.name == "Müller, Jörg"


def test_of_several_parts_what_was_written_is_read(tmp_path: Path) -> None:
    parts = """--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain

Blue.
--c
Content-Type: text/html

<p>Blue, in HTML.</p>
--c--
--b
Content-Type: text/plain; name="log.txt"
Content-Disposition: attachment; filename="log.txt"

not to be read
--b
Content-Type: message/rfc822

Subject: forwarded

not to be read
--b
Content-Type: text/plain

_______________________________________________
dev mailing list
https://lists.x.example/listinfo/dev
--b--"""
    found = read(tmp_path, mail(1, parts, Content_Type="multipart/mixed; boundary=b")).messages
    assert [(one.text, one.files) for one in found] == [("Blue.", ("log.txt",))]


def test_patches_come_with_who_vouched_for_them(tmp_path: Path) -> None:
    text = "From: Bo Cee <bo@x.example>\n\nMend it.\n\nReviewed-by: Cy Dee <cy@x.example>\nSigned-off-by: Bo Cee <bo@x.example>\n---\ndiff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n"
    found = read(tmp_path, mail(1, text, Subject="[PATCH] Mend it")).messages[0]
    assert (found.author.address, found.text, found.title) == ("bo@x.example", "Mend it.\n\n---", "Mend it")
    assert [one.address for one in found.endorsers] == ["cy@x.example"]


def test_lines_that_begin_with_from_part_no_mail(tmp_path: Path) -> None:
    found = read(tmp_path, mail(1, "One.\n\nFrom here on it works.\n>From there too."), mail(2))
    assert [one.text for one in found.messages] == [
        "One.\n\nFrom here on it works.\nFrom there too.",
        "Text 2.",
    ]


def test_archives_of_mailman_are_of_the_list_that_is_named(tmp_path: Path) -> None:
    one = "From ann at x.example  Mon Jan  1 10:00:00 2024\nFrom: ann at x.example (=?utf-8?q?J=C3=B6rg?=)\nDate: Mon, 1 Jan 2024 10:00:00\nSubject: [dev] Seal\nMessage-ID: <p1@x>\n\nText.\n\n"
    path = put(
        tmp_path,
        {"2024-February.txt": one.replace("p1", "p2"), "2024-January.txt.gz": gzip.compress(one.encode())},
    )
    found = given(mbox, path, ASKED)
    assert [one.key for one in found.messages] == ["p1@x", "p2@x"]
    author = found.messages[0].author
    assert (author.name, author.address) == ("Jörg", "ann@x.example")
    assert found.messages[0].at.tzinfo == UTC
    with pytest.raises(Invalid, match="Name the addresses"):
        given(mbox, path)


def test_maildirs_and_single_files_are_read(tmp_path: Path) -> None:
    path = put(tmp_path, {
        "dev/cur/1:2,S": mail(1), "dev/cur/2:2,ST": mail(2, SECRET), "dev/new/3": mail(3), "dev/tmp/4": mail(4, SECRET),
        "dev/dovecot.index": b"\x00", "more/5.eml": mail(5), "more/7.emlx": f"{len(mail(7))}\n{mail(7)}<?xml?><plist/>", "more/none.txt": "no mail", "more/6.eml": mail(5),
    })  # fmt: skip
    found = given(mbox, path, ASKED)
    assert sorted(one.key[:2] for one in found.messages) == ["m1", "m3", "m5", "m7"]
    assert found.left == {"deleted": 1, "copy": 1} and SECRET not in str(found.records)
    assert [(one.file, one.reason) for one in found.troubles] == [
        ("more/none.txt", "There's no e-mail in this file.")
    ]


def _committed(folder: Path, files: dict[str, str], removed: tuple[str, ...] = ()) -> None:
    put(folder, files)
    for name in removed:
        (folder / name).unlink()
    for command in (
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@x", "commit", "-qm", "x", "--allow-empty"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


@pytest.mark.parametrize("form", [1, 2])
def test_repositories_of_public_inbox_are_read(tmp_path: Path, form: int) -> None:
    folder = tmp_path / "git" / "0.git"
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "--separate-git-dir", ".git-there", "."], cwd=folder, check=True)
    (folder / ".git").unlink()
    (folder / ".git-there").rename(folder / ".git")
    for number in (1, 2):
        _committed(folder, {"m" if form == 2 else f"a{number}/{'0' * 38}": mail(number)})
    if form == 2:
        _committed(folder, {"d": mail(1)}, ("m",))
    else:
        _committed(folder, {}, (f"a1/{'0' * 38}",))
    found = given(mbox, tmp_path, Asked(lists=(LIST,), address="https://inbox.example/dev"))
    assert [one.key for one in found.messages] == ["m1@x.example", "m2@x.example"]
    assert [one.key for one in found.removed] == ["m1@x.example"]
    assert found.messages[0].link == "https://inbox.example/dev/m1@x.example/"


def test_times_that_cannot_be_are_taken_from_the_server_or_told(tmp_path: Path) -> None:
    received = mail(1, Date="Mon, 1 Jan 2090 10:00:00", Received="by x; Tue, 2 Jan 2024 10:00:00 +0000")
    found = read(tmp_path, received, mail(2, Date="yesterday")).messages
    assert [one.at.day for one in found] == [2, 1]
    alone = given(mbox, put(tmp_path / "b", {"a.eml": mail(3, Date="yesterday")}), ASKED)
    assert [one.reason for one in alone.troubles] == ["The time can't be read: {time}"]


def test_what_is_older_and_what_is_empty_is_counted(tmp_path: Path) -> None:
    asked = Asked(lists=(LIST,), since=datetime(2024, 1, 1, 9, 0, 2, tzinfo=UTC))
    found = read(tmp_path, mail(1), mail(2), mail(3, "> only quoted"), asked=asked)
    assert [one.key[:2] for one in found.messages] == ["m2"]
    assert found.left == {"older": 1, "empty": 1}


def test_a_damaged_file_stops_nothing_else(tmp_path: Path) -> None:
    torn = gzip.compress(mboxed(*map(mail, range(1, 60))).encode() * 20)
    path = put(tmp_path, {"a.mbox.gz": torn[: len(torn) // 2], "b.mbox": mboxed(mail(61))})
    found = given(mbox, path, ASKED)
    assert found.messages[-1].key == "m61@x.example"
    assert [one.file for one in found.troubles] == ["a.mbox.gz"]


HEADERS = ["From", "To", "Cc", "Date", "Subject", "Message-ID", "References", "In-Reply-To", "List-Id", "Content-Type", "Received",
           "Content-Transfer-Encoding", "Reply-To", "Content-Disposition", "Auto-Submitted"]  # fmt: skip
VALUES = [LIST, "<m1@x>", "=?utf-8?b?////?=", "=?x?q?=ZZ?=", "multipart/mixed; boundary=b", "text/html; charset=utf-16", "base64", "x@@y",
          "text/plain; charset*=''x; format=flowed", "multipart/alternative", "attachment; filename*0=a; filename*1*=%ZZ", '"', "<", "\x00",
          "Mon, 99 Jan 20224 99:99:99 +9999", "a at b.c (d)", "quoted-printable", "message/rfc822"]  # fmt: skip
any_headers = st.lists(
    st.tuples(st.sampled_from(HEADERS), st.sampled_from(VALUES) | st.text(max_size=20)), max_size=8
)


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
@for_any(
    any_headers,
    st.binary(max_size=60),
    st.sampled_from(["", "--b\n\n", "> x\n", "Content-Type: text/plain\n\n"]),
)
def test_whatever_a_mail_holds_is_read_or_told(
    tmp_path: Path, headers: list[tuple[str, str]], body: bytes, begin: str
) -> None:
    head = "".join(f"{name}: {value}\n" for name, value in headers).encode("utf-8", "replace")
    whole = (
        f"From a@x Mon Jan  1 10:00:00 2024\nTo: {LIST}\n".encode()
        + head
        + b"\n"
        + begin.encode()
        + body
        + b"\n\n"
    )
    sound(mbox, put(tmp_path, {"a.mbox": whole + mboxed(mail(9)).encode()}), ASKED)


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
@for_any(st.data())
def test_damage_is_read_past_or_told(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(mboxed(mail(1), mail(2, SECRET, To="bo@x.example"), mail(3)).encode())
    for _count in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    sound(mbox, put(tmp_path, {"a.mbox": bytes(whole)}), ASKED)
