"""The database: connections, waking others, folding of letters, paging; and the PostgreSQL that comes along."""
