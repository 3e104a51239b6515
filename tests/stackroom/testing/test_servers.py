"""The servers that other tests stand on are real, reachable and leave nothing behind."""

import socket

import psycopg
import pytest
from redis import Redis

from stackroom.testing import servers

pytestmark = pytest.mark.slow


def test_postgres_answers_as_superuser_and_is_gone_afterwards() -> None:
    with servers.postgres() as server:
        with psycopg.connect(server.superuser_url) as connection:
            row = connection.execute(
                "SELECT 1, rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert row == (1, True)
        assert server.data_dir.is_dir()

    assert not server.data_dir.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.superuser_url)


def test_postgres_folds_the_case_of_accented_letters() -> None:
    """The plain C locale would leave É as it is, and a search for école would find nothing."""
    with servers.postgres() as server, psycopg.connect(server.superuser_url) as connection:
        assert connection.execute("SELECT lower('ÉCOLE')").fetchone() == ("école",)


def test_redis_answers_and_is_gone_afterwards() -> None:
    with servers.redis() as server:
        client = Redis.from_url(server.url)
        assert client.set("shelf", "823.91") is True
        assert client.get("shelf") == b"823.91"
        client.close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))


def test_a_missing_program_is_named_with_the_remedy() -> None:
    with pytest.raises(servers.ServerMissing, match="no-such-server is not installed; `make test`"):
        servers.program("no-such-server")
