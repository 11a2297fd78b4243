"""The address that stands in links of commands is that under which the program serves."""

from tests.serve.running import Installation, serving


async def test_commands_know_the_port_that_was_given_to_the_serving_program(
    installation: Installation,
) -> None:
    async with serving(installation):
        await installation.somebody("ada")
        await installation.asked("person", "leave", "ada")
        assert (await _farewell(installation)).startswith(f"{installation.url}/farewell/")
    assert (await _farewell(installation)).startswith(f"{installation.url}/farewell/")
    assert (installation.data / "address").read_text() == f"{installation.url}\n"


async def test_commands_know_the_address_behind_a_proxy_that_was_told_to_the_serving_program_alone(
    installation: Installation,
) -> None:
    await installation.somebody("ada")
    await installation.asked("person", "leave", "ada")
    installation.environment["WEETWIE_BASE_URL"] = "https://micro.example.org"
    async with serving(installation):
        pass
    del installation.environment["WEETWIE_BASE_URL"]
    assert (await _farewell(installation)).startswith("https://micro.example.org/farewell/")
    installation.environment["WEETWIE_BASE_URL"] = "https://other.example.org"
    assert (await _farewell(installation)).startswith("https://other.example.org/farewell/")
    del installation.environment["WEETWIE_BASE_URL"]
    async with serving(installation) as run:
        assert f"is open at {installation.url}" in run.said


async def _farewell(installation: Installation) -> str:
    return str((await installation.asked("person", "farewell", "ada"))["link"])
