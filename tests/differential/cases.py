# SPDX-License-Identifier: Apache-2.0
"""A case: one configuration, some mappings, one request. A batch: many requests over the same mappings.

Everything in a case is JSON, so that a file of it can be replayed:

    system          elasticsearch-8, elasticsearch-7 or opensearch-2
    kind            what it is counted as
    files           the configuration directory: name -> text. Certificates are added when it is written out
    mappings        name -> body for the system's API
    request         {certificate, headers, path, source}, or null: the answer to putting the one mapping is compared
"""

import dataclasses
import json


@dataclasses.dataclass(frozen=True)
class Case:
    system: str
    kind: str
    files: dict
    mappings: dict
    request: dict | None

    def to_json(self):
        return json.dumps(dataclasses.asdict(self), indent=1)

    @classmethod
    def from_json(cls, text):
        found = json.loads(text)
        return cls(**{field.name: found[field.name] for field in dataclasses.fields(cls)})

    def but(self, **changes):
        return dataclasses.replace(self, **changes)


@dataclasses.dataclass
class Batch:
    """`requests` are pairs of kind and request."""
    mappings: dict
    requests: list


def request(*, certificate=None, headers=(), path, source="127.0.0.1"):
    """`source` is the address the client comes from."""
    return {"certificate": certificate, "headers": [list(one) for one in headers], "path": path, "source": source}
