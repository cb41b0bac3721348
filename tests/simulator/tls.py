"""Certificates made at run time: a root, an intermediate, and a leaf that is sent alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import ssl
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

INTERMEDIATE_PATH: Final = "/_sim/intermediate.cer"


@dataclass(frozen=True, slots=True)
class _Issuer:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Chain:
    """What a client and the server need; `intermediate` is DER, as the AIA address serves it."""

    root_pem: bytes
    intermediate: bytes
    leaf_pem: bytes
    key_pem: bytes

    def server_context(self, folder: Path) -> ssl.SSLContext:
        """Return a context that sends the leaf without its issuer, like upstream's server."""
        certificate = folder / "leaf.pem"
        certificate.touch(mode=0o600)
        certificate.write_bytes(self.leaf_pem + self.key_pem)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        return context

    def write_trusted(self, folder: Path) -> tuple[Path, Path]:
        """Write the root for a client to trust; then the same with the intermediate.

        The client may be somebody else: VLC does not run for root.
        """
        folder.chmod(0o755)
        root, both = folder / "root.pem", folder / "chain.pem"
        root.write_bytes(self.root_pem)
        middle = x509.load_der_x509_certificate(self.intermediate)
        both.write_bytes(middle.public_bytes(Encoding.PEM) + self.root_pem)
        return root, both


def make_chain(origin: str) -> Chain:
    """Make a chain for loopback; the leaf names its issuer's address below `origin` (http)."""
    root, root_issuer = _make("Simulator Root", None)
    middle, middle_issuer = _make("Simulator Intermediate", root_issuer)
    leaf, leaf_issuer = _make("127.0.0.1", middle_issuer, f"{origin}{INTERMEDIATE_PATH}")
    return Chain(
        root_pem=root.public_bytes(Encoding.PEM),
        intermediate=middle.public_bytes(Encoding.DER),
        leaf_pem=leaf.public_bytes(Encoding.PEM),
        key_pem=leaf_issuer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _make(
    name: str, issuer: _Issuer | None, issuer_url: str | None = None
) -> tuple[x509.Certificate, _Issuer]:
    """Make one certificate; with an issuer's address it is a leaf, otherwise an authority."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    key = ec.generate_private_key(ec.SECP256R1())
    signer = issuer or _Issuer(subject, key)
    is_leaf = issuer_url is not None
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=not is_leaf, path_length=None), critical=True)
        .add_extension(_usage(is_leaf=is_leaf), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()),
            critical=False,
        )
    )
    if issuer_url is not None:
        names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        where = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer_url)
        )
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.AuthorityInformationAccess([where]), critical=False)
    return builder.sign(signer.key, hashes.SHA256()), _Issuer(subject, key)


def _usage(*, is_leaf: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=is_leaf,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not is_leaf,
        crl_sign=not is_leaf,
        encipher_only=False,
        decipher_only=False,
    )
