"""The settings of the embedded server: small in memory, and safe, since an acknowledged post is never lost."""

from collections.abc import Iterator, Mapping
from pathlib import Path

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "timezone": "UTC",
    # Nothing acknowledged is lost.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # One machine: no replicas, hence less to write and fewer processes. A larger organisation brings its own PostgreSQL.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    # Small: queries are short, so neither parallel workers nor compiled plans pay.
    "jit": "off",
    "huge_pages": "off",
    "max_worker_processes": "1",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "autovacuum": "on",
    "autovacuum_max_workers": "1",
    "autovacuum_naptime": "30s",
    "maintenance_work_mem": "32MB",
    "random_page_cost": "1.1",
    # The log never shows what people write: statements and values stand in errors, and those go to the program.
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
}
_SINCE_18: Mapping[str, str] = {
    "io_method": "sync",  # worker processes for reading cost more memory than a small database gains
    "autovacuum_worker_slots": "1",
}


def options(major: int, sockets: Path, overrides: Mapping[str, str]) -> Iterator[str]:
    """The arguments for the server; given at each start, so that a new release tunes old installations too."""
    place = str(sockets).replace('"', '""')
    settings = {
        **_SETTINGS,
        **(_SINCE_18 if major >= 18 else {}),
        "unix_socket_directories": f'"{place}"',
        **overrides,
    }
    for name, value in settings.items():
        yield "-c"
        yield f"{name}={value}"
