"""A certificate authority of our own, made at run time, that can do everything wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import ssl
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

_OCSP = AuthorityInformationAccessOID.OCSP
_ISSUERS = AuthorityInformationAccessOID.CA_ISSUERS


type Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
type Extension = tuple[x509.ExtensionType, bool]
"""With whether it is critical."""


def name_of(text: str, kind: _ASN1Type = _ASN1Type.UTF8String) -> x509.Name:
    """A name with one part, whose letters are encoded in one of several ways."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, _type=kind)])


def _usage(*, is_ca: bool, may_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca and may_sign,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _addresses(host: str) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = []
    if host == "127.0.0.1":
        names.append(x509.DNSName("localhost"))
    names.append(x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


def _access(url: str) -> x509.AuthorityInformationAccess:
    return x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(kind, x509.UniformResourceIdentifier(where))
            for kind, where in ((_OCSP, "http://127.0.0.1:1/"), (_ISSUERS, url))
        ]
    )


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, able to issue others."""

    one: x509.Certificate
    key: Key = field(repr=False)

    @classmethod
    def root(cls, name: str | x509.Name = "Root", **options: Any) -> Self:
        return cls.make(name, None, is_ca=True, **options)

    def authority(self, name: str | x509.Name, **options: Any) -> Self:
        """An authority below this one."""
        return self.make(name, self, is_ca=True, **options)

    def leaf(self, host: str = "127.0.0.1", *, issuer_url: str | None = None, age: int = 0) -> Self:
        """A server's certificate; `age` in days makes it older than it may become."""
        return self.make(
            host,
            self,
            is_ca=False,
            issuer_url=issuer_url,
            age=age,
            extra=[(_addresses(host), False)],
        )

    @classmethod
    def make(
        cls,
        name: str | x509.Name,
        signer: Certificate | None,
        *,
        is_ca: bool,
        issuer: x509.Name | None = None,
        key: Key | None = None,
        issuer_url: str | None = None,
        age: int = 0,
        may_sign: bool = True,
        names_key: bool = True,
        path_length: int | None = None,
        extra: Sequence[Extension] = (),
    ) -> Self:
        """Make one that says what it is told to; `issuer` is who it claims to be signed by."""
        subject = name_of(name) if isinstance(name, str) else name
        key = key or ec.generate_private_key(ec.SECP256R1())
        signing = signer.key if signer else key
        start = datetime.now(UTC) - timedelta(days=age + 1)
        own, above = key.public_key(), signing.public_key()
        extensions: list[Extension] = [
            (x509.BasicConstraints(ca=is_ca, path_length=path_length), True),
            (_usage(is_ca=is_ca, may_sign=may_sign), True),
            (x509.SubjectKeyIdentifier.from_public_key(own), False),
            *extra,
        ]
        if names_key:
            extensions.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(above), False))
        if issuer_url is not None:
            extensions.append((_access(issuer_url), False))
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or (signer.one.subject if signer else subject))
            .public_key(own)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=30))
        )
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, is_critical)
        return cls(builder.sign(signing, hashes.SHA256()), key)

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
