#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the HTTP/1 vectors against the running gateway, with an upstream that records what arrives.

usage: http1_vectors.py PROGRAM VECTORS [--listener xpack|opendistro] [--only ID ...]

Each vector is one TLS connection on which its bytes are sent. `expect` says what passes:

  reject      no complete request reaches the upstream; the answer's status is one of `status`, or the gateway closes
  forward     the upstream sees exactly the requests in `upstream`, bodies decoded, and the client gets 200 first
  either      as reject (403 and 404 too) or as forward; without `upstream`, at most one request may pass
  incomplete  the client goes away in the middle: no complete request upstream, no status below 400

`never` is text that must not stand in what the upstream receives (one that starts with `/`: in no target);
`need_identity` asks for the identity headers on what is forwarded; `principal: limited` is a client with few rights,
all others are administrators. A line is printed for each vector that fails, and `N passed, N failed, N skipped` at the end. The group
`authz-confusion` needs permissions, which the gateway does not judge yet: it is played and reported, counted as
skipped. While the vector's connection is still open, a clean request on another one must get its own answer: it comes
after everything the vector caused, and it shows an upstream connection left in a wrong state.
"""

import argparse
import base64
import json
import pathlib
import ssl
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import testbed  # noqa: E402

REJECTIONS = {400, 405, 408, 411, 413, 414, 417, 421, 431, 494, 501, 505}
KNOWN_FIELDS = {"id", "group", "origin", "raw", "expect", "why", "status", "never", "upstream", "principal",
                "need_identity", "halfclose"}
ADMINISTRATORS = {"xpack": "superuser", "opendistro": "admin"}
LIMITED = {"xpack": "john-doe", "opendistro": "client1"}
REPORTED_ONLY = {"authz-confusion"}
# The gateway gives up on an unfinished message after its own second; this is for a machine under load.
ANSWER_S = 20


class Recorded:
    """What one vector made arrive at the upstream."""

    def __init__(self, events, clean_target):
        self.requests = [event for event in events
                         if event["event"] == "request" and event["target"] != clean_target]
        self.invalid = [event for event in events if event["event"] == "invalid"]
        streams = {}
        for event in events:
            if event["event"] == "bytes":
                streams.setdefault(event["connection"], bytearray()).extend(base64.b64decode(event["raw"]))
        self.raw = b"\n\n".join(bytes(stream) for stream in streams.values()).lower()


class Played:
    """What the client saw: the final statuses in order, and whether the gateway closed."""

    def __init__(self):
        self.statuses = []
        self.closed = False


def upstream_sees(recorded, expected):
    if len(recorded.requests) != len(expected):
        return f"the upstream saw {[r['method'] + ' ' + r['target'] for r in recorded.requests]}"
    for seen, wanted in zip(recorded.requests, expected):
        for field in ("method", "target", "body"):
            if field in wanted and seen[field] != wanted[field]:
                return f"the upstream saw {field} {seen[field]!r}, not {wanted[field]!r}"
    return None


def as_reject(vector, played, recorded, more_statuses=()):
    if recorded.requests:
        return f"forwarded: {[r['method'] + ' ' + r['target'] for r in recorded.requests]}"
    allowed = set(vector.get("status", REJECTIONS)) | set(more_statuses)
    if played.statuses and played.statuses[0] not in allowed:
        return f"answered {played.statuses[0]}, not one of {sorted(allowed)}"
    if not played.statuses and not played.closed:
        return "neither answered nor closed"
    return None


def as_forward(vector, played, recorded):
    if "upstream" not in vector and len(recorded.requests) != 1:
        return f"the upstream saw {len(recorded.requests)} requests"
    if problem := upstream_sees(recorded, vector.get("upstream", recorded.requests)):
        return problem
    if not played.statuses or played.statuses[0] != 200:
        return f"answered {played.statuses or 'nothing'}, not 200"
    return None


def judge(vector, played, recorded):
    """None when the gateway passes, else what is wrong."""
    if recorded.invalid:
        return f"the upstream got what is no request: {recorded.invalid[0]['problem']}"
    expect = vector["expect"]
    if expect == "reject":
        problem = as_reject(vector, played, recorded)
    elif expect == "forward":
        problem = as_forward(vector, played, recorded)
    elif expect == "either":
        problem = as_reject(vector, played, recorded, (403, 404))
        if problem is not None and as_forward(vector, played, recorded) is None:
            problem = None
    elif expect == "incomplete":
        low = [status for status in played.statuses if status < 400]
        problem = "forwarded" if recorded.requests else f"answered {low}" if low else None
    else:
        problem = f"unknown expectation {expect!r}"
    return problem or judge_content(vector, recorded)


def judge_content(vector, recorded):
    for text in vector.get("never", []):
        if text.startswith("/"):
            if any(text.lower() in request["target"].lower() for request in recorded.requests):
                return f"{text!r} arrived as a target"
        elif text.lower().encode("latin-1", "surrogateescape") in recorded.raw:
            return f"{text!r} arrived"
    if vector.get("need_identity"):
        for request in recorded.requests:
            names = {name.lower() for name, _ in request["headers"]}
            if missing := {"x-proxy-user", "x-proxy-roles"} - names:
                return f"forwarded without {', '.join(sorted(missing))}"
    return None


class Player:
    """`connect(client)` opens a TLS connection; `record` is the upstream's file."""

    def __init__(self, connect, record, listener):
        self.connect = connect
        self.record = open(record, encoding="utf-8")
        self.listener = listener
        self.num_clean = 0

    def client_of(self, vector):
        return (LIMITED if vector.get("principal") == "limited" else ADMINISTRATORS)[self.listener]

    def play(self, vector):
        if unknown := set(vector) - KNOWN_FIELDS:
            return f"unknown fields {sorted(unknown)}"
        self.record.read()  # what a connection of the vector before may still have written
        played = Played()
        connection = self.connect(self.client_of(vector))
        try:
            self.send(vector, connection, played)
            clean_target, problem = self.clean_request()
        finally:
            connection.close()
        if problem is not None:
            return problem
        events = [json.loads(line) for line in self.record.read().splitlines()]
        return judge(vector, played, Recorded(events, clean_target))

    def send(self, vector, connection, played):
        http = testbed.RawHttp(connection)
        try:
            http.send(base64.b64decode(vector["raw"]))
            if vector.get("halfclose"):
                connection.close()
                return
            wanted = max(1, len(vector.get("upstream", [])))
            methods = [request["method"] for request in vector.get("upstream", [])]
            while len(played.statuses) < wanted:
                method = methods[len(played.statuses)] if len(played.statuses) < len(methods) else "GET"
                played.statuses.append(http.read_answer(method=method).status)
        except (EOFError, ConnectionError, ssl.SSLError):
            played.closed = True
        except TimeoutError:
            pass

    def clean_request(self):
        """A request on a new connection: (its target, what was wrong with its answer or None)."""
        self.num_clean += 1
        target = f"/clean/{self.num_clean}"
        try:
            with testbed.RawHttp(self.connect(ADMINISTRATORS[self.listener])) as http:
                answer = http.get(target)
        except (EOFError, ConnectionError, ssl.SSLError, TimeoutError) as problem:
            return target, f"the clean request after it failed: {problem!r}"
        if answer.status != 200 or answer.json()["target"] != target:
            return target, f"the clean request after it got {answer.status} {answer.body[:200]!r}"
        return target, None


def run(connect, record, vectors, listener):
    """Prints what fails; returns (passed, failed, skipped)."""
    player = Player(connect, record, listener)
    passed = failed = skipped = 0
    for vector in vectors:
        problem = player.play(vector)
        if vector["group"] in REPORTED_ONLY:
            skipped += 1
            if problem is not None:
                print(f"reported {vector['group']}/{vector['id']}: {problem}")
        elif problem is None:
            passed += 1
        else:
            failed += 1
            print(f"failed {vector['group']}/{vector['id']}: {problem} ({vector['why']})")
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("vectors", type=pathlib.Path)
    parser.add_argument("--listener", choices=sorted(ADMINISTRATORS), default="xpack")
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    vectors = json.loads(arguments.vectors.read_text())["vectors"]
    if arguments.only:
        vectors = [vector for vector in vectors if vector["id"] in arguments.only]

    def short_patience(settings):
        settings.setdefault("timeouts", {}).update(head="1s", body="1s")
        # The vectors want a certificate's word to stand against an Authorization header; X-Pack's default is the
        # reverse (X-DEC-1) and has tests of its own.
        settings["authc"] = {"prefer": "certificate"}

    with tempfile.TemporaryDirectory() as folder, testbed.Bed(pathlib.Path(folder) / "bed") as bed:
        record = pathlib.Path(folder) / "record.jsonl"
        with testbed.Upstream(record=record, echo=True) as upstream:
            bed.use(upstream.address, workers=1)
            bed.edit_main(short_patience)
            with testbed.Gateway(arguments.program, bed.main) as gateway:
                port = gateway.port(arguments.listener)
                counts = run(lambda client: bed.connect(port, client, patience=ANSWER_S), record, vectors,
                             arguments.listener)
                status = gateway.stop()
                if status != 0:
                    print(f"failed: the gateway ended with status {status}\n" + "\n".join(gateway.log.all()[-50:]))
                    counts = (counts[0], counts[1] + 1, counts[2])
    print("{} passed, {} failed, {} skipped".format(*counts))
    return 1 if counts[1] or counts[0] == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
