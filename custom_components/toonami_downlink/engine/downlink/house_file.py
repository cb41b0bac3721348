"""The file that a house moves with: a head in plain text, and everything else behind a passphrase.

A file is a line of JSON, the sealed content, and a SHA-256 of both. The content is compressed lines
of JSON, each the name and the value of a section; it is sealed by AES-256-GCM, which also vouches
for the head, with a key that scrypt (RFC 7914) makes of the passphrase. What a file asks for is
compared with limits before it is done: a file can come from anybody. All of it blocks.
"""

from base64 import b64decode, b64encode
import binascii
from collections.abc import Iterable, Iterator
from enum import StrEnum
import hashlib
import json
import secrets
from typing import Any, Final
import unicodedata
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .limits import MIB

FORMAT: Final = "toonami_downlink.house"
VERSION: Final = 1
MAX_FILE_BYTES: Final = 25 * MIB
MAX_CONTENT_BYTES: Final = 96 * MIB
"""Of all lines together, before they are compressed."""
MAX_LINE_BYTES: Final = MIB
"""Of one section: what JSON makes of a text can take many times its room."""
MAX_DEPTH: Final = 12
MIN_PASSPHRASE: Final = 8
MAX_PASSPHRASE: Final = 256
_MAX_HEAD_BYTES: Final = 1024
_DIGEST_BYTES: Final = 32
_KEY_BYTES: Final = 32
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_COSTS: Final = (2**14, 2**15, 2**16)
"""What a file may ask scrypt for: at most 64 MiB, and a second on a slow computer."""
_COST: Final = 2**15
_BLOCK_SIZE: Final = 8
_PARALLEL: Final = 1

type Section = tuple[str, Any]


class FileRefusal(StrEnum):
    """Why a file is neither written nor read."""

    EMPTY = "empty"
    """Nothing is in it that could be put back."""
    TOO_LARGE = "too_large"
    NOT_OURS = "not_ours"
    NEWER = "newer"
    """A later version has written it."""
    DAMAGED = "damaged"
    WRONG_KEY = "passphrase"
    """The passphrase is not that of this file."""
    BAD_KEY = "bad_passphrase"
    """The passphrase is too short or too long to seal anything with."""
    TOO_MANY_PASSES = "too_many_passes"
    DUPLICATE = "duplicate"
    """Two devices in it are the same, or have the same secret."""
    FOLDER = "folder"
    """Nothing can be recorded in the folder that it names."""
    NOT_SAVED = "not_saved"
    NOT_READ = "not_read"
    """What belongs into it cannot be read."""


class HouseFileError(Exception):
    """A file that is neither written nor read; it has nothing of what is in it."""

    def __init__(self, refusal: FileRefusal) -> None:
        """Say why."""
        super().__init__(refusal.value)
        self.refusal = refusal


def seal(sections: Iterable[Section], passphrase: str) -> bytes:
    """Return the file of these sections. Raises HouseFileError."""
    _check_new(passphrase)
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    head = _head(salt, nonce)
    body = AESGCM(_key(passphrase, salt, _COST)).encrypt(nonce, _pack(sections), head)
    whole = head + body
    if len(whole) + _DIGEST_BYTES > MAX_FILE_BYTES:
        raise HouseFileError(FileRefusal.TOO_LARGE)
    return whole + hashlib.sha256(whole).digest()


def unseal(file: bytes, passphrase: str) -> tuple[Section, ...]:
    """Return the sections of a file, each within the limits of size and depth.

    Raises HouseFileError.
    """
    if not file:
        raise HouseFileError(FileRefusal.EMPTY)
    if len(file) > MAX_FILE_BYTES:
        raise HouseFileError(FileRefusal.TOO_LARGE)
    end = file.find(b"\n", 0, _MAX_HEAD_BYTES) + 1
    salt, nonce, cost = _read_head(file[:end])
    whole = file[:-_DIGEST_BYTES]
    if len(whole) < end or hashlib.sha256(whole).digest() != file[-_DIGEST_BYTES:]:
        raise HouseFileError(FileRefusal.DAMAGED)
    if not MIN_PASSPHRASE <= len(passphrase) <= MAX_PASSPHRASE:
        raise HouseFileError(FileRefusal.WRONG_KEY)
    try:
        packed = AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, whole[end:], file[:end])
    except InvalidTag:
        raise HouseFileError(FileRefusal.WRONG_KEY) from None
    sections = tuple(_unpack(packed))
    if not sections:
        raise HouseFileError(FileRefusal.EMPTY)
    return sections


def batches(items: Iterable[Any], limit: int = MAX_LINE_BYTES // 4) -> Iterator[list[Any]]:
    """Share out the items of a list, so that no section of them is too large.

    An item of more than `limit` bytes is alone.
    """
    batch: list[Any] = []
    size = 0
    for item in items:
        bytes_more = len(_written(item)) + 1
        if batch and size + bytes_more > limit:
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += bytes_more
    if batch:
        yield batch


def _check_new(passphrase: str) -> None:
    if not MIN_PASSPHRASE <= len(passphrase) <= MAX_PASSPHRASE:
        raise HouseFileError(FileRefusal.BAD_KEY)


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    # Keyboards differ in how they write the same letter.
    spelled = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    kdf = Scrypt(salt=salt, length=_KEY_BYTES, n=cost, r=_BLOCK_SIZE, p=_PARALLEL)
    return kdf.derive(spelled)


# The head


def _head(salt: bytes, nonce: bytes) -> bytes:
    head = {
        "format": FORMAT,
        "version": VERSION,
        "kdf": "scrypt",
        "n": _COST,
        "r": _BLOCK_SIZE,
        "p": _PARALLEL,
        "salt": b64encode(salt).decode(),
        "cipher": "aes-256-gcm",
        "nonce": b64encode(nonce).decode(),
    }
    return _written(head) + b"\n"


def _read_head(line: bytes) -> tuple[bytes, bytes, int]:
    """Return salt, nonce and cost."""
    try:
        head = json.loads(line)
    except ValueError, RecursionError:
        raise HouseFileError(FileRefusal.NOT_OURS) from None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise HouseFileError(FileRefusal.NOT_OURS)
    version = head.get("version")
    if type(version) is int and version > VERSION:
        raise HouseFileError(FileRefusal.NEWER)
    salt, nonce, cost = _bytes(head.get("salt")), _bytes(head.get("nonce")), head.get("n")
    sizes = len(salt), len(nonce)
    if type(cost) is not int or cost not in _COSTS or sizes != (_SALT_BYTES, _NONCE_BYTES):
        raise HouseFileError(FileRefusal.DAMAGED)
    expected = {**json.loads(_head(salt, nonce)), "n": cost}
    if head != expected:
        raise HouseFileError(FileRefusal.DAMAGED)
    return salt, nonce, cost


def _bytes(text: Any) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error, TypeError, ValueError:
        return b""


# The content


def _written(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _pack(sections: Iterable[Section]) -> bytes:
    compress = zlib.compressobj()
    packed, size = [], 0
    for section in sections:
        line = _written(section) + b"\n"
        size += len(line)
        if len(line) > MAX_LINE_BYTES or size > MAX_CONTENT_BYTES:
            raise HouseFileError(FileRefusal.TOO_LARGE)
        packed.append(compress.compress(line))
    return b"".join((*packed, compress.flush()))


def _unpack(packed: bytes) -> Iterator[Section]:
    decompress = zlib.decompressobj()
    try:
        # The end is only seen where there is room for more.
        content = decompress.decompress(packed, MAX_CONTENT_BYTES + 1)
    except zlib.error:
        raise HouseFileError(FileRefusal.DAMAGED) from None
    if len(content) > MAX_CONTENT_BYTES:
        raise HouseFileError(FileRefusal.TOO_LARGE)
    if not decompress.eof or decompress.unused_data:
        raise HouseFileError(FileRefusal.DAMAGED)
    start = 0
    while start < len(content):
        end = content.find(b"\n", start, start + MAX_LINE_BYTES) + 1
        yield _section(content[start:end])
        start = end


def _section(line: bytes) -> Section:
    """Read a line; one that is too long is empty, and so no section."""
    try:
        value = json.loads(line)
    except ValueError, RecursionError:
        raise HouseFileError(FileRefusal.DAMAGED) from None
    if not _is_flat(value, MAX_DEPTH):
        raise HouseFileError(FileRefusal.DAMAGED)
    match value:
        case [str(name), content]:
            return name, content
    raise HouseFileError(FileRefusal.DAMAGED)


def _is_flat(value: Any, depth: int) -> bool:
    """Whether nothing in it is deeper than that."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_is_flat(one, depth - 1) for one in inner)
