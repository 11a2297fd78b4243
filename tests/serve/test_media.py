"""Media in a program of its own: a restart between upload and post, a backup, and S3."""

import asyncio
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.serve.running import Installation, free_port, serving

SMALL_AND_LARGE = ((60, 40), (3000, 2000))


def picture(size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return out.getvalue()


async def test_an_upload_outlives_a_restart_and_a_backup_brings_its_bytes_back(
    installation: Installation, tmp_path: Path
) -> None:
    async with serving(installation):
        ada = await installation.somebody("ada")
        async with installation.client(ada) as site:
            uploads = [
                (await site.post("/api/v2/media", files={"file": ("a", picture(size))})).json()["id"]
                for size in SMALL_AND_LARGE
            ]
    async with serving(installation), installation.client(ada) as site:
        for _attempt in range(100):
            if (await site.get(f"/api/v1/media/{uploads[1]}")).status_code == 200:
                break
            await asyncio.sleep(0.1)
        status = await site.post("/api/v1/statuses", json={"status": "x", "media_ids": uploads})
        assert status.status_code == 200, status.text
        shown = status.json()["media_attachments"]
        assert (await installation.asked("backup", str(tmp_path / "kept.tar")))["bytes"]
        with tarfile.open(tmp_path / "kept.tar") as tar:
            names = [name for name in tar.getnames() if name.startswith("media/")]
        assert sorted(names) == sorted(
            f"media/posts/{id}/{file}" for id in uploads for file in ("original", "small-0")
        )
        code, said, _err = await installation.command("doctor")
        assert "media" in said, code
        await site.delete(f"/api/v1/statuses/{status.json()['id']}", params={"delete_media": "true"})
        for _attempt in range(100):
            if not files_in(installation.data / "media"):
                break
            await asyncio.sleep(0.1)
        assert files_in(installation.data / "media") == [], "what was deleted is gone from the folder"
    again = Installation(tmp_path / "again")
    await again.asked("restore", str(tmp_path / "kept.tar"))
    async with serving(again), again.client(ada) as site:
        status = await site.get(f"/api/v1/statuses/{status.json()['id']}")
        for one in status.json()["media_attachments"]:
            path = "/media/" + one["url"].partition("/media/")[2]
            file = await site.get(path)
            assert Image.open(io.BytesIO(file.content)).format == "PNG"
        assert [one["id"] for one in status.json()["media_attachments"]] == [one["id"] for one in shown]


def files_in(folder: Path) -> list[str]:
    """Names of all files below a folder whose folders may go while one looks."""
    return [name for _folder, _below, names in os.walk(folder) for name in names]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that speaks S3, with one bucket in it; gives its address."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", free_port())
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    s3 = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="id",
        aws_secret_access_key="secret",
    )
    s3.create_bucket(Bucket="house")
    yield address
    server.stop()


@pytest.fixture
def in_s3(tmp_path: Path, bucket: str) -> Installation:
    return Installation(
        tmp_path / "s3",
        WEETWIE_MEDIA_URL="s3://house/files",
        WEETWIE_S3_ENDPOINT=bucket,
        WEETWIE_S3_KEY_ID="id",
        WEETWIE_S3_SECRET="secret",
    )


async def test_a_face_is_given_from_the_command_line(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "me.png").write_bytes(picture((500, 300)))
    (tmp_path / "no.png").write_bytes(b"not a picture")
    async with serving(installation):
        ada = await installation.somebody("ada")
        await installation.asked("person", "face", "ada", str(tmp_path / "me.png"))
        code, _out, err = await installation.command("person", "face", "ada", str(tmp_path / "no.png"))
        assert (code, "can't be read" in err) == (4, True)
        async with installation.client(ada) as site:
            account = (await site.get("/api/v1/accounts/verify_credentials")).json()
            face = await site.get("/faces/" + account["avatar"].partition("/faces/")[2])
            assert Image.open(io.BytesIO(face.content)).size == (300, 300)


async def test_files_lie_in_a_bucket_where_one_is_named(in_s3: Installation, bucket: str) -> None:
    async with serving(in_s3):
        ada = await in_s3.somebody("ada")
        async with in_s3.client(ada) as site:
            content = b"fLaC\x80\0\0\x22" + os.urandom(9_000_000)
            answer = await site.post("/api/v2/media", files={"file": ("a", content)})
            assert answer.status_code == 200, answer.text
            path = "/media/" + answer.json()["url"].partition("/media/")[2]
            assert (await site.get(path)).content == content
            part = await site.get(path, headers={"range": "bytes=5000000-5000009"})
            assert (part.status_code, part.content) == (206, content[5_000_000:5_000_010])
            assert not (in_s3.data / "media").exists()
            assert (await site.delete(f"/api/v1/media/{answer.json()['id']}")).status_code == 200
            assert (await site.get(path)).status_code == 404
        _code, said, _err = await in_s3.command("doctor", "--json")
        assert '"s3://house/files"' in said, "what is good says no more than where it is"
