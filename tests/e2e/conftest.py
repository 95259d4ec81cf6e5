# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the program under test, one PKI, an upstream and a running site for each file."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import testbed  # noqa: E402


@pytest.fixture(scope="session")
def program():
    """The built gateway; Meson passes it."""
    path = os.environ.get("PKIGATE_PROGRAM")
    assert path, "PKIGATE_PROGRAM must name the built pkigate"
    return path


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates") / "pki"
    subprocess.run([ROOT / "tools" / "pki", folder], check=True)
    return folder


@pytest.fixture(scope="module")
def upstream():
    with testbed.Upstream() as process:
        yield process


@pytest.fixture(scope="module")
def site(program, upstream, pki, tmp_path_factory):
    """A gateway with the example configuration, shared by the tests of one file. It must end well."""
    folder = tmp_path_factory.mktemp("site") / "bed"
    with testbed.Site(program, upstream, folder=folder, pki=pki) as running:
        yield running


@pytest.fixture
def make_site(program, upstream, pki, tmp_path):
    """Makes sites of a test's own; each must end well unless the test has ended it."""
    made = []

    def make(change=None, *, behind=None, **options):
        folder = tmp_path / f"bed{len(made)}"
        made.append(testbed.Site(program, behind or upstream, folder=folder, pki=pki, change=change, **options))
        return made[-1]

    yield make
    for one in made:
        one.close(check=one.gateway.running())
