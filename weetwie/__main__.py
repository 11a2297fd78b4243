"""`python -m weetwie`: the command line."""

from weetwie.cli import main

main(prog_name="weetwie")
