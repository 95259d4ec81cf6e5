# SPDX-License-Identifier: Apache-2.0
"""pkigate-users as a process: exit statuses, what it prints, and what it leaves in the files."""

import os
import pty
import select
import stat
import subprocess
import termios

import pytest

TOOL = os.environ["PKIGATE_USERS_PROGRAM"]  # Meson passes it
PATIENCE = float(os.environ.get("PKIGATE_TEST_PATIENCE", "20"))  # seconds; a hang is a failure, not a wait


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "elasticsearch.yml").write_text("xpack.security.authc.password_hashing.algorithm: bcrypt4\n")
    (tmp_path / "roles.yml").write_text("mine:\n  cluster: [monitor]\n")
    return tmp_path


def run(folder, *arguments, stdin=""):
    done = subprocess.run([TOOL, "--config-dir", str(folder), *arguments], input=stdin, capture_output=True, text=True,
                          timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def hash_of(folder, user):
    lines = dict(line.split(":", 1) for line in (folder / "users").read_text().splitlines())
    return lines.get(user)


def test_a_user_from_beginning_to_end(folder):
    assert run(folder, "list") == (0, "No users found\n", "")
    assert run(folder, "useradd", "alice", "-p", "s3cret-pw", "-r", "viewer,mine") == (0, "", "")
    first = hash_of(folder, "alice")
    assert first.startswith("$2a$04$") and "s3cret" not in first
    assert run(folder, "list") == (0, "alice           : viewer,mine\n", "")
    assert run(folder, "passwd", "alice", stdin="another-pw\n") == (0, "", "")
    assert hash_of(folder, "alice") not in (first, None)
    assert run(folder, "roles", "alice", "-a", "superuser", "-r", "viewer,mine") == (0, "", "")
    assert run(folder, "roles", "alice")[1] == "alice           : superuser\n"
    assert run(folder, "userdel", "alice") == (0, "", "")
    assert (folder / "users").read_text() == (folder / "users_roles").read_text() == ""


def test_unknown_roles_are_marked(folder):
    status, output, _ = run(folder, "useradd", "alice", "-p", "s3cret-pw", "-r", "elsewhere")
    assert status == 0 and "[elsewhere]" in output
    assert run(folder, "useradd", "bob", "-p", "s3cret-pw")[0] == 0
    status, output, _ = run(folder, "list")
    assert output.startswith("alice           : elsewhere*\nbob             : -\n") and "[*]" in output
    assert "[*]" not in run(folder, "list", "bob")[1]


@pytest.mark.parametrize("arguments, stdin, status, message", [
    (["useradd", "taken", "-p", "s3cret-pw"], "", 65, "User [taken] already exists"),
    (["useradd", "elastic", "-p", "s3cret-pw"], "", 65, "Username [elastic] is reserved"),
    (["useradd", " a", "-p", "s3cret-pw"], "", 65, "Invalid username [ a]"),
    (["useradd", "a:b", "-p", "s3cret-pw"], "", 65, "no room"),
    (["useradd", "new", "-p", "short"], "", 65, "at least [6] characters"),
    (["useradd", "new"], "", 65, "no password"),
    (["useradd", "new", "-p", "s3cret-pw", "-r", "a:b"], "", 65, "Invalid role [a:b]"),
    (["userdel", "nobody"], "", 67, "User [nobody] doesn't exist"),
    (["passwd", "nobody"], "", 67, "User [nobody] doesn't exist"),
    (["roles", "nobody", "-a", "viewer"], "", 67, "User [nobody] doesn't exist"),
    (["list", "nobody"], "", 67, "User [nobody] doesn't exist"),
    (["useradd"], "", 64, "USER"),
    (["useradd", "a", "b", "-p", "s3cret-pw"], "", 64, "b"),
    (["adduser", "a"], "", 64, ""),
    ([], "", 64, ""),
])
def test_refusals_change_nothing(folder, arguments, stdin, status, message):
    assert run(folder, "useradd", "taken", "-p", "s3cret-pw", "-r", "viewer")[0] == 0
    before = (folder / "users").read_text(), (folder / "users_roles").read_text()
    done = run(folder, *arguments, stdin=stdin)
    assert done[0] == status and message in done[2], done
    assert "s3cret" not in done[2]
    assert ((folder / "users").read_text(), (folder / "users_roles").read_text()) == before


def test_a_folder_that_is_none(tmp_path):
    assert run(tmp_path / "none", "list")[0] == 78


def test_an_unknown_algorithm(folder):
    (folder / "elasticsearch.yml").write_text("xpack.security.authc.password_hashing.algorithm: sha1\n")
    status, _, complaint = run(folder, "useradd", "alice", "-p", "s3cret-pw")
    assert status == 78 and "unknown algorithm [sha1]" in complaint and "elasticsearch.yml:1" in complaint


def test_permissions_and_links_stay(folder):
    (folder / "elsewhere").mkdir()
    kept = folder / "elsewhere" / "users"
    kept.write_text("# by hand\nbob:$2a$04$abcdefghijklmnopqrstuuqFJI0yc6dnzyYl4dBhFmwm3etsmUfsm\n")
    kept.chmod(0o604)
    (folder / "users").symlink_to(kept)
    assert run(folder, "useradd", "alice", "-p", "s3cret-pw")[0] == 0
    assert (folder / "users").is_symlink()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o604
    assert kept.read_text().startswith("# by hand\nbob:$2a$04$abc")
    assert sorted(path.name for path in kept.parent.iterdir()) == ["users"]


def read_terminal(ours):
    """What the terminal shows next; nothing once the other side is closed."""
    assert select.select([ours], [], [], PATIENCE)[0], "the program waits for something else than the test"
    try:
        return os.read(ours, 1024)
    except OSError:  # the other side is closed
        return b""


def on_a_terminal(folder, *arguments, typed):
    """(exit status, all that the terminal showed) with `typed` answering the prompts one by one."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([TOOL, "--config-dir", str(folder), *arguments], stdin=theirs, stdout=theirs,
                               stderr=theirs)
    try:
        os.close(theirs)
        shown = b""
        for line in typed:
            while not shown.endswith(b"password: "):
                more = read_terminal(ours)
                assert more, f"the program ended without a question: {shown.decode()}"
                shown += more
            echoes = termios.tcgetattr(ours)[3] & termios.ECHO
            assert not echoes, "the prompt stood there before the echo was off"
            os.write(ours, line.encode() + b"\n")
            shown += b"|"
        while more := read_terminal(ours):
            shown += more
        return process.wait(timeout=PATIENCE), shown.decode()
    finally:
        os.close(ours)
        process.kill()
        process.wait()


def test_the_prompt_shows_nothing_and_asks_twice(folder):
    status, shown = on_a_terminal(folder, "useradd", "alice", typed=["s3cret-pw", "s3cret-pw"])
    assert status == 0 and "Retype new password" in shown and "s3cret" not in shown
    status, shown = on_a_terminal(folder, "passwd", "alice", typed=["s3cret-pw", "s3cret-px"])
    assert status == 65 and "Password mismatch" in shown and "s3cret" not in shown


def test_what_is_typed_at_the_sight_of_the_prompt_counts(folder):
    # Many times: a prompt that came before the silencing lost the answer now and then, and waited for ever.
    for name in range(25):
        status, _ = on_a_terminal(folder, "useradd", f"user{name}", typed=["s3cret-pw", "s3cret-pw"])
        assert status == 0
