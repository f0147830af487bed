"""Images whose bytes differ and whose pixels do not, so that a hidden repeat is not found by comparing files."""

import hashlib
import struct
import zlib

_PNG = b"\x89PNG\r\n\x1a\n"
_AFTER_IHDR = 33  # signature 8, IHDR 4 + 4 + 13 + 4


def salted(data: bytes, media_type: str, salt: bytes) -> bytes:
    """The image with a comment of random length and content that follow from `salt`; not one pixel is touched.

    A text chunk in PNG, a comment segment in JPEG, a chunk that readers skip in WebP. What is none of these comes back
    as it is. Lengths differ by up to 511 bytes, so that equal sizes tell no more than equal bytes.
    """
    drawn = hashlib.shake_256(salt).hexdigest(300)
    words = drawn[4 : 4 + 32 + int(drawn[:4], 16) % 512]
    return _WAYS.get(media_type, _unchanged)(data, words.encode())


def _png(data: bytes, words: bytes) -> bytes:
    if not data.startswith(_PNG) or data[12:16] != b"IHDR":
        return data
    body = b"tEXtComment\0" + words
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:_AFTER_IHDR] + chunk + data[_AFTER_IHDR:]


def _jpeg(data: bytes, words: bytes) -> bytes:
    at = 2
    while data[at : at + 1] == b"\xff" and 0xE0 <= data[at + 1] <= 0xEF:  # JFIF and EXIF stand first
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    if not data.startswith(b"\xff\xd8") or data[at : at + 1] != b"\xff":
        return data
    return data[:at] + b"\xff\xfe" + struct.pack(">H", 2 + len(words)) + words + data[at:]


def _webp(data: bytes, words: bytes) -> bytes:
    size = int.from_bytes(data[4:8], "little")
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or size + 8 != len(data) or size % 2:
        return data
    chunk = b"NOTE" + struct.pack("<I", len(words)) + words + b"\0" * (len(words) % 2)
    return data[:4] + struct.pack("<I", size + len(chunk)) + data[8:] + chunk


def _unchanged(data: bytes, _words: bytes) -> bytes:
    return data


_WAYS = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}
