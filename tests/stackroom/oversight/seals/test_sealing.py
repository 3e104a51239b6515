"""What is committed is sealed, once, in a chain that nobody forks."""

from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.sealing import Seal
from stackroom.core.snapshot import snapshot
from stackroom.oversight.seals import evidence, keys, sealing, strays, verify
from stackroom.testing.house import House
from tenants import context


def test_it_works(north: House) -> None:
    with (
        north.app.app_context(),
        context.acting_for(north.tenant),
        acting_as(Provenance(SYSTEM, Channel.JOB)),
    ):
        vault = Seal(north.app.settings, keys.PURPOSE)
        print(sealing.seal(vault))
        print(sealing.seal(vault))
        with snapshot() as session:
            found = list(evidence.lines(session, 1, 2, strays=list(strays.lines(session))))
    verifier = verify.Verifier()
    verifier.read(found)
    assert verifier.finish() == []
    print(verifier.transactions, verifier.rows, verifier.last, verifier.last_digest)
    for l in found[:9]:
        print(l)
    assert 0
