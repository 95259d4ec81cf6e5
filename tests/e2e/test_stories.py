# SPDX-License-Identifier: Apache-2.0
"""The stories of tools/demo, which checks what comes back by itself."""

import os
import signal
import subprocess

import testbed


def test_the_demo(program):
    done = subprocess.run([testbed.TOOLS / "story", program], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "UNEXPECTED" not in done.stdout
    assert "All as it should be." in done.stdout


def test_keep_waits_for_the_end(program):
    """--keep prints commands to try, and goes on SIGINT without leaving anything behind."""
    with testbed.Process([testbed.TOOLS / "story", program, "--keep"]) as process:
        line = process.out.wait_for(lambda line: "go on until Ctrl-C" in line)
        pid = int(line.partition("(pid ")[2].partition(")")[0])
        os.kill(pid, 0)  # is there
        process.out.wait_for(lambda line: line.startswith("Its log:"))
        assert process.stop(signal.SIGINT) == 0
        assert not os.path.exists(f"/proc/{pid}")
