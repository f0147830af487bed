"""What an image is by its first bytes: type, width and height, without decoding a pixel."""

from typing import BinaryIO, Literal

MAX_SIDE = 30_000
MAX_PIXELS = 100_000_000
_HEAD = 1 << 18  # bytes in which a JPEG tells its size, even behind a thumbnail
Kind = Literal["image/png", "image/jpeg", "image/webp"]
_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the frame headers of JPEG


def looked_at(stream: BinaryIO) -> tuple[Kind, int, int] | str:
    """Type, width and height of a PNG, JPEG or WebP image, or what is wrong with it."""
    head = stream.read(_HEAD)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        found = _png(head)
        kind: Kind = "image/png"
    elif head.startswith(b"\xff\xd8\xff"):
        found, kind = _jpeg(head), "image/jpeg"
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        found, kind = _webp(head), "image/webp"
    else:
        return "is no PNG, JPEG or WebP image; convert it"
    if found is None or min(found) < 1:
        return "is damaged: it does not tell its size; save it again"
    if max(found) > MAX_SIDE or found[0] * found[1] > MAX_PIXELS:
        return f"is {found[0]:,} x {found[1]:,} pixels, too many to show; scale it down or split it"
    return kind, *found


def _png(head: bytes) -> tuple[int, int] | None:
    if head[12:16] != b"IHDR" or len(head) < 24:
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """Width and height from the first frame header; segments before it are stepped over."""
    at = 2
    while at + 9 <= len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _STARTS:
            return int.from_bytes(head[at + 7 : at + 9], "big"), int.from_bytes(head[at + 5 : at + 7], "big")
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        if marker in (0xD9, 0xDA):
            return None
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    form, body = head[12:16], head[20:30]
    if len(body) < 10:
        return None
    if form == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if form == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if form == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None
