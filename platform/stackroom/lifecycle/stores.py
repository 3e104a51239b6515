"""Every place that holds something of an organisation. A purge empties each of them, and then
asks each what is left; a new kind of store is added to `STORES`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stackroom.catalogue import index
from stackroom.core import cache
from stackroom.core.database import db
from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.notifications.mail import mailer
from tenants import context, purging

Counts = Mapping[str, int]
"""By part of a store, such as a table."""


@dataclass(frozen=True, slots=True)
class Store:
    """`erase` takes away some of what the open organisation has here, as much as one transaction
    should, and says how much; nothing once all is gone. `left` counts what is there, by a look of
    its own. Both run inside a transaction."""

    name: str
    erase: Callable[[], Counts]
    left: Callable[[], Counts]


def _erase_rows() -> Counts:
    connection, gone = db.session.connection(), dict[str, int]()
    for table in purging.tables(connection):
        if count := purging.erase(connection, table):
            gone[table] = count
        if sum(gone.values()) >= purging.AT_ONCE:
            break  # its parents come once it is empty
    return gone


def _rows_left() -> Counts:
    connection = db.session.connection()
    return {table: purging.left(connection, table) for table in purging.tables(connection)}


def _erase_files() -> Counts:
    return _some("files", files(app().settings).delete_all())


def _files_left() -> Counts:
    return {"files": files(app().settings).left()}


def _erase_mail() -> Counts:
    return _some("mails", mailer(app().settings).delete_all(str(context.current().uuid)))


def _mail_left() -> Counts:
    return {"mails": mailer(app().settings).left(str(context.current().uuid))}


def _some(part: str, count: int) -> Counts:
    return {part: count} if count else {}


def _erase_cache() -> Counts:
    return _some("keys", cache.purge())


STORES = (
    Store("mail", _erase_mail, _mail_left),
    Store("files", _erase_files, _files_left),
    Store("database", _erase_rows, _rows_left),
    Store("cache", _erase_cache, lambda: {"keys": len(cache.keys())}),
    # the index goes with the rows; whether it has gone is asked of the index
    Store("search", dict, lambda: {"entries": index.size()}),
)
