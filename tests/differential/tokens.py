# SPDX-License-Identifier: Apache-2.0
"""JSON web tokens, good and bad."""

import base64
import hashlib
import hmac
import json

SECRET = b"a secret of this tool, long enough for every hash of it: 64 byte."
DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(claims, *, algorithm="HS256", secret=SECRET, header=None):
    head = {"alg": algorithm, "typ": "JWT", **(header or {})}
    text = url64(json.dumps(head).encode()) + "." + url64(json.dumps(claims).encode())
    if algorithm not in DIGESTS:
        return text + "."
    return text + "." + url64(hmac.new(secret, text.encode(), DIGESTS[algorithm]).digest())


PAST, FUTURE = 1_000_000_000, 4_000_000_000  # epoch seconds; fixed, so that a case can be replayed at any time


def claims(random, names):
    found = {"sub": random.choice(names), "roles": random.choice(["a,b", "admins", ["a", "b"], "", [], "a, b", ["x y"], 1, None, {"a": 1}, [1, True], " a ,b "]),
             "exp": FUTURE}
    for _ in range(random.choice([0, 0, 1, 2])):
        key = random.choice(["sub", "roles", "exp", "nbf", "iat", "iss", "aud", "extra", "name"])
        found[key] = random.choice({
            "exp": [PAST, FUTURE, "x", None, float(FUTURE), str(FUTURE)], "nbf": [PAST, FUTURE],
            "iat": [PAST, FUTURE], "iss": ["me"], "aud": ["me", ["me", "you"]], "extra": ["e", 1, ["a"], {"b": 1}, None, True],
            "sub": [None, 1, "", " ", ["a"], "a,b"], "roles": ["ops"], "name": ["named"]}[key])
        if random.random() < 0.15:
            del found[key]
    return found


def token(random, names):
    payload = claims(random, names)
    roll = random.random()
    if roll < 0.75:
        return signed(payload, algorithm=random.choice(["HS256", "HS256", "HS384", "HS512"]))
    good = signed(payload)
    return random.choice([
        signed(payload, secret=b"another secret" * 5), signed(payload, algorithm="none"), good[:-2], good + "A", good.replace(".", "", 1),
        good + "=", "x.y.z", "", good.split(".")[0], " " + good, good + " x", signed(payload, header={"crit": ["x"]}), signed(payload, header={"typ": "x"}),
        signed(payload, algorithm="HS999"), signed(payload, algorithm="RS256"), good.upper(),
    ])
