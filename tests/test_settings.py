"""Settings: where they come from, which one wins, and that a wrong one is refused with its name."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from weetwie import settings
from weetwie.settings import Address, SettingsError, read
from weetwie.settings.__main__ import reference
from weetwie.settings.values import Given


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "weetwie.toml"
    file.write_text(
        'port = 9001\nhost = "::1"\ndata = "kept"\ntrusted_proxies = ["10.0.0.0/8"]\nrate_limits = false\n'
    )
    return file


def test_without_any_word_everything_has_its_default() -> None:
    found = read({"PATH": "/bin", "HOME": "/nowhere"})
    assert (found.host, found.port, found.base_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert found.database_url is None
    assert found.rate_limits
    assert found.metrics == Address("127.0.0.1", 9464)
    assert found.data.name == "var"


def test_the_environment_is_typed() -> None:
    found = read(
        {
            "WEETWIE_PORT": "9000",
            "WEETWIE_RATE_LIMITS": "off",
            "WEETWIE_TRUSTED_PROXIES": "10.1.2.3/8, ::1",
            "WEETWIE_METRICS": "off",
            "WEETWIE_DATA": "/srv/weetwie",
            "WEETWIE_BASE_URL": "https://Micro.Example.org/",
        }
    )
    assert (found.port, found.rate_limits, found.metrics, found.data) == (
        9000,
        False,
        None,
        Path("/srv/weetwie"),
    )
    assert found.trusted_proxies == ("10.0.0.0/8", "::1/128")
    assert found.base_url == "https://micro.example.org"


def test_a_file_is_read_and_its_folder_is_meant_relative_to_it(file: Path) -> None:
    found = read({"WEETWIE_CONFIG": str(file)})
    assert (found.port, found.host, found.rate_limits) == (9001, "::1", False)
    assert found.trusted_proxies == ("10.0.0.0/8",)
    assert found.data == file.parent / "kept"
    assert found.base_url == "http://[::1]:9001"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(file: Path) -> None:
    assert read({}, config=file).port == 9001
    assert read({"WEETWIE_PORT": "9002"}, config=file).port == 9002
    assert read({"WEETWIE_PORT": "9002"}, config=file, given={"port": 9003, "host": None}).port == 9003
    assert read({"WEETWIE_DATA": "/srv"}, config=file).data == Path("/srv")


def test_an_unknown_name_is_refused_with_what_was_meant() -> None:
    with pytest.raises(SettingsError, match=r"WEETWIE_PROT is no setting\. Did you mean port\?"):
        read({"WEETWIE_PROT": "1"})


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weetwie.toml"
    file.write_text("qqq = 1\n")
    with pytest.raises(
        SettingsError, match=r"qqq in .*weetwie\.toml is no setting\. There are: data, host, port"
    ):
        read({}, config=file)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PORT", "http", "a number from 1 to 65535, not 'http'"),
        ("PORT", "70000", "a number from 1 to 65535"),
        ("HOST", "a b", "a host name or address"),
        ("WORKERS", "0", "a number from 1 to 256"),
        ("RATE_LIMITS", "maybe", "on or off"),
        ("TRUSTED_PROXIES", "10.0.0.0/40", "addresses or networks"),
        ("TRUSTED_PROXIES", "everybody", "addresses or networks"),
        ("METRICS", "9464", "HOST:PORT or off"),
        ("METRICS", "127.0.0.1:0", "HOST:PORT or off"),
        ("BASE_URL", "example.org", "http:// or https://"),
        ("BASE_URL", "https://example.org/micro", "no path"),
        ("BASE_URL", "https://user@example.org", "http:// or https://"),
        ("BASE_URL", "https://example.org:x", "http:// or https://"),
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("SHARED_BUFFERS", "much", "a size such as 32MB"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read({f"WEETWIE_{name}": value})
    assert str(refused.value).startswith(f"WEETWIE_{name} must be ")
    assert allowed in str(refused.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        read({"WEETWIE_PORT": "x", "WEETWIE_WORKERS": "y"})
    assert len(str(refused.value).splitlines()) == 2


def test_a_password_is_never_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        read({"WEETWIE_DATABASE_URL": "mysql://user:hunter2@db/weetwie"})
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(read({"WEETWIE_DATABASE_URL": "postgresql://user:hunter2@db/weetwie"}))


def test_what_is_set_to_nothing_is_not_set() -> None:
    assert read({"WEETWIE_DATABASE_URL": "", "WEETWIE_PORT": ""}).port == 8080


@pytest.mark.parametrize("text", ["port = ", "\x00"])
def test_a_file_that_is_no_toml_is_refused_with_its_name(text: str, tmp_path: Path) -> None:
    file = tmp_path / "weetwie.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"weetwie\.toml is not TOML"):
        read({}, config=file)


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        read({"WEETWIE_CONFIG": str(tmp_path / "none.toml")})


@given(st.sampled_from(sorted(settings.by_name)), st.text())
def test_no_text_breaks_the_reading(name: str, value: str) -> None:
    try:
        read({f"WEETWIE_{name.upper()}": value})
    except SettingsError as refused:
        assert f"WEETWIE_{name.upper()}" in str(refused)


@given(
    st.sampled_from(sorted(settings.by_name)),
    st.one_of(
        st.integers(),
        st.floats(),
        st.booleans(),
        st.lists(st.integers()),
        st.dictionaries(st.text(), st.integers()),
    ),
)
def test_no_value_of_a_file_breaks_the_reading(name: str, value: Given) -> None:
    values: dict[str, object] = {}
    problems: list[str] = []
    settings._take(values, problems, name, name, value)
    assert len(values) + len(problems) == 1


def test_the_page_of_settings_is_current() -> None:
    page = Path(__file__).parents[1] / "docs" / "settings.md"
    assert page.read_text() == reference(), "python -m weetwie.settings > docs/settings.md"


def test_what_only_earlier_releases_read_is_no_reason_not_to_start() -> None:
    assert read({"WEETWIE_PGBOUNCER": "false"}) == read({})
