"""Images told apart by their first bytes, and archives of them."""

import io
import zipfile

import pytest

from app.core.errors import Invalid
from app.core.formats.archives import directory_of, member_at, pictures
from app.core.formats.images import looked_at

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    + (64).to_bytes(4, "big")
    + (48).to_bytes(4, "big")
    + b"\x08\x02\0\0\0"
)
SOF = b"\xff\xc0\x00\x11\x08" + (48).to_bytes(2, "big") + (64).to_bytes(2, "big") + b"\x03" + b"\0" * 9
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xff" + SOF[1:]


def webp(form: bytes, body: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + form + b"\x0a\0\0\0" + body


VP8X = webp(b"VP8X", b"\0\0\0\0" + (63).to_bytes(3, "little") + (47).to_bytes(3, "little"))
VP8L = webp(b"VP8L", b"\x2f" + (63 | 47 << 14).to_bytes(4, "little") + b"\0" * 5)
VP8 = webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + (64).to_bytes(2, "little") + (48).to_bytes(2, "little"))


@pytest.mark.parametrize(
    ("data", "kind"),
    [(PNG, "png"), (JPEG, "jpeg"), (VP8X, "webp"), (VP8L, "webp"), (VP8, "webp")],
)
def test_type_and_size_are_read_from_the_head(data: bytes, kind: str) -> None:
    assert looked_at(io.BytesIO(data)) == (f"image/{kind}", 64, 48)
    for cut in range(len(data) - 1):
        found = looked_at(io.BytesIO(data[:cut]))
        assert isinstance(found, str) or found[1:] == (64, 48)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<svg onload=alert(1)>", "is no PNG, JPEG or WebP"),
        (b"GIF89a" + b"\0" * 20, "is no PNG, JPEG or WebP"),
        (b"", "is no PNG, JPEG or WebP"),
        (PNG.replace((64).to_bytes(4, "big"), (0).to_bytes(4, "big")), "damaged"),
        (PNG.replace((64).to_bytes(4, "big"), (50_000).to_bytes(4, "big")), "too many to show"),
        (b"\xff\xd8\xff\xda" + b"\0" * 30, "damaged"),
    ],
)
def test_what_is_no_image_that_can_be_shown_is_told(data: bytes, says: str) -> None:
    assert says in str(looked_at(io.BytesIO(data)))


def packed(**members: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out


def test_an_archive_of_images_is_listed_and_read() -> None:
    found, notes = pictures(packed(a_png=PNG, b_jpg=JPEG, note_csv=b"x"), "i.zip")
    assert [(one.member, one.width, one.size) for one in found] == [
        ("a.png", 64, len(PNG)),
        ("b.jpg", 64, len(JPEG)),
    ]
    assert notes == ("i.zip: 1 other file passed over.",)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("before", [b"", b"what a self-extracting archive begins with"])
def test_one_member_is_read_from_its_place_and_a_damaged_one_is_refused(method: int, before: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in ("a.png", "ü/b.png"):
            archive.writestr(name, PNG + name.encode() * 500)
        archive.writestr("empty.txt", b"")
    whole = io.BytesIO(before + out.getvalue())
    places = directory_of(whole)
    assert member_at(whole, places["ü/b.png"]) == PNG + "ü/b.png".encode() * 500
    assert member_at(whole, places["empty.txt"]) == b""
    damaged = bytearray(whole.getvalue())
    damaged[places["a.png"].offset + 60] ^= 0xFF
    with pytest.raises(Invalid, match="send the images again"):
        member_at(io.BytesIO(bytes(damaged)), places["a.png"])


@pytest.mark.parametrize(
    ("stream", "says"),
    [
        (io.BytesIO(b"PK\x03\x04 not"), "damaged or cut off"),
        (packed(note_csv=b"x"), "holds no PNG"),
        (packed(a_png=b"text"), "is no PNG"),
        (packed(a_png=b"\0" * 40_000_000), "at most 30 MB"),
        (packed(a_gif=b"GIF89a"), "is no PNG"),
    ],
)
def test_an_archive_that_cannot_be_shown_is_refused(stream: io.BytesIO, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        pictures(stream, "i.zip")
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("../../a.png", PNG)
    with pytest.raises(Invalid, match="leads out"):
        pictures(evil, "i.zip")
