"""A salt changes the bytes and never the pixels, judged by an image library of others."""

import io

import pytest
from PIL import Image

from app.core.formats.salted import salted

KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def image(kind: str, **more: object) -> bytes:
    picture = Image.effect_noise((37, 23), 60).convert("RGB")
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "exif": Image.Exif(), "dpi": (72, 72)}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    ],
)
def test_other_bytes_show_the_same_pixels(kind: str, more: dict[str, object]) -> None:
    plain = image(kind, **more)
    shown = [salted(plain, KINDS[kind], f"seal|{at}".encode()) for at in range(40)]
    assert len({*shown, plain}) == 41
    assert len({len(one) for one in shown}) > 20
    assert salted(plain, KINDS[kind], b"seal|0") == shown[0]
    for one in shown:
        with Image.open(io.BytesIO(one)) as again, Image.open(io.BytesIO(plain)) as before:
            again.load()
            assert again.format == kind
            assert again.tobytes() == before.tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00", b"RIFF\x04\0\0\0WEB", b"\x89PNG\r\n"]
)
def test_what_is_no_such_image_comes_back_as_it_is(kind: str, data: bytes) -> None:
    assert salted(data, KINDS[kind], b"salt") == data
