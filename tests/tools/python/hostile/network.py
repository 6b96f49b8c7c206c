"""Reaching anything over a socket. The listeners are alive and must hear nothing."""

from __future__ import annotations

from tests.tools.python.hostile.program import Program, refused

ABSTRACT = """
import socket
s = socket.socket(socket.AF_UNIX)
s.connect('\\0@ABSTRACT@')
"""
FAMILIES = """
import socket
for family in range(0, 46):
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind)
            print('ESCAPED', family, kind)
        except OSError:
            pass
"""
ON_DESCRIPTOR_0 = """
import socket
# Descriptor 0 is a socket: it must not be made to carry descriptors or to connect elsewhere.
s = socket.socket(fileno=0)
s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b'\\1\\0\\0\\0')])
"""

PROGRAMS = (
    refused("TCP", "import socket; socket.create_connection(('127.0.0.1', @PORT@), 1)"),
    refused("TCP server", "import socket; socket.create_server(('127.0.0.1', 0))"),
    refused("UDP", "import socket; socket.socket(2, 2).sendto(b'x', ('127.0.0.1', @UDP@))"),
    refused("abstract unix socket", ABSTRACT),
    refused("socket pair", "import socket; socket.socketpair()"),
    refused("raw socket", "import socket; socket.socket(2, 3, 1)"),
    refused("netlink", "import socket; socket.socket(16, 3, 0)"),
    refused("packet socket", "import socket; socket.socket(17, 3, 0)"),
    refused("vsock", "import socket; socket.socket(40, 1, 0)"),
    refused("kernel crypto", "import socket; socket.socket(38, 5, 0)"),
    refused("pass a descriptor over 0", ON_DESCRIPTOR_0),
    refused("event loop", "import asyncio; asyncio.run(asyncio.sleep(0))"),
    Program(name="every family", code=FAMILIES, gets=("ok",)),
    Program(
        name="fetch a page",
        code="import urllib.request as u; u.urlopen('http://127.0.0.1:@PORT@/'); print('ESCAPED')",
        gets=("error", "blocked"),
    ),
    Program(
        name="resolve a name",
        code="import socket; print(socket.getaddrinfo('localhost', 80)); print('ESCAPED')",
        gets=("error", "blocked"),
    ),
)
