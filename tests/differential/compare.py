# SPDX-License-Identifier: Apache-2.0
"""Plays cases against both sides and says where they differ."""

import dataclasses

import decisions
from systems import Refused

ROLE_LISTS = {"roles"}  # facts of which single members differ
OUTCOMES = {"handshake", "alert", "status", "reason", "reasons", "type", "challenges"}  # all that counts when these differ


@dataclasses.dataclass(frozen=True)
class Difference:
    """`member` is a fact; `genuine` and `gateway` its values on both sides (of a list of roles: those only one has)."""
    member: str
    genuine: object
    gateway: object

    def __str__(self):
        return f"{self.member}: genuine {self.genuine!r}, pkigate {self.gateway!r}"


@dataclasses.dataclass
class Verdict:
    """What came of a case: unexplained differences, and decision -> differences it explains."""
    unexplained: list
    explained: dict

    @property
    def signature(self):
        """Verdicts with the same one are taken for the same thing: the same outcomes, or the same facts that differ."""
        outcomes = {f"{one.member} {one.genuine} {one.gateway}" for one in self.unexplained if one.member in ("handshake", "status")}
        return tuple(sorted(outcomes or {one.member for one in self.unexplained}))


def facts_of(dialect, answer, *, put):
    if isinstance(answer, Refused):
        return {"handshake": "refused", "alert": answer.alert}
    return dialect.put_facts(answer) if put else dialect.facts(answer)


def differences(dialect, genuine, gateway):
    found = []
    members = genuine.keys() | gateway.keys()
    if any(genuine.get(member) != gateway.get(member) for member in ("handshake", "status")):
        members = members & OUTCOMES
    for member in sorted(members):
        theirs, ours = genuine.get(member), gateway.get(member)
        if dialect.same(member, theirs, ours):
            continue
        if member in ROLE_LISTS and isinstance(theirs, list) and isinstance(ours, list):
            theirs, ours = [one for one in theirs if one not in ours], [one for one in ours if one not in theirs]
        found.append(Difference(member, theirs, ours))
    return found


def judge(case, dialect, genuine, gateway):
    """The verdict on two answers to one case."""
    put = case.request is None
    facts = facts_of(dialect, genuine, put=put), facts_of(dialect, gateway, put=put)
    verdict = Verdict([], {})
    for difference in differences(dialect, *facts):
        decision = decisions.explains(case, difference, *facts)
        if decision is None:
            verdict.unexplained.append(difference)
        else:
            verdict.explained.setdefault(decision, []).append(difference)
    return verdict


class Bench:
    """Both sides under one configuration, and the mappings they hold."""

    def __init__(self, dialect, genuine, gateway):
        self.dialect = dialect
        self.sides = (genuine, gateway)
        self._files = None
        self._held = {}

    def serve(self, files):
        if files != self._files:
            self._files = None
            for side in self.sides:
                side.serve(files)
            self._files = files
            self._held = {}

    def hold(self, mappings):
        """Makes both sides hold exactly these; returns name -> both answers for those that were put."""
        for name in [*self._held]:
            if name not in mappings or self._held[name] != mappings[name]:
                for side in self.sides:
                    side.delete(name)
                del self._held[name]
        answers = {}
        for name, body in mappings.items():
            if name not in self._held:
                answers[name] = tuple(side.put(name, body) for side in self.sides)
                if answers[name][0].status == 500:  # it may be stored all the same, and nothing can be put beside it
                    for side in self.sides:
                        side.delete(name)
                    continue
                self._held[name] = body
        return answers

    def play(self, case):
        """The verdict on one case, which may need a restart of both sides."""
        self.serve(case.files)
        if case.request is None:
            self.hold({})
            answers = self.hold(case.mappings)[next(iter(case.mappings))]
        else:
            self.hold(case.mappings)
            answers = tuple(side.ask(case.request) for side in self.sides)
        return judge(case, self.dialect, *answers), answers

    def stop(self):
        self._files = None
        for side in self.sides:
            side.stop()
