from config import Settings
from stackroom.core.signing import Signer, is_signed


def test_a_signature_holds_for_its_document_and_key_alone(settings: Settings) -> None:
    signer = Signer(settings)
    signature = signer.sign(b"purged")
    assert is_signed(b"purged", signature, signer.public_key)
    assert not is_signed(b"purged!", signature, signer.public_key)
    assert not is_signed(b"purged", signature[:-4] + "AAA=", signer.public_key)
    assert not is_signed(b"purged", "not base64", signer.public_key)
    assert len(signer.key_id) == 16
