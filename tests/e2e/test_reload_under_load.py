# SPDX-License-Identifier: Apache-2.0
"""Reloads under load: a short run of tools/reload-storm, which is also run by hand for half a minute."""

import subprocess

import testbed


def test_no_request_fails(program):
    done = subprocess.run([testbed.TOOLS / "reload-storm", program, "--seconds", "5"], capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 failed requests, 0 failed reloads" in done.stdout
