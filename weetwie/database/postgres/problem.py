"""Why the embedded database cannot run, in a sentence for whoever runs the installation."""


class NoDatabase(Exception):
    """The embedded PostgreSQL cannot run; the sentence says what is wrong and what to do."""


def reason(output: str) -> str:
    """What matters in the words of initdb or postgres: the first complaint that ends it, else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    complaints = [
        line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:", "ERROR:"))
    ]
    return (complaints[:1] or lines[-1:] or ["it said nothing"])[0]


def is_disk_full(output: str) -> bool:
    return "No space left on device" in output or "Disk quota exceeded" in output
