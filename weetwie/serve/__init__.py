"""The running program, and what its administrator does with it: sockets, signals, metrics; backup, restore, doctor."""
