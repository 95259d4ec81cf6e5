# SPDX-License-Identifier: Apache-2.0
"""Memory stays bounded when one side is faster than the other, and stuck peers are nobody else's trouble."""

import contextlib
import hashlib
import os
import select
import subprocess

import testbed

LISTENER, CLIENT = "xpack", "john-doe"
BODY = 200 * 1024 * 1024
# Per stream the gateway holds its high-water marks and what its sockets hold, a few hundred KiB; this is far above
# that and far below the body, also for a sanitizer's allocator.
GROWTH_MAX = 48 * 1024 * 1024


def stands_still(site, counter):
    """Waits until the upstream's counter no longer moves while the gateway serves others; returns it."""
    last = -1
    while True:
        for _ in range(20):
            assert site.ask(LISTENER, CLIENT, "GET", "/_slow/10").status_code == 200
        now = site.upstream_stats()[counter]
        if now == last:
            return now
        last = now


def test_client_that_reads_late(make_site):
    site = make_site()
    assert site.ask(LISTENER, CLIENT, "GET", "/_size/1000000").status_code == 200
    resident = site.gateway.resident_bytes()
    with site.connect(LISTENER, CLIENT, receive_buffer=65536) as http:
        http.send(b"GET /_size/%d HTTP/1.1\r\nHost: a\r\n\r\n" % BODY)
        assert stands_still(site, "bytes_sent") < BODY, "the upstream could send all of it"
        assert site.gateway.resident_bytes() - resident < GROWTH_MAX
        answer = http.read_answer()
    assert len(answer.body) == BODY
    pattern = bytes(range(32, 127)) * 690
    expected = hashlib.sha256()
    for _ in range(BODY // len(pattern)):
        expected.update(pattern)
    expected.update(pattern[:BODY % len(pattern)])
    assert hashlib.sha256(answer.body).digest() == expected.digest()
    assert site.gateway.resident_bytes() - resident < GROWTH_MAX


def test_upstream_that_reads_late(make_site):
    site = make_site(lambda settings, bed: settings.update(limits={"body_size": "1gb"}))
    assert site.ask(LISTENER, CLIENT, "PUT", "/_echo/", data=b"a" * 1_000_000).status_code == 200
    resident = site.gateway.resident_bytes()
    piece = bytes(range(256)) * 256
    digest = hashlib.sha256()
    with site.connect(LISTENER, CLIENT) as http:
        http.send(b"PUT /_hold HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % BODY)
        left = send_until_stuck(site, http, piece, digest)
        assert left > 0, "the gateway took all of it"
        assert site.gateway.resident_bytes() - resident < GROWTH_MAX
        site.release_held()
        http.connection.setblocking(True)
        while left:
            part = piece[:left]
            http.send(part)
            digest.update(part)
            left -= len(part)
        seen = http.read_answer().json()
    assert (seen["body_len"], seen["body_sha256"]) == (BODY, digest.hexdigest())
    assert site.gateway.resident_bytes() - resident < GROWTH_MAX


def send_until_stuck(site, http, piece, digest):
    """Sends pieces while the gateway takes them; returns what is left of BODY."""
    left = BODY
    while left:
        if not select.select([], [http.connection], [], 0)[1]:
            for _ in range(20):  # other requests pass: the gateway has had its turns
                assert site.ask(LISTENER, CLIENT, "GET", "/_slow/10").status_code == 200
            if not select.select([], [http.connection], [], 0)[1]:
                return left
        part = piece[:left]
        http.send(part)
        digest.update(part)
        left -= len(part)
    return left


def test_many_pipelined_requests_from_a_client_that_does_not_read(make_site):
    """Answers owed are bounded too: the gateway stops reading requests from whom it cannot answer."""
    site = make_site()
    assert site.ask(LISTENER, CLIENT, "GET", "/_size/100000").status_code == 200
    resident = site.gateway.resident_bytes()
    with site.connect(LISTENER, CLIENT, receive_buffer=65536) as http:
        requests = b"GET /_size/100000 HTTP/1.1\r\nHost: a\r\n\r\n" * 100
        for _ in range(100):
            if not select.select([], [http.connection], [], 0)[1]:
                break
            http.send(requests)
        stands_still(site, "bytes_sent")
        assert site.gateway.resident_bytes() - resident < GROWTH_MAX
        for _ in range(100):
            assert len(http.read_answer().body) == 100_000


def test_peers_that_stop_half_way(site):
    """Sixty-four in the handshake, in the head, in the body and before the answer; everybody else is served."""
    with contextlib.ExitStack() as stack:
        for number in range(64):
            if number % 4 == 0:
                plain = stack.enter_context(site.tcp(LISTENER))
                plain.sendall(bytes.fromhex("16030100c8010000c40303"))
                continue
            http = stack.enter_context(site.connect(LISTENER, CLIENT))
            http.send([b"", b"GET /_echo/ HTTP/1.1\r\nHost: a\r\n",
                       b"POST /_echo/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc",
                       b"GET /_slow/600000 HTTP/1.1\r\nHost: a\r\n\r\n"][number % 4])
        for _ in range(100):
            assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200
    # All of them have gone, in the middle of what they did.
    for _ in range(100):
        assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200


def test_peers_that_vanish_with_a_reset(site):
    import socket
    import struct
    for first in (b"", b"GET / HTT", b"GET /_slow/100 HTTP/1.1\r\nHost: a\r\n\r\n",
                  b"GET /_size/10000000 HTTP/1.1\r\nHost: a\r\n\r\n"):
        for _ in range(20):
            with site.connect(LISTENER, CLIENT) as http:
                http.send(first)
                # Zero linger: close sends RST.
                http.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200


def test_connections_do_not_pile_up(site):
    """A thousand short connections later the process holds no more descriptors than before."""
    before = site.gateway.num_descriptors()
    for _ in range(1000):
        with site.tcp(LISTENER):
            pass
    for _ in range(100):
        with site.connect(LISTENER, CLIENT) as http:
            assert http.get("/_echo/").status == 200
    site.until(lambda: site.gateway.num_descriptors() <= before + 4, "descriptors are freed")


def test_nobody_reads_the_log(program, upstream, pki, tmp_path):
    """A line a request into a pipe that nobody empties: traffic goes on, and the log says later what it lacks."""
    with testbed.Bed(tmp_path / "bed", pki=pki) as bed:
        bed.use(upstream.address, workers=1)
        with subprocess.Popen([program, "--config", bed.main], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                assert process.stdout.readline() == b"ready\n"
                log = process.stderr.fileno()
                started = b""
                while started.count(b"event=listening") < 2:
                    started += os.read(log, 1 << 16)
                port = next(int(found["address"].rpartition(":")[2])
                            for found in map(testbed.fields, started.decode().splitlines())
                            if found.get("listener") == LISTENER)
                http = testbed.RawHttp(bed.connect(port, "unmapped"))
                for _ in range(1000):
                    assert http.get("/refused").status == 403
                os.read(log, 1 << 20)
                assert http.get("/refused").status == 403
                seen = b""
                while b"event=log_lines_lost count=" not in seen:
                    seen += os.read(log, 1 << 16)
                http.connection.close()
            finally:
                process.terminate()
                process.communicate(timeout=testbed.PATIENCE_S)
            assert process.returncode == 0
