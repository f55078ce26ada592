"""Which files lie in landing/, where they belong, and whether their bytes are whole.

Belongs here: discovery, fingerprints, encoding, the header of a CSV file. Not here: rows (readers.py),
bookkeeping (landing.py).
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.catalogue import DECLARATIONS, Declaration
from orchestration.project import AREAS, Table
from orchestration.refusals import FileRefused, near_misses

FORMATS = {".csv": "csv", ".parquet": "parquet", ".jsonl": "jsonl"}
# Half-written by other programs, or written for people.
IGNORED = re.compile(r"^[._~]|\.(md|tmp|part|partial|crdownload|swp)$|~$", re.IGNORECASE)
CHUNK = 4 * 1024 * 1024


@dataclass(frozen=True)
class LandingFile:
    """A file in landing/. `kind` is contract, export or system; `file` is its path relative to landing/."""

    path: Path
    file: str
    area: str
    kind: str
    target_table: str
    format: str
    survey_code: str | None = None


@dataclass(frozen=True)
class Inspection:
    """What one pass over the bytes of a file says.

    `text` is the UTF-8 file to read: the file itself, or `copy` when it had to be transcoded.
    """

    sha256: str
    bytes: int
    text: Path
    copy: Path
    ends_with_newline: bool
    has_mixed_newlines: bool


def discover(landing: Path, contract: Mapping[str, Table]) -> Iterator[tuple[str, LandingFile | FileRefused]]:
    """Every file of landing/ in order of its name, with its place or the reason why it has none."""
    for path in sorted(landing.rglob("*")):
        relative = path.relative_to(landing)
        if any(IGNORED.search(part) for part in relative.parts) or not path.is_file():
            continue
        file = relative.as_posix()
        try:
            yield file, place(path, file, contract)
        except FileRefused as refusal:
            yield file, refusal


def place(path: Path, file: str, contract: Mapping[str, Table]) -> LandingFile:
    """Where a file belongs, by its folder and name.

    Raises
    ------
    FileRefused : `unknown_table` or, for a kind of file that cannot be read, `unreadable`.
    """
    parts = file.split("/")
    if len(parts) == 1:
        raise FileRefused(
            "unknown_table",
            "the file lies in the landing folder itself",
            where=file,
            remedy="move it to crm/, survey/, hr/ or a folder named after its system",
        )
    format_ = FORMATS.get(path.suffix.lower())
    if format_ is None:
        raise FileRefused(
            "unreadable",
            f'files of the kind "{path.suffix}" cannot be read',
            where=file,
            remedy="save it as .csv, .parquet or .jsonl",
        )
    area = parts[0]
    if area == "survey" and parts[1] == "exports" and len(parts) > 2:
        code = path.stem if len(parts) == 3 else parts[2]
        return LandingFile(path, file, area, "export", "responses", format_, code)
    name = path.stem if len(parts) == 2 else parts[1]
    if area not in AREAS:
        return LandingFile(path, file, area, "system", f"{identifier(area)}__{identifier(name)}", format_)
    table = contract.get(name)
    if table is None or table.area != area:
        tables = [table.name for table in contract.values() if table.area == area]
        hint = f" (it belongs in {table.area}/)" if table else near_misses(name, tables)
        raise FileRefused(
            "unknown_table",
            f'there is no table "{name}" in {area}/{hint}',
            where=file,
            remedy="name the file or its folder after one of " + ", ".join(sorted(tables)),
        )
    return LandingFile(path, file, area, "contract", name, format_)


def identifier(text: str) -> str:
    """A name that is safe as an SQL identifier: lower case, digits and single underscores."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "unnamed"


def inspect(landed: LandingFile, declaration: Declaration, transcoded: Path) -> Inspection:
    """Read all bytes once: fingerprint, strict decoding (and transcoding to UTF-8), line ends.

    Raises
    ------
    FileRefused : `empty`, `encoding` with byte offset and line, `unreadable` for binary content.
    """
    size = landed.path.stat().st_size
    if size == 0:
        raise FileRefused(
            "empty", "the file is empty", where=landed.file, remedy="deliver it again, or remove it"
        )
    digest = hashlib.sha256()
    copy = transcoded / f"{hashlib.sha256(landed.file.encode()).hexdigest()[:16]}.utf8"
    if landed.format == "parquet":
        with landed.path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        return Inspection(digest.hexdigest(), size, landed.path, copy, True, False)

    is_utf8 = codecs.lookup(declaration.encoding).name in ("utf-8", "utf-8-sig")
    decoder = codecs.getincrementaldecoder(declaration.encoding)("strict")
    # Text that is valid UTF-8 beyond ASCII is next to never anything else: tells a wrong declaration.
    as_utf8 = None if is_utf8 else codecs.getincrementaldecoder("utf-8")("strict")
    offset = lines = crlf = 0
    is_ascii, previous = True, b""
    out = None
    if not is_utf8:
        transcoded.mkdir(parents=True, exist_ok=True)
        out = copy.open("wb")
    try:
        with landed.path.open("rb") as stream:
            while True:
                chunk = stream.read(CHUNK)
                digest.update(chunk)
                try:
                    text = decoder.decode(chunk, not chunk)
                except UnicodeError as error:
                    raise _wrong_encoding(landed, declaration, error, chunk, offset, lines) from None
                if "\0" in text:
                    raise FileRefused(
                        "unreadable" if is_utf8 else "encoding",
                        "the file holds NUL characters, so it is not text in the declared encoding",
                        where=landed.file,
                        remedy=f"export it as text, or declare its encoding (for instance utf-16) in "
                        f"{DECLARATIONS}",
                    )
                if as_utf8 is not None:
                    is_ascii = is_ascii and chunk.isascii()
                    try:
                        as_utf8.decode(chunk, not chunk)
                    except UnicodeError:
                        as_utf8 = None
                if out is not None:
                    out.write(text.encode("utf-8"))
                if not chunk:
                    break
                offset += len(chunk)
                lines += chunk.count(b"\n")
                crlf += chunk.count(b"\r\n") + (previous == b"\r" and chunk[:1] == b"\n")
                previous = chunk[-1:]
    finally:
        if out is not None:
            out.close()
    if as_utf8 is not None and not is_ascii:
        raise FileRefused(
            "encoding",
            f"the file is declared {declaration.encoding}, but it is valid UTF-8",
            where=landed.file,
            remedy=f"leave its encoding empty in {DECLARATIONS}",
        )
    text_file = landed.path if is_utf8 else copy
    with text_file.open("rb") as stream:
        stream.seek(-1, 2)
        ends_with_newline = stream.read(1) in (b"\n", b"\r")
    return Inspection(digest.hexdigest(), size, text_file, copy, ends_with_newline, 0 < crlf < lines)


def with_one_newline(inspected: Inspection) -> Path:
    r"""A copy of the text with \n for every \r\n."""
    target = inspected.copy.with_suffix(".lines")
    target.parent.mkdir(parents=True, exist_ok=True)
    with inspected.text.open("rb") as source, target.open("wb") as out:
        held = b""
        while chunk := source.read(CHUNK):
            chunk = held + chunk
            held = b"\r" if chunk.endswith(b"\r") else b""
            out.write(chunk[: len(chunk) - len(held)].replace(b"\r\n", b"\n"))
        out.write(held)
    return target


def _wrong_encoding(landed, declaration, error, chunk: bytes, offset: int, lines: int) -> FileRefused:
    if not chunk:
        return FileRefused(
            "truncated",
            f"the file ends in the middle of a character (offset {offset})",
            where=landed.file,
            remedy="deliver the whole file again",
            row_number=lines or None,
        )
    # The decoder may have held back bytes of the previous chunk: error.object is what it looked at.
    at = offset + error.start - (len(error.object) - len(chunk))
    line = lines + chunk[: max(0, at - offset)].count(b"\n") + 1
    byte = (
        f"byte 0x{error.object[error.start]:02x}"
        if error.start < len(error.object)
        else "an incomplete character"
    )
    with landed.path.open("rb") as stream:
        start = stream.read(2)
    likely = "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "cp1252 or latin-1"
    return FileRefused(
        "encoding",
        f"{byte} at offset {at} (line {line}) is not {declaration.encoding}",
        where=landed.file,
        remedy=f"declare the encoding ({likely}) in {DECLARATIONS}, or export the file as utf-8",
        row_number=max(line - 1, 0) or None,
    )


def read_header(landed: LandingFile, text: Path, declaration: Declaration) -> list[str]:
    """The trimmed column names of a CSV file, as they stand: repeated and empty names included.

    Raises
    ------
    FileRefused : `no_header`.
    """
    with text.open(encoding="utf-8-sig", newline="") as stream:
        try:
            names = next(csv.reader(stream, delimiter=declaration.delimiter, strict=True), [])
        except csv.Error as error:
            names = []
            problem = f"the first line cannot be read as a header: {error}"
        else:
            problem = "the first line names no columns"
    names = [name.strip() for name in names]
    if not any(names):
        raise FileRefused(
            "no_header", problem, where=landed.file, remedy="deliver the file with column names on line 1"
        )
    return names


def other_delimiter(names: list[str], delimiter: str) -> str:
    """A clause for a header that was probably meant with another delimiter, or nothing."""
    if len(names) > 1:
        return ""
    found = next((sign for sign in (";", "\t", "|", ",") if sign != delimiter and sign in names[0]), None)
    if found is None:
        return ""
    shown = "a tab" if found == "\t" else f'"{found}"'
    return f"; the header looks delimited by {shown}: declare that in {DECLARATIONS}"
