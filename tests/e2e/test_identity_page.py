# SPDX-License-Identifier: Apache-2.0
"""docs/identity.md: its examples, run as they stand, print what the page says.

An HTML comment before a block says what it is: `file: NAME` is written, `append: NAME` added to the file's end, and the
commands of a block marked `run` are executed in order. `edit: NAME OLD -> NEW` replaces a text of a file.
"""

import os
import pathlib
import re
import subprocess

import testbed

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/identity.md"
STEP = re.compile(
    r"<!-- (run|file|append|edit)(?:: (\S+))?(?: ([^\n]*) -> ([^\n]*))? -->\n(?:```\w*\n(.*?)```)?", re.S)


def commands_of(block):
    """(command, what it prints) of each `$ ` line."""
    parts = re.split(r"(?m)^\$ ", block)[1:]
    return [(command, said) for command, _, said in (part.partition("\n") for part in parts)]


def test_the_examples(program, pki, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pkigate").symlink_to(program)
    environment = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    num_commands = 0
    with testbed.Bed(tmp_path / "bed", pki=pki) as bed:
        for kind, name, old, new, block in STEP.findall(PAGE.read_text()):
            path = bed.config / name
            if kind == "file":
                path.write_text(block)
            elif kind == "append":
                path.write_text(path.read_text() + block)
            elif kind == "edit":
                text = path.read_text()
                assert old in text, f"{name} has no `{old}`"
                path.write_text(text.replace(old, new))
            else:
                for command, said in commands_of(block):
                    done = subprocess.run(command, shell=True, cwd=bed.config, env=environment, capture_output=True,
                                          text=True, timeout=60)
                    assert (done.stdout, done.stderr) == (said, ""), command
                    num_commands += 1
    assert num_commands > 5, "the page's examples were not found"
