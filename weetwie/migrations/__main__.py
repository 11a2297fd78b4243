"""Brings the database of `WEETWIE_DATABASE_URL` up to date, in a process of its own whose memory goes with it."""

import asyncio
import os

from weetwie.migrations import upgrade

asyncio.run(upgrade(os.environ["WEETWIE_DATABASE_URL"]))
