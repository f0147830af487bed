"""Zip and gzip unpacked within bounds: everything is counted before anything is read."""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO

from app.core.formats.content import MAX_BYTES
from app.core.formats.faults import Faults, refuse
from app.core.formats.images import looked_at

MAX_MEMBERS = 20_000
MAX_RATIO = 200  # labels as text shrink to a twentieth; a bomb to a thousandth
_SMALL = 10_000_000  # below this a ratio says nothing
_JUNK = re.compile(
    r"(^|/)(__MACOSX/|\.[^/]|Thumbs\.db$|desktop\.ini$|(README|LICEN[CS]E)[^/]*$)", re.IGNORECASE
)
_MEDIA = re.compile(
    r"\.(jpe?g|png|gif|webp|bmp|tiff?|heic|avif|mp[34]|m4a|wav|flac|ogg|mov|avi|mkv|pdf)$", re.IGNORECASE
)
_PACKED = re.compile(r"\.(zip|gz|tgz|bz2|xz|7z|rar|tar|zst)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pack:
    """What an archive holds: text members by path, and the paths of images and other media, which are not read."""

    files: dict[str, bytes]
    media: tuple[str, ...]


def is_zip(data: bytes) -> bool:
    """Whether `data` is a zip archive."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_gzip(data: bytes) -> bool:
    """Whether `data` is gzip-compressed."""
    return data.startswith(b"\x1f\x8b")


def gunzipped(data: bytes, name: str) -> bytes:
    """The bytes of a gzip file, all its members; raises `Invalid` when damaged or larger than may be read."""
    out: list[bytes] = []
    size = 0
    most = min(MAX_BYTES, max(_SMALL, MAX_RATIO * len(data)))
    while data:
        stream = zlib.decompressobj(wbits=31)
        try:
            part = stream.decompress(data, most - size + 1)
        except zlib.error:
            raise refuse(
                "file.broken_archive", name, "damaged gzip file; compress it again, or send it plain"
            ) from None
        size += len(part)
        if size > most:
            message = f"unpacks to more than {MAX_BYTES // 1_000_000} MB or suspiciously much; send it plain"
            raise refuse("file.too_large", name, message)
        if not stream.eof:
            raise refuse("file.broken_archive", name, "the gzip file ends in the middle; transfer it again")
        out.append(part)
        data = stream.unused_data.lstrip(b"\x00")
    return b"".join(out)


def unzipped(data: bytes, name: str) -> Pack:
    """The members of a zip archive that may hold labels; raises `Invalid` with everything that is wrong with it.

    Refused: damaged, encrypted, spreadsheets, more than 20,000 members, paths that lead out, links, archives
    inside, more than 256 MB or 200 times its size unpacked. Folders, media, hidden files, readme and what macOS
    adds are passed over.
    """
    archive, members = _opened(data, name)
    if any(one.filename == "[Content_Types].xml" for one in members):
        raise refuse(
            "file.wrong_type", name, "this is a spreadsheet or document; save the sheet as CSV (UTF-8)"
        )
    faults = Faults("file.broken_archive", name)
    _check_paths(members, faults)
    wanted = [one for one in members if not one.is_dir() and not _JUNK.search(one.filename)]
    media = tuple(one.filename for one in wanted if _MEDIA.search(one.filename))
    wanted = [one for one in wanted if not _MEDIA.search(one.filename)]
    _check_members(wanted, faults)
    total = sum(one.file_size for one in wanted)
    if total > MAX_BYTES or (total > _SMALL and total > MAX_RATIO * len(data)):
        faults.add("", f"unpacks to {total // 1_000_000} MB, more than may be read; pack fewer labels")
    faults.stop()
    files = {one.filename: _read(archive, one, faults) for one in wanted}
    faults.stop()
    if not files:
        raise refuse("file.empty", name, "the archive holds no file of labels; pack the export of your tool")
    return Pack(files, media)


@dataclass(frozen=True, slots=True)
class Listing:
    """One text of an archive, and the paths of all other members beside it, below `folder`; they are not read."""

    text: bytes
    folder: str
    members: frozenset[str]


def listed(data: bytes, name: str, wanted: str) -> Listing:
    """The member `wanted` of a zip archive, wherever it stands, and what lies beside it.

    Raises `Invalid` as `unzipped` does, and where the member is not there or stands twice.
    """
    archive, members = _opened(data, name)
    faults = Faults("file.broken_archive", name)
    _check_paths(members, faults)
    members = [one for one in members if not one.is_dir() and not _JUNK.search(one.filename)]
    for one in members:
        if one.flag_bits & 1:
            faults.add(repr(one.filename[:120]), "encrypted; pack without a password")
    found = [one for one in members if one.filename.rpartition("/")[2].lower() == wanted]
    if len(found) != 1:
        faults.add("", f"needs one {wanted} that says which file belongs to which item; add it")
    elif found[0].file_size > min(MAX_BYTES, max(_SMALL, MAX_RATIO * len(data))):
        faults.add(wanted, "unpacks to more than may be read; shorten it")
    faults.stop()
    text = _read(archive, found[0], faults)
    faults.stop()
    folder = found[0].filename[: -len(wanted)]
    others = frozenset(one.filename.removeprefix(folder) for one in members if one is not found[0])
    return Listing(text, folder, others)


def member(data: IO[bytes], path: str, most: int) -> bytes:
    """One member of an archive that `listed` accepted, by its whole path.

    Raises `Invalid` where it is not there, damaged or of more than `most` bytes.
    """
    faults = Faults("file.broken_archive", path)
    try:
        archive = zipfile.ZipFile(data)
    except zipfile.BadZipFile:
        raise refuse("file.broken_archive", path, "lies in a damaged archive; pack it again") from None
    with archive:
        found = [one for one in archive.infolist() if one.filename == path]
        if not found or found[0].file_size > most:
            message = f"is larger than {most // 1_000_000} MB; open the delivery's own file"
            raise refuse("file.too_large", path, message)
        content = _read(archive, found[0], faults)
    faults.stop()
    return content


def _opened(data: bytes, name: str) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, IndexError):
        raise refuse("file.broken_archive", name, "damaged or cut off zip archive; pack it again") from None
    if len(members) > MAX_MEMBERS:
        raise refuse("file.too_large", name, f"holds more than {MAX_MEMBERS} files; pack the labels only")
    return archive, members


def _check_paths(members: Sequence[zipfile.ZipInfo], faults: Faults) -> None:
    seen: set[str] = set()
    for one in members:
        path = one.orig_filename.replace("\\", "/")
        shown = repr(path[:120])
        if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/") or "\x00" in path:
            faults.add(shown, "a path that leads out of the archive; pack the folder again")
        elif stat.S_ISLNK(one.external_attr >> 16):
            faults.add(shown, "a link; pack the file itself")
        elif path in seen:
            faults.add(shown, "stands twice in the archive; keep one")
        seen.add(path)


def _check_members(members: Sequence[zipfile.ZipInfo], faults: Faults) -> None:
    for one in members:
        shown = repr(one.filename[:120])
        if one.flag_bits & 1:
            faults.add(shown, "encrypted; pack without a password")
        elif one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            faults.add(shown, "packed by a method that is not read; use ordinary zip (deflate)")
        elif _PACKED.search(one.filename):
            faults.add(shown, "an archive inside the archive; unpack it first")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, faults: Faults) -> bytes:
    """One member, never more of it than was declared and counted."""
    try:
        with archive.open(member) as file:
            data = file.read(member.file_size + 1)
        if len(data) == member.file_size:
            return data
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        pass
    faults.add(repr(member.filename[:120]), "damaged in the archive; pack it again")
    return b""


@dataclass(frozen=True, slots=True)
class Picture:
    """One image of an archive: the member that holds it, its type, size in pixels, and bytes."""

    member: str
    media_type: str
    width: int
    height: int
    size: int


MAX_PICTURE = 30_000_000
MAX_PICTURES_TOTAL = 2_000_000_000


def pictures(stream: BinaryIO, name: str) -> tuple[list[Picture], tuple[str, ...]]:
    """Every PNG, JPEG and WebP image of a zip archive, judged by its content, and sentences about the rest.

    Raises `Invalid` with everything that is wrong: what `unzipped` refuses, images that are none or too large, more
    than 30 MB each or 2 GB in all, and an archive without any.
    """
    try:
        archive = zipfile.ZipFile(stream)
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, IndexError):
        raise refuse("file.broken_archive", name, "damaged or cut off zip archive; pack it again") from None
    if len(members) > MAX_MEMBERS:
        raise refuse("file.too_large", name, f"holds more than {MAX_MEMBERS} files; send fewer images")
    faults = Faults("file.broken_archive", name)
    _check_paths(members, faults)
    wanted = [one for one in members if not one.is_dir() and not _JUNK.search(one.filename)]
    shown = [one for one in wanted if _MEDIA.search(one.filename)]
    _check_members(shown, faults)
    for one in shown:
        if one.file_size > MAX_PICTURE or (
            one.file_size > _SMALL and one.file_size > MAX_RATIO * one.compress_size
        ):
            faults.add(
                repr(one.filename[:120]), f"has {one.file_size // 1_000_000} MB; at most 30 MB are shown"
            )
    if (total := sum(one.file_size for one in shown)) > MAX_PICTURES_TOTAL:
        faults.add("", f"unpacks to {total // 1_000_000} MB, more than 2,000; scale the images down")
    faults.stop()
    found = [_picture(archive, one, faults) for one in shown]
    faults.stop()
    if not found:
        raise refuse("file.empty", name, "the archive holds no PNG, JPEG or WebP image; pack the images")
    rest = len(wanted) - len(shown)
    told = (f"{name}: {rest} other {'file' if rest == 1 else 'files'} passed over.",) if rest else ()
    return [one for one in found if one is not None], told


def _picture(archive: zipfile.ZipFile, member: zipfile.ZipInfo, faults: Faults) -> Picture | None:
    data = _read(archive, member, faults)
    if not data and member.file_size:
        return None
    found = looked_at(io.BytesIO(data))
    if isinstance(found, str):
        faults.add(repr(member.filename[:120]), found)
        return None
    return Picture(member.filename, *found, member.file_size)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member of an archive is: the offset of its local header, its packed and unpacked size, its CRC-32."""

    offset: int
    packed: int
    size: int
    crc: int
    is_deflated: bool


def directory_of(stream: BinaryIO) -> Mapping[str, Place]:
    """Where every member of an archive is that `pictures` has judged: reading it takes longer than one member does."""
    with zipfile.ZipFile(stream) as archive:
        return {
            one.filename: Place(
                one.header_offset,
                one.compress_size,
                one.file_size,
                one.CRC,
                one.compress_type == zipfile.ZIP_DEFLATED,
            )
            for one in archive.infolist()
        }


def member_at(stream: BinaryIO, place: Place) -> bytes:
    """The bytes of one member, read from its place alone. Raises `Invalid` where the archive was damaged since.

    The local header is 30 bytes, then name and extra field with their lengths in bytes 26 to 29 (APPNOTE.TXT 4.3.7).
    """
    stream.seek(place.offset)
    header = stream.read(30)
    stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    data = stream.read(place.packed)
    try:
        # never more than was declared and counted, whatever the data would unpack to
        inflated = (
            zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, place.size + 1)
            if place.is_deflated
            else data
        )
        content = inflated[: place.size]
    except zlib.error:
        content = b""
    if not header.startswith(b"PK\x03\x04") or zlib.crc32(content) != place.crc or len(content) != place.size:
        raise refuse("file.broken_archive", "the archive", "an image in it is damaged; send the images again")
    return content
