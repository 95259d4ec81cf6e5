# SPDX-License-Identifier: Apache-2.0
"""The two sides: a genuine system and the gateway, both serving the same configuration directory.

A side is made once for a run. `serve` gives it a configuration (which restarts it), `put` and `delete` change its
mappings through its own API, `ask` sends a request as it stands. Connections are kept for each client certificate,
as handshakes cost more than requests.
"""

import base64
import collections
import ipaddress
import json
import pathlib
import re
import shutil
import socket
import ssl
import sys
import urllib.parse

import certificates

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import testbed  # noqa: E402

START_S = 180
ANSWER_S = 60
OPEN_MAX = 48  # connections kept for each side


class Refused:
    """The handshake was not completed; `alert` as the TLS library names it."""

    def __init__(self, alert):
        self.alert = alert


class Door:
    """Where a side listens, and the connections to it that are open."""

    def __init__(self, host, port, authority):
        self._address = (host, port)
        self._local = ipaddress.ip_address(socket.gethostbyname(host)).is_loopback
        self._authority = authority
        self._open = collections.OrderedDict()

    def close(self):
        while self._open:
            self._open.popitem()[1].close()

    def ask(self, pair, method, path, headers, body=None, source="127.0.0.1"):
        """A testbed.Answer or a Refused. `pair`: paths of certificate chain and key, or None."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers)]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        data = "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")
        client = (pair, source)
        context = self._context(pair)
        for fresh in (False, True):
            reused = client in self._open
            try:
                answer = self._connection(client, context).ask(data, method=method)
                if (answer.header("connection") or "").lower() == "close":
                    self._open.pop(client).close()
                return answer
            except (OSError, EOFError) as problem:
                if client in self._open:
                    self._open.pop(client).close()
                if isinstance(problem, ssl.SSLError) and problem.reason:
                    return Refused(problem.reason)
                if fresh or not reused:
                    return Refused("closed")
        raise AssertionError("unreachable")

    def _context(self, pair):
        context = ssl.create_default_context(cadata=self._authority)
        context.check_hostname = False
        if pair is not None:
            context.load_cert_chain(*pair)
        return context

    def _connection(self, client, context):
        if client in self._open:
            self._open.move_to_end(client)
            return self._open[client]
        _, source = client
        raw = socket.create_connection(self._address, ANSWER_S, (source, 0) if self._local else None)
        try:
            self._open[client] = testbed.RawHttp(context.wrap_socket(raw, server_hostname="localhost"))
        except BaseException:
            raw.close()
            raise
        if len(self._open) > OPEN_MAX:
            self._open.popitem(last=False)[1].close()
        return self._open[client]


def write_configuration(folder, files, pki):
    """Fills `folder` with `files` and with the certificates they name, below certs/."""
    shutil.rmtree(folder, ignore_errors=True)
    certs = folder / "certs"
    certs.mkdir(parents=True)
    for name in certificates.AUTHORITIES:
        (certs / f"{name}.pem").write_text(pki.authority_text(name))
    (certs / "trusted.pem").write_text(pki.authority_text("ca") + pki.authority_text("second-ca"))
    certificate, key = pki.server_text()
    (certs / "server.pem").write_text(certificate)
    (certs / "server-key.pem").write_text(key)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


class Side:
    """What both sides share. `dialect` knows paths (xpack.py, opendistro.py)."""

    def __init__(self, dialect, pki):
        self._dialect = dialect
        self._pki = pki
        self._door = None
        self._manager = None  # (door, pair, headers): who may change mappings
        self._process = None

    def ask(self, wanted):
        described = wanted["certificate"]
        pair = self._pki.client(described) if described is not None else None
        return self._door.ask(pair, "GET", wanted["path"], wanted["headers"], source=wanted["source"])

    def put(self, name, body):
        return self._manage("PUT", name, json.dumps(body).encode("utf-8", "surrogatepass"))

    def delete(self, name):
        answer = self._manage("DELETE", name)
        assert answer.status in (200, 404), (answer.status, answer.body)

    def stop(self):
        for door in {self._door, self._manager[0] if self._manager else None} - {None}:
            door.close()
        self._door = self._manager = None
        if self._process is not None:
            self._process.stop()
            self._process = None

    def _manage(self, method, name, body=None):
        door, pair, headers = self._manager
        if body is not None:
            headers = [*headers, ("Content-Type", "application/json")]
        answer = door.ask(pair, method, self._dialect.mapping_path(name), headers, body)
        assert not isinstance(answer, Refused), f"{method} mapping: the connection was refused: {answer.alert}"
        return answer


def basic(user, password):
    return ("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())


class Genuine(Side):
    """A node of the oracle kit, or one that runs elsewhere under `url` with a configuration made by --prepare."""

    def __init__(self, dialect, pki, *, kit, folder, heap="1g", url=None, login=None):
        super().__init__(dialect, pki)
        self._kit = kit
        self._folder = folder
        self._heap = heap
        self._url = url
        self._login = login

    def serve(self, files):
        self.stop()
        url, login = self._url, self._login
        if url is None:
            config = self._folder / "genuine-config"
            write_configuration(config, files, self._pki)
            self._process = testbed.Process([self._kit / "run", self._dialect.system, "--dir", self._folder / "genuine", "--config",
                                             config, "--heap", self._heap])
            try:
                ready = self._process.out.wait_for(lambda line: line.startswith("ready "), patience=START_S)
            except AssertionError as problem:
                log = self._folder / "genuine/logs/server.log"
                tail = log.read_text(errors="replace")[-6000:] if log.exists() else ""
                raise RuntimeError(f"{problem}\n" + "\n".join(self._process.log.all()[-20:]) + tail) from None
            url = ready.split()[1]
            said = dict(re.findall(r"(\S+)=(\S+)", ready))
            login = (said["user"], said["password"])
        parts = urllib.parse.urlsplit(url)
        self._door = Door(parts.hostname, parts.port or 443, self._pki.authority_text("ca"))
        headers = [basic(*login)] if self._dialect.manage_by_password else []
        self._manager = (self._door, self._pki.client(certificates.ADMIN), headers)


class Gateway(Side):
    """pkigate. X-Pack mappings are changed through a second listener, whose own configuration makes the tool's
    certificate a superuser whatever the configuration under test says."""

    def __init__(self, dialect, pki, *, program, folder):
        super().__init__(dialect, pki)
        self._program = program
        self._folder = folder / "gateway"

    def serve(self, files):
        self.stop()
        write_configuration(self._folder / "config", files, self._pki)
        listeners = [{"name": "main", "address": "127.0.0.1:0", "dialect": self._dialect.name, "config_dir": "config"}]
        if admin_files := self._dialect.admin_files():
            write_configuration(self._folder / "admin", admin_files, self._pki)
            listeners.append({"name": "admin", "address": "127.0.0.1:0", "dialect": self._dialect.name, "config_dir": "admin"})
        settings = {"workers": 1, "listeners": listeners, "upstream": {"addresses": ["127.0.0.1:9"]},
                    **self._dialect.gateway_settings}
        (self._folder / "pkigate.yml").write_text(json.dumps(settings))
        for leftover in self._folder.glob("pkigate.db*"):
            leftover.unlink()
        self._process = testbed.Process([self._program, "--config", self._folder / "pkigate.yml"])
        try:
            self._process.out.wait_for(lambda line: line == "ready", patience=START_S)
        except AssertionError:
            raise RuntimeError("pkigate does not start:\n" + "\n".join(self._process.log.all())) from None
        ports = {}
        for listener in listeners:
            line = self._process.log.wait_for(lambda text, name=listener["name"]: f"event=listening listener={name} " in text)
            ports[listener["name"]] = int(testbed.fields(line)["address"].rpartition(":")[2])
        self._door = Door("127.0.0.1", ports["main"], self._pki.authority_text("ca"))
        door = Door("127.0.0.1", ports["admin"], self._pki.authority_text("ca")) if "admin" in ports else self._door
        self._manager = (door, self._pki.client(certificates.ADMIN), [])
