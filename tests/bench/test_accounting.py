"""The rig counts what it should: held against processes that burn a known amount of CPU."""

import sys
import time

import pytest

from tests.bench.accounting import Tree

_BURN = """
import subprocess, sys, threading, time
def burn(seconds):
    begin = time.thread_time()
    while time.thread_time() - begin < seconds: pass
thread = threading.Thread(target=burn, args=(0.2,)); thread.start(); thread.join()
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.2: pass"])
time.sleep(60)
"""


@pytest.mark.parametrize("cgroup", [True, False])
def test_cpu_of_threads_and_children_that_have_ended_is_counted(cgroup: bool) -> None:
    tree = Tree([sys.executable, "-c", _BURN], cgroup=cgroup)
    try:
        for _ in range(200):
            time.sleep(0.05)
            if tree.cpu() >= 0.4:
                break
        time.sleep(0.3)
        assert 0.39 <= tree.cpu() <= 0.6
        assert tree.pss() > 1_000_000
    finally:
        tree.stop()
