import contextlib
import errno
import socket

import pytest

from engine.errors import LabError
from engine.server.address import Address

LONG = "x" * 16


@pytest.mark.parametrize(
    ("host", "token", "sentence"),
    [
        ("0.0.0.0", None, "needs a token"),
        ("::", None, "needs a token"),
        ("192.0.2.1", None, "needs a token"),
        ("::ffff:127.0.0.1", None, "needs a token"),
        ("0.0.0.0", "short", "needs a longer token"),
        ("127.0.0.1", "", "visible ASCII"),
        ("127.0.0.1", "with space", "visible ASCII"),
        ("127.0.0.1", "naïve", "visible ASCII"),
        ("127.0.0.1", "new\nline", "visible ASCII"),
        ("", None, "no address"),
        ("no such host.invalid", None, "no address"),
        ("x" * 300, None, "no address"),
    ],
)
def test_what_may_not_be_served_is_refused(host: str, token: str | None, sentence: str) -> None:
    with pytest.raises(LabError, match=sentence) as caught:
        Address(host=host, token=token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize("port", [-1, 65536, 10**9])
def test_ports(port: int) -> None:
    with pytest.raises(LabError, match=f"--port {port} is no port"):
        Address(port=port)


@pytest.mark.parametrize(
    ("host", "token"), [("127.0.0.1", None), ("127.0.0.1", "t"), ("0.0.0.0", LONG)]
)
def test_what_may(host: str, token: str | None) -> None:
    address = Address(host=host, port=0, token=token)
    with address.listen() as listener:
        port = listener.getsockname()[1]
        assert address.url(listener) == f"http://{host}:{port}/v1"
        socket.create_connection(("127.0.0.1", port)).close()


def test_ipv6() -> None:
    try:
        socket.socket(socket.AF_INET6).close()
        with Address(host="::1", port=0).listen() as listener:
            assert Address(host="::1").url(listener).startswith("http://[::1]:")
    except (OSError, LabError):
        pytest.skip("this machine has no IPv6")


def test_the_token_is_never_shown() -> None:
    assert LONG not in repr(Address(token=LONG))


def test_a_port_in_use() -> None:
    with Address(port=0).listen() as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LabError, match=f"Port {port} of 127.0.0.1 is in use"):
            Address(port=port).listen()


def test_an_address_of_another_machine() -> None:
    with pytest.raises(LabError, match="no address of this machine"):
        Address(host="192.0.2.1", token=LONG).listen()


@pytest.mark.parametrize(
    ("number", "sentence"), [(errno.EACCES, "kept for the system"), (errno.ENOBUFS, "cannot be")]
)
def test_other_failures(monkeypatch: pytest.MonkeyPatch, number: int, sentence: str) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "no")

    address = Address(port=1)
    with monkeypatch.context() as patch, contextlib.closing(socket.socket()):
        patch.setattr("socket.socket.bind", refuse)
        with pytest.raises(LabError, match=sentence):
            address.listen()
