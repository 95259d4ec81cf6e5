# SPDX-License-Identifier: Apache-2.0
"""Makes a differing case small: parts are left out as long as both sides still differ in the same way.

In this order: mappings (by halves, then one by one), headers, pieces of a rule, relative distinguished names,
attributes, extensions, values. "In the same way" means the same two outcomes, or a fact that differed at first, so that a smaller case does
not slide into another difference. Each try asks both sides; there are at most TRIES_MAX for a case.
"""

import copy
import dataclasses

TRIES_MAX = 250


class Shrinker:
    def __init__(self, bench, verdict):
        self._bench = bench
        self._signature = verdict.signature
        self._tries = 0

    def _still(self, case):
        if self._tries >= TRIES_MAX:
            return False
        self._tries += 1
        verdict, _ = self._bench.play(case)
        return bool(set(self._signature) & set(verdict.signature))

    def _first_that_differs(self, candidates):
        return next((one for one in candidates if self._still(one)), None)

    def shrink(self, case):
        """The smallest case found; the given one if it does not differ again."""
        if not self._still(case):
            return case
        case = self._fewer_mappings(case)
        while smaller := self._first_that_differs(smaller_cases(case)):
            case = smaller
        return case

    def _fewer_mappings(self, case):
        """Delta debugging over the mappings: halves first, then finer pieces."""
        if case.request is None:
            return case
        names = list(case.mappings)
        pieces = 2
        while names:
            size = max(len(names) // pieces, 1)
            for start in range(0, len(names), size):
                for kept in (names[start:start + size], names[:start] + names[start + size:]):
                    if len(kept) < len(names) and self._still(case.but(mappings={name: case.mappings[name] for name in kept})):
                        names, pieces = kept, 2
                        break
                else:
                    continue
                break
            else:
                if size == 1:
                    break
                pieces = min(pieces * 2, len(names))
        return case.but(mappings={name: case.mappings[name] for name in names})


def smaller_cases(case):
    """Cases with one part less, the largest parts first."""
    if case.request is not None:
        for request in smaller_requests(case.request):
            yield case.but(request=request)
    for name, body in case.mappings.items():
        for smaller in smaller_json(body):
            yield case.but(mappings={**case.mappings, name: smaller})


def smaller_requests(request):
    for position in range(len(request["headers"])):
        yield {**request, "headers": request["headers"][:position] + request["headers"][position + 1:]}
    if "?" in request["path"]:
        yield {**request, "path": request["path"].partition("?")[0]}
    if request["source"] != "127.0.0.1":
        yield {**request, "source": "127.0.0.1"}
    if request["certificate"] is None:
        return
    yield {**request, "certificate": None}
    for certificate in smaller_certificates(request["certificate"]):
        yield {**request, "certificate": certificate}
    for position, (name, value) in enumerate(request["headers"]):
        for shorter in shorter_texts(value):
            headers = copy.deepcopy(request["headers"])
            headers[position] = [name, shorter]
            yield {**request, "headers": headers}


def smaller_certificates(certificate):
    for key in ("sans", "usage", "valid"):
        if key in certificate and certificate["subject"]:
            yield {name: value for name, value in certificate.items() if name != key}
    if certificate["issuer"] != "ca":
        yield {**certificate, "issuer": "ca"}
    rdns = certificate["subject"]
    for position, rdn in enumerate(rdns):
        yield {**certificate, "subject": rdns[:position] + rdns[position + 1:]}
        for place, (kind, string, text) in enumerate(rdn):
            def with_attribute(*replacement, position=position, place=place):
                changed = copy.deepcopy(rdns)
                changed[position][place:place + 1] = replacement
                return {**certificate, "subject": changed}
            if len(rdn) > 1:
                yield with_attribute()
            if string != "utf8":
                yield with_attribute([kind, "utf8", text])
            for shorter in shorter_texts(text):
                yield with_attribute([kind, string, shorter])


def smaller_json(value):
    """Values with one member, element or piece of text less; a single member may take its parent's place."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield {name: other for name, other in value.items() if name != key}
            if key in ("any", "all") and isinstance(member, list):
                yield from (one for one in member if isinstance(one, dict) and "except" not in one)
            if key == "except":
                yield member
            for smaller in smaller_json(member):
                yield {**value, key: smaller}
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield value[:position] + value[position + 1:]
            for smaller in smaller_json(member):
                yield value[:position] + [smaller] + value[position + 1:]
    elif isinstance(value, str):
        yield from shorter_texts(value)


def shorter_texts(text):
    """Halves first, then texts without one letter."""
    if len(text) > 3:
        yield text[:len(text) // 2]
        yield text[len(text) // 2:]
    for position in range(len(text)):
        yield text[:position] + text[position + 1:]


def size(case):
    return len(dataclasses.replace(case, files={}).to_json())
