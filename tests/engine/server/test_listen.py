import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FAKE_ENGINE

from engine import endpoint
from engine.endpoint import Endpoint
from engine.errors import EngineUnavailableError
from engine.launch import ALREADY_SERVED, child_environment
from engine.server.listen import MAX_SOCKET_PATH, listening_socket, only_engine


def test_only_one_holds_the_lock(lab_home: Path) -> None:
    folder = endpoint.private_folder()
    with only_engine(folder) as first, only_engine(folder) as second:
        assert (first, second) == (True, False)
    with only_engine(folder) as third:
        assert third


def test_a_second_engine_process_leaves_at_once(lab_home: Path) -> None:
    with only_engine(endpoint.private_folder()):
        command = [sys.executable, FAKE_ENGINE]
        done = subprocess.run(command, env=child_environment(), capture_output=True, check=False)
    assert done.returncode == ALREADY_SERVED


def test_the_socket_is_the_owners_and_vanishes(lab_home: Path) -> None:
    folder = endpoint.private_folder()
    with listening_socket(folder) as listener:
        path = Path(listener.getsockname())
        assert path == folder / "engine.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
    assert not path.exists()


def test_a_wanted_path(lab_home: Path) -> None:
    folder = endpoint.private_folder()
    with listening_socket(folder, lab_home / "mine.sock") as listener:
        assert listener.getsockname() == str(lab_home / "mine.sock")


def test_a_wanted_path_that_is_too_long(lab_home: Path) -> None:
    too_long = lab_home / ("x" * MAX_SOCKET_PATH)
    with (
        pytest.raises(EngineUnavailableError, match="longer than 100 bytes"),
        listening_socket(endpoint.private_folder(), too_long),
    ):
        pass


def test_somebodys_file_is_not_overwritten(lab_home: Path) -> None:
    precious = lab_home / "notes.txt"
    precious.write_text("mine")
    with (
        pytest.raises(EngineUnavailableError, match="No socket can be made"),
        listening_socket(endpoint.private_folder(), precious),
    ):
        pass
    assert precious.read_text() == "mine"


def test_a_stale_endpoint_that_names_a_file_does_not_delete_it(lab_home: Path) -> None:
    endpoint.private_folder()
    precious = lab_home / "notes.txt"
    precious.write_text("mine")
    endpoint.publish(Endpoint(socket=str(precious), pid=1, version="0"))
    with listening_socket(endpoint.private_folder()):
        pass
    assert precious.read_text() == "mine"


def test_withdrawing_leaves_another_engines_endpoint(lab_home: Path) -> None:
    endpoint.private_folder()
    mine = Endpoint(socket="/a", pid=1, version="0")
    other = Endpoint(socket="/b", pid=2, version="0")
    endpoint.publish(other)
    endpoint.withdraw(mine)
    assert endpoint.read_endpoint() == other
    endpoint.withdraw(other)
    assert endpoint.read_endpoint() is None
