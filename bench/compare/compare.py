#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pkigate and nginx side by side: CPU time of the proxy per kept-alive request and per full mutual handshake.

Both do the same job: TLS 1.3 with client certificates (P-256), DN mapped to a role by ten pattern rules, identity handed
on in headers, everybody else refused, a kept-alive HTTP/1.1 upstream. One worker each, pinned to one core; the upstream
and the load generator are pinned to the other. The two take turns in short windows, and the ratio within each pair of
neighbouring windows is what counts: this kind of machine changes speed by a third within minutes.

usage: compare.py --pkigate PROGRAM --load PROGRAM [--peers FOLDER] [--pairs 9] [--seconds 2] [--json]

FOLDER holds nginx.conf and render.sh (default: ../shared/bench/peers beside the checkout). A run with errors is no result
and ends with status 1.
"""

import argparse
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
NUM_CLIENTS = 64
BODY = json.dumps({"_index": "movies", "_id": "3", "found": True, "_source": {"title": "Alien", "text": "x" * 110}})
PROXY_CORE, OTHER_CORE = 0, 1


def load_pki_tool():
    loader = importlib.machinery.SourceFileLoader("pki", str(ROOT / "tools" / "pki"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("pki", loader))
    loader.exec_module(module)
    return module


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A server of ours in a session of its own, ended by its id."""

    def __init__(self, core, arguments, **options):
        self.process = subprocess.Popen(["taskset", "-c", str(core), *map(str, arguments)], start_new_session=True,
                                        stdin=subprocess.DEVNULL, **options)

    def pids(self):
        pids = [self.process.pid]
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return pids + [int(pid) for pid in children.read_text().split()]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def await_port(port):
    """Until something accepts on `port`: each attempt waits for the kernel, and there is a bound."""
    for _ in range(2000):
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        subprocess.run(["true"], check=True)
    sys.exit(f"compare: nothing listens on port {port}")


def make_certificates(folder):
    tool = load_pki_tool()
    subprocess.run([ROOT / "tools" / "pki", folder / "pki"], check=True, stdout=subprocess.DEVNULL)
    clients = folder / "clients"
    clients.mkdir()
    authority = tool.Authority.load(folder / "pki", "ca")
    for number in range(NUM_CLIENTS):
        tool.issue(clients, f"user{number}", f"O=Example,OU=ops,CN=user{number}", authority)


def start_upstream(folder, port):
    conf = folder / "upstream.conf"
    conf.write_text(textwrap.dedent(f"""\
        daemon off; pid {folder}/upstream.pid; error_log {folder}/upstream-error.log error; worker_processes 1;
        events {{ worker_connections 8192; }}
        http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s; default_type application/json;
          client_body_temp_path {folder}/u1; proxy_temp_path {folder}/u2; fastcgi_temp_path {folder}/u3;
          uwsgi_temp_path {folder}/u4; scgi_temp_path {folder}/u5;
          server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 '{BODY}'; }} }} }}
        """))
    upstream = Process(OTHER_CORE, ["nginx", "-p", folder, "-c", conf])
    await_port(port)
    return upstream


def start_nginx(folder, peers, port, upstream_port):
    (folder / "run").mkdir()
    rules = "".join(f'"~^CN=team{n}-[0-9]+,OU=ops,O=Example$" "team{n}";\n' for n in range(9))
    (folder / "rules").write_text(rules + '"~^CN=user[0-9]+,OU=ops,O=Example$" "ops";\n')
    environment = dict(os.environ, PORT=str(port), UPSTREAM_PORT=str(upstream_port), WORKERS="1",
                       RUN_DIR=str(folder / "run"), CERT=str(folder / "pki/server.pem"),
                       KEY=str(folder / "pki/server-key.pem"), CA=str(folder / "pki/ca.pem"),
                       RULES=str(folder / "rules"))
    conf = folder / "nginx.conf"
    conf.write_bytes(subprocess.run([peers / "render.sh", peers / "nginx.conf"], env=environment, check=True,
                                    stdout=subprocess.PIPE).stdout)
    nginx = Process(PROXY_CORE, ["nginx", "-p", folder / "run", "-c", conf])
    await_port(port)
    return nginx


def start_pkigate(folder, program, port, upstream_port):
    config = folder / "gateway"
    (config / "opendistro").mkdir(parents=True)
    shutil.copytree(folder / "pki", config / "opendistro" / "pki")
    (config / "opendistro" / "elasticsearch.yml").write_text(textwrap.dedent("""\
        opendistro_security.ssl.http.enabled: true
        opendistro_security.ssl.http.clientauth_mode: REQUIRE
        opendistro_security.ssl.http.pemcert_filepath: pki/server.pem
        opendistro_security.ssl.http.pemkey_filepath: pki/server-key.pem
        opendistro_security.ssl.http.pemtrustedcas_filepath: pki/ca.pem
        """))
    (config / "opendistro" / "config.yml").write_text(textwrap.dedent("""\
        _meta: { type: config, config_version: 2 }
        config:
          dynamic:
            authc:
              clientcert:
                http_enabled: true
                order: 1
                http_authenticator: { type: clientcert, challenge: false }
                authentication_backend: { type: noop }
        """))
    for name in ("roles.yml",):
        shutil.copy(ROOT / "config" / "opendistro" / name, config / "opendistro" / name)
    mappings = ["_meta: { type: rolesmapping, config_version: 2 }"]
    for number in range(9):
        mappings.append(f'team{number}:\n  users: ["CN=team{number}-*,OU=ops,O=Example"]')
    mappings.append('ops:\n  users: ["CN=user*,OU=ops,O=Example"]')
    (config / "opendistro" / "roles_mapping.yml").write_text("\n".join(mappings) + "\n")
    (config / "pkigate.yml").write_text(textwrap.dedent(f"""\
        workers: 1
        listeners:
          - name: opendistro
            address: 127.0.0.1:{port}
            dialect: opendistro
            config_dir: opendistro
        upstream:
          addresses: ["127.0.0.1:{upstream_port}"]
        log:
          level: warn
        store:
          path: store.db
        """))
    gateway = Process(PROXY_CORE, [program, "--config", config / "pkigate.yml"], stdout=subprocess.PIPE, cwd=config)
    if gateway.process.stdout.readline() != b"ready\n":
        sys.exit("compare: pkigate did not start")
    return gateway


def measure(load, folder, port, server, seconds, handshakes):
    arguments = ["taskset", "-c", str(OTHER_CORE), str(load), "--target", f"127.0.0.1:{port}", "--identities",
                 str(folder / "clients"), "--path", "/movies/_doc/3", "--expect-bytes", str(len(BODY)), "--duration",
                 str(seconds), "--warm-up", "1", "--json"]
    arguments += ["--connections", "32", "--handshakes"] if handshakes else ["--connections", "64"]
    for pid in server.pids():
        arguments += ["--pid", str(pid)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"compare: a run with errors is no result: {done.stdout.decode()}")
    return json.loads(done.stdout)


def compare(options, folder):
    make_certificates(folder)
    upstream_port, nginx_port, gateway_port = free_port(), free_port(), free_port()
    servers = [start_upstream(folder, upstream_port)]
    report = {}
    try:
        nginx = start_nginx(folder, options.peers, nginx_port, upstream_port)
        servers.append(nginx)
        gateway = start_pkigate(folder, options.pkigate, gateway_port, upstream_port)
        servers.append(gateway)
        for kind, handshakes in (("kept-alive request, 200 B answer", False),
                                 ("full mutual handshake P-256 + request", True)):
            pairs = []
            for _ in range(options.pairs):
                ours = measure(options.load, folder, gateway_port, gateway, options.seconds, handshakes)
                theirs = measure(options.load, folder, nginx_port, nginx, options.seconds, handshakes)
                pairs.append((ours["cpu_us_per_request"], theirs["cpu_us_per_request"],
                              ours["requests_per_second"], theirs["requests_per_second"]))
            ratios = sorted(ours / theirs for ours, theirs, *_ in pairs)
            report[kind] = {
                "pairs": len(pairs),
                "pkigate_cpu_us": statistics.median(pair[0] for pair in pairs),
                "nginx_cpu_us": statistics.median(pair[1] for pair in pairs),
                "pkigate_per_second": statistics.median(pair[2] for pair in pairs),
                "nginx_per_second": statistics.median(pair[3] for pair in pairs),
                "ratio": statistics.median(ratios), "ratio_min": ratios[0], "ratio_max": ratios[-1],
            }
    finally:
        for server in reversed(servers):
            server.stop()
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pkigate", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--load", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--peers", type=pathlib.Path, default=ROOT.parent / "shared" / "bench" / "peers")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pkigate-compare-") as scratch:
        report = compare(options, pathlib.Path(scratch))
    if options.json:
        print(json.dumps(report, indent=2))
        return
    print(f"{'CPU us of the proxy per operation':<42}{'pkigate':>9}{'nginx':>9}{'ratio':>8}   range of the ratio")
    for kind, row in report.items():
        print(f"{kind:<42}{row['pkigate_cpu_us']:>9.1f}{row['nginx_cpu_us']:>9.1f}{row['ratio']:>8.2f}"
              f"   {row['ratio_min']:.2f} to {row['ratio_max']:.2f} over {row['pairs']} pairs")


if __name__ == "__main__":
    main()
