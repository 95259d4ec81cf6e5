# SPDX-License-Identifier: Apache-2.0
"""A gateway to play with: config/ as it is in a folder of its own, a test PKI, an upstream, the process.

Shared by tools/demo, tools/real-cluster, tools/reload-storm and tests/e2e. Nothing here sleeps or guesses a port:
readiness is a line on a pipe, ports come from the log, and whatever is waited for has a deadline.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import requests
import yaml

TOOLS = pathlib.Path(__file__).resolve().parent
ROOT = TOOLS.parent
# Sanitizers make the process several times slower, and CI machines are shared.
PATIENCE_S = float(os.environ.get("PKIGATE_TEST_PATIENCE", "30"))


class Lines:
    """What a pipe has said so far, line by line; anybody may wait for a line."""

    def __init__(self, pipe, copy_to=None):
        self._changed = threading.Condition()
        self._lines = []
        self._ended = False
        self._copy_to = copy_to
        self._thread = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._thread.start()

    def _read(self, pipe):
        for line in pipe:
            if self._copy_to is not None:
                self._copy_to.write(line)
                self._copy_to.flush()
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        pipe.close()

    def all(self):
        with self._changed:
            return list(self._lines)

    def __len__(self):
        with self._changed:
            return len(self._lines)

    def wait_for(self, wanted, *, since=0, patience=None):
        """The first line from number `since` on for which `wanted` holds. Raises when the pipe ends or time is up."""
        deadline = time.monotonic() + (patience or PATIENCE_S)
        looked_at = since
        with self._changed:
            while True:
                for line in self._lines[looked_at:]:
                    if wanted(line):
                        return line
                looked_at = len(self._lines)
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    why = "the process ended" if self._ended else "time is up"
                    raise AssertionError(f"{why} and the line has not come; there were:\n" + "\n".join(self._lines))
                self._changed.wait(left)

    def wait_for_end(self, patience=None):
        self._thread.join(patience or PATIENCE_S)
        assert not self._thread.is_alive(), "the pipe is still open"


FIELD = re.compile(r'([A-Za-z_]+)=("(?:[^"\\]|\\.)*"|\S*)')


def fields(line):
    """A log line, of either format, as a dict of texts."""
    if line.startswith("{"):
        return {key: str(value) for key, value in json.loads(line).items()}
    found = {}
    for key, value in FIELD.findall(line):
        found[key] = json.loads(value) if value.startswith('"') else value
    return found


def _die_with_parent():
    """In the child: whatever ends this script, the child does not outlive it."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Process:
    """A child that is stopped by its own pid and whose output is kept. Ctrl-C on the terminal does not reach it."""

    def __init__(self, command, *, log_copy=None, environment=None):
        self.command = [str(word) for word in command]
        self._child = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", env={**os.environ, **(environment or {})}, start_new_session=True,
            preexec_fn=_die_with_parent)
        self.pid = self._child.pid
        self.out = Lines(self._child.stdout)
        self.log = Lines(self._child.stderr, log_copy)

    def send_signal(self, number):
        self._child.send_signal(number)

    def wait(self, patience=None):
        """The exit status."""
        status = self._child.wait(patience or PATIENCE_S)
        self.out.wait_for_end()
        self.log.wait_for_end()
        return status

    def running(self):
        return self._child.poll() is None

    def stop(self, number=signal.SIGTERM):
        if self.running():
            self.send_signal(number)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            raise AssertionError(f"{self.command[0]} did not end on signal {number}") from None

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        if self.running():
            with contextlib.suppress(AssertionError):
                self.stop()
        self._child.wait()


class Upstream(Process):
    """tools/upstream, answering on `port`."""

    def __init__(self, *, flavor="elasticsearch", record=None, echo=False, port=0):
        command = [TOOLS / "upstream", "--flavor", flavor, "--port", port]
        if echo:
            command.append("--echo")
        if record is not None:
            command += ["--record", record]
        super().__init__(command)
        self.port = int(self.out.wait_for(str.isdigit))

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"


class Gateway(Process):
    """The program serving one configuration file; constructed when it is ready."""

    def __init__(self, program, config, *, log_copy=None, environment=None, wait=True, log_file=None):
        super().__init__([program, "--config", config], log_copy=log_copy, environment=environment)
        self.config = pathlib.Path(config)
        self.ports = {}
        if wait:
            self.out.wait_for(lambda line: line == "ready")
            self.ports = self._read_ports(log_file)

    def _read_ports(self, log_file):
        """From the line each listener logs. With `log_file`, that is where the log goes."""
        if log_file is not None:
            lines = pathlib.Path(log_file).read_text().splitlines()
        else:
            # Standard error is another pipe than the one that said `ready`: its lines may still be on their way.
            for listener in yaml.safe_load(self.config.read_text())["listeners"]:
                name = listener.get("name", "http")
                self.log.wait_for(lambda line, name=name: f"event=listening listener={name} " in line)
            lines = self.log.all()
        listening = [found for line in lines if (found := fields(line)).get("event") == "listening"]
        return {found["listener"]: int(found["address"].rpartition(":")[2]) for found in listening}

    def port(self, listener):
        return self.ports[listener]

    def num_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def events(self, name, since=0):
        return [found for line in self.log.all()[since:] if (found := fields(line)).get("event") == name]

    def wait_for_event(self, name, *, since=0, **wanted):
        def matches(line):
            found = fields(line)
            return found.get("event") == name and all(found.get(key) == value for key, value in wanted.items())
        return fields(self.log.wait_for(matches, since=since))

    def reload(self):
        """Sends SIGHUP; returns the line that answers it."""
        before = len(self.out)
        self.send_signal(signal.SIGHUP)
        return self.out.wait_for(lambda line: line.startswith("reload"), since=before)

    def resident_bytes(self):
        pages = int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


class Bed:
    """A folder with the example configurations and the PKI they name."""

    def __init__(self, folder=None, *, pki=None):
        self._own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="pkigate-"))
        self.config = self.folder / "config"
        shutil.copytree(ROOT / "config", self.config)
        self.pki = self.config / "pki"
        if pki is None:
            subprocess.run([TOOLS / "pki", self.pki], check=True)
        else:
            shutil.copytree(pki, self.pki)
        # The clients' own copy: what a test does to the gateway's must not change whom they trust.
        self.ca = str(shutil.copyfile(self.pki / "ca.pem", self.folder / "clients-ca.pem"))
        self.main = self.config / "pkigate.yml"

    def close(self):
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    def edit_main(self, change):
        """`change` gets pkigate.yml as a dict and alters it in place."""
        settings = yaml.safe_load(self.main.read_text())
        change(settings)
        self.main.write_text(yaml.safe_dump(settings, sort_keys=False))

    def use(self, upstream_address, *, workers=None):
        """Any free port for each listener, `upstream_address` behind all of them; comments stay."""
        text = self.main.read_text()
        text, num_listeners = re.subn(r"(?m)^( +address: )\S+", r"\g<1>127.0.0.1:0", text)
        text, num_upstreams = re.subn(r"(?m)^( +addresses: ).*$", rf'\g<1>["{upstream_address}"]', text)
        assert num_listeners and num_upstreams == 1, "config/pkigate.yml is not as this file knows it"
        if workers is not None:
            text, found = re.subn(r"(?m)^#?workers: .*$", f"workers: {workers}", text)
            assert found == 1, "config/pkigate.yml has no line for workers"
        self.main.write_text(text)

    def make_opensearch(self, settings):
        """Turns the Open Distro listener into one of the opensearch dialect."""
        for listener in settings["listeners"]:
            if listener["dialect"] == "opendistro":
                listener["dialect"] = "opensearch"
        folder = self.config / "opendistro"
        (folder / "elasticsearch.yml").rename(folder / "opensearch.yml")

    def set_option(self, name, key, value):
        """Sets a flat setting in a file of the dialect, or removes it with None."""
        path = self.config / name
        kept = [line for line in path.read_text().splitlines() if not line.startswith(f"{key}:")]
        path.write_text("\n".join([*kept, *([] if value is None else [f"{key}: {value}"]), ""]))

    def pair(self, client):
        """(certificate, key) as requests wants it."""
        return str(self.pki / f"{client}.pem"), str(self.pki / f"{client}-key.pem")

    def tls_context(self, client=None, *, lowest=None, highest=None, alpn=("http/1.1",)):
        context = ssl.create_default_context(cafile=self.ca)
        if client is not None:
            context.load_cert_chain(*self.pair(client))
        if lowest is not None:
            context.minimum_version = lowest
        if highest is not None:
            context.maximum_version = highest
        if alpn:
            context.set_alpn_protocols(list(alpn))
        return context

    def connect(self, port, client=None, *, patience=None, receive_buffer=None, context=None, session=None, source=None,
                **options):
        """A TLS connection to 127.0.0.1:port, from the address `source` if there is one."""
        context = context or self.tls_context(client, **options)
        raw = socket.socket()
        raw.settimeout(patience or PATIENCE_S)
        if receive_buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            if source is not None:
                raw.bind((source, 0))
            raw.connect(("127.0.0.1", port))
            return context.wrap_socket(raw, server_hostname="localhost", session=session)
        except BaseException:
            raw.close()
            raise


def plain_session():
    """A requests session that no proxy and no authority of the environment gets in the way of."""
    session = requests.Session()
    session.trust_env = False
    return session


class Answer:
    """One HTTP answer as it stood on the wire."""

    def __init__(self, status, headers, body, interim):
        self.status = status
        self.headers = headers
        self.body = body
        self.interim = interim  # statuses of the 1xx answers before it

    def header(self, name):
        values = [value for header, value in self.headers if header.lower() == name.lower()]
        return ", ".join(values) if values else None

    def json(self):
        return json.loads(self.body)


class RawHttp:
    """Sends bytes as given over a connection and reads answers one by one."""

    def __init__(self, connection):
        self.connection = connection
        self._pending = b""

    def send(self, data):
        self.connection.sendall(data)

    def ask(self, data, *, method="GET"):
        self.send(data)
        return self.read_answer(method=method)

    def get(self, target, *headers):
        lines = [f"GET {target} HTTP/1.1", "Host: gateway.test", *headers, "", ""]
        return self.ask("\r\n".join(lines).encode("latin-1"))

    def _more(self):
        got = self.connection.recv(1 << 16)
        if not got:
            raise EOFError(f"closed; unread: {self._pending[:200]!r}")
        self._pending += got

    def _line(self):
        while b"\r\n" not in self._pending:
            self._more()
        line, _, self._pending = self._pending.partition(b"\r\n")
        return line.decode("latin-1")

    def read_exactly(self, count):
        pieces = []
        while count:
            if not self._pending:
                self._more()
            piece, self._pending = self._pending[:count], self._pending[count:]
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def _fields(self):
        found = []
        while line := self._line():
            name, _, value = line.partition(":")
            found.append((name, value.strip()))
        return found

    def read_head(self):
        version, status, *_ = self._line().split(" ")
        assert version == "HTTP/1.1", version
        return int(status), self._fields()

    def read_answer(self, *, method="GET"):
        interim = []
        status, headers = self.read_head()
        while 100 <= status < 200:
            interim.append(status)
            status, headers = self.read_head()
        answer = Answer(status, headers, b"", interim)
        if method == "HEAD" or status in (204, 304):
            return answer
        if (answer.header("transfer-encoding") or "").lower() == "chunked":
            pieces = []
            while size := int(self._line(), 16):
                pieces.append(self.read_exactly(size))
                assert self.read_exactly(2) == b"\r\n"
            answer.body = b"".join(pieces)
            answer.headers += self._fields()
        elif answer.header("content-length") is not None:
            answer.body = self.read_exactly(int(answer.header("content-length")))
        else:
            answer.body = self.read_to_end()
        return answer

    def read_to_end(self):
        """What is left until the peer closes."""
        while True:
            try:
                self._more()
            except EOFError:
                rest, self._pending = self._pending, b""
                return rest

    def closed(self):
        """Whether the peer has closed without sending anything more. Waits for it."""
        try:
            return self.read_to_end() == b""
        except (ConnectionError, ssl.SSLError):
            return True

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()


class Site:
    """A bed, an upstream and a gateway over it, and the ways to ask it something."""

    def __init__(self, program, upstream, *, folder=None, pki=None, workers=1, change=None, log_copy=None,
                 log_file=None):
        """`change(settings, bed)` alters pkigate.yml or any file of the bed before the start.

        A configuration that logs to a file of the bed's folder needs its name as `log_file`.
        """
        self.program = program
        self.upstream = upstream
        self.log_copy = log_copy
        self.bed = Bed(folder, pki=pki)
        self.bed.use(upstream.address, workers=workers)
        if change is not None:
            self.bed.edit_main(lambda settings: change(settings, self.bed))
        self.log_file = None if log_file is None else self.bed.folder / log_file
        self.gateway = None
        self.start()

    def start(self):
        self.gateway = Gateway(self.program, self.bed.main, log_copy=self.log_copy, log_file=self.log_file)

    def close(self, *, check=True):
        """Ends the gateway; with `check`, it must be alive and end with status 0."""
        try:
            alive = self.gateway.running()
            status = self.gateway.stop()
            if check:
                assert alive and status == 0, "\n".join(
                    [f"the gateway {'ended with' if alive else 'had died with'} {status}", *self.gateway.log.all()[-80:]])
        finally:
            self.bed.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *ignored):
        self.close(check=kind is None)

    def url(self, listener, path="/"):
        return f"https://localhost:{self.gateway.port(listener)}{path}"

    def connect(self, listener, client=None, **options):
        """A RawHttp over a TLS connection of its own."""
        return RawHttp(self.bed.connect(self.gateway.port(listener), client, **options))

    def ask(self, listener, client, method, path, *, session=None, **options):
        """One request through python3-requests, on a connection of its own unless a session is given."""
        if client is not None:
            options["cert"] = self.bed.pair(client)
        with contextlib.ExitStack() as stack:
            session = session or stack.enter_context(plain_session())
            return session.request(method, self.url(listener, path), verify=self.bed.ca, timeout=PATIENCE_S, **options)

    def tcp(self, listener):
        """A bare TCP connection."""
        return socket.create_connection(("127.0.0.1", self.gateway.port(listener)), timeout=PATIENCE_S)

    def echo(self, listener, client, *headers, path="/_echo/"):
        """What the upstream gets to see of a GET with these header lines: (the answer, its headers as list)."""
        with self.connect(listener, client) as http:
            answer = http.get(path, *headers)
        seen = answer.json()["headers"] if answer.status == 200 else []
        return answer, [(name.lower(), value) for name, value in seen]

    def upstream_stats(self):
        """What the upstream has counted; asking counts as one request."""
        return self.ask_upstream("stats").json()

    def release_held(self):
        """Lets the upstream read the bodies of /_hold."""
        self.ask_upstream("release")

    def ask_upstream(self, what):
        with plain_session() as session:
            return session.get(f"http://{self.upstream.address}/_upstream/{what}", timeout=PATIENCE_S)

    def until(self, holds, what):
        """Waits until `holds()`, which nothing announces; bounded."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"time is up before: {what}"
            time.sleep(0.01)
