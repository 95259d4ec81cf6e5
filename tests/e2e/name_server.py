# SPDX-License-Identifier: Apache-2.0
"""A name server on loopback for one test: reverse entries and addresses as it is told, over UDP (RFC 1035)."""

import ipaddress
import socket
import struct
import threading

A, PTR = 1, 12
NO_SUCH_NAME = 0x8183
FOUND = 0x8180


def encoded(name):
    return b"".join(bytes([len(label)]) + label for label in name.encode().split(b".")) + b"\0"


class NameServer:
    """`names`: address -> name of its reverse entry; `addresses`: name -> its address. `asked` has what was asked for."""

    def __init__(self, names, addresses):
        self._entries = {(PTR, ipaddress.ip_address(address).reverse_pointer): encoded(name) for address, name in names.items()}
        self._entries.update({(A, name): ipaddress.ip_address(address).packed for name, address in addresses.items()})
        self.asked = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = "{}:{}".format(*self._socket.getsockname())
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self._socket.sendto(b"", self._socket.getsockname())  # too short for a question: the end
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            packet, client = self._socket.recvfrom(1500)
            if len(packet) < 17:
                return
            self._socket.sendto(self._answer(packet), client)

    def _answer(self, packet):
        at, labels = 12, []
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]])
            at += packet[at] + 1
        question = packet[12:at + 5]
        name, kind = b".".join(labels).decode(), struct.unpack("!H", packet[at + 1:at + 3])[0]
        self.asked.append((kind, name))
        data = self._entries.get((kind, name))
        if data is None:
            return packet[:2] + struct.pack("!5H", NO_SUCH_NAME, 1, 0, 0, 0) + question
        record = struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(data)) + data
        return packet[:2] + struct.pack("!5H", FOUND, 1, 1, 0, 0) + question + record
