"""Prints the page `docs/settings.md`: `python -m weetwie.settings > docs/settings.md`."""

import sys

from weetwie.settings import PREFIX, by_name


def reference() -> str:
    """The page `docs/settings.md`: every setting, what it is, what is allowed, its default."""
    lines = [
        "# Settings",
        "",
        "Settings of one installation. Set them in the environment, or in a TOML file named by `WEETWIE_CONFIG` or",
        "`--config` (there by their names in lower case: `port = 8080`). The command line wins over the environment, the",
        "environment over the file. Whatever is unknown or wrong is refused at start. What the organisation chooses (the",
        "longest post, terms for guests) is no setting but its policy, and is kept in the database.",
        "",
        "Made from `weetwie/settings/` by `python -m weetwie.settings > docs/settings.md`.",
        "",
        "| In the environment | In a file | What it is | Allowed | Default |",
        "|---|---|---|---|---|",
    ]
    for setting in by_name.values():
        told = setting.metadata
        names = f"`{PREFIX}{setting.name.upper()}` | `{setting.name}`"
        lines.append(
            f"| {names} | {told['what']} | {told['allowed']} | {told['shown'] or _shown(setting.default)} |"
        )
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return f"`{('off', 'on')[value]}`" if isinstance(value, bool) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
