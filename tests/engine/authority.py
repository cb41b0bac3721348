"""A certificate authority of our own, made at run time, that can do everything wrong."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import ssl
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

_OCSP = AuthorityInformationAccessOID.OCSP
_ISSUERS = AuthorityInformationAccessOID.CA_ISSUERS


def _usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, able to issue others."""

    one: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def root(cls, name: str = "Root") -> Self:
        return cls._make(name, None, is_ca=True)

    def authority(self, name: str, *, issuer_url: str | None = None) -> Self:
        """An authority below this one."""
        return self._make(name, self, is_ca=True, issuer_url=issuer_url)

    def leaf(self, host: str = "127.0.0.1", *, issuer_url: str | None = None, age: int = 0) -> Self:
        """A server's certificate; `age` in days makes it older than it may become."""
        return self._make(host, self, is_ca=False, issuer_url=issuer_url, age=age, host=host)

    @classmethod
    def _make(
        cls,
        name: str,
        issuer: Certificate | None,
        *,
        is_ca: bool,
        issuer_url: str | None = None,
        age: int = 0,
        host: str | None = None,
    ) -> Self:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        key = ec.generate_private_key(ec.SECP256R1())
        signer = issuer.key if issuer else key
        start = datetime.now(UTC) - timedelta(days=age + 1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.one.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(_usage(is_ca=is_ca), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
                critical=False,
            )
        )
        if host:
            names: list[x509.GeneralName] = [x509.DNSName("localhost")]
            names += [x509.IPAddress(ip_address(host))] if host[0].isdigit() else []
            names += [x509.DNSName(host)] if host[0].isalpha() else []
            builder = builder.add_extension(
                x509.SubjectAlternativeName(names if host == "127.0.0.1" else names[1:]),
                critical=False,
            )
        if issuer_url is not None:
            builder = builder.add_extension(
                x509.AuthorityInformationAccess(
                    [
                        x509.AccessDescription(kind, x509.UniformResourceIdentifier(url))
                        for kind, url in ((_OCSP, "http://127.0.0.1:1/"), (_ISSUERS, issuer_url))
                    ]
                ),
                critical=False,
            )
        return cls(builder.sign(signer, hashes.SHA256()), key)

    @property
    def pem(self) -> bytes:
        return self.one.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.one.public_bytes(Encoding.DER)

    def served(self, folder: Path, *above: Certificate) -> ssl.SSLContext:
        """How a server presents this certificate, followed by others."""
        file = folder / "served.pem"
        file.write_bytes(
            self.pem
            + b"".join(one.pem for one in above)
            + self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context
