"""E-invoices inside a PDF: Factur-X, ZUGFeRD 1 and 2, and XRechnung as hybrid documents.

A PDF/A-3 carries the invoice twice: as pages for people, and as an attached XML, which is what
is read: factur-x.xml, zugferd-invoice.xml, xrechnung.xml and the like, else any attached XML that
is an invoice in CII or UBL. The pages are never read: a PDF without such an attachment is refused.
What the parts of the XML mean is said in etl/intake/formats/einvoice/invoice.py; the line of a row
is that in the XML. Encrypted files are refused, as PDF/A forbids encryption.
"""

from __future__ import annotations

import logging
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from pypdf import PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.formats.einvoice.cii import COLUMNS as CII_COLUMNS
from etl.intake.formats.einvoice.cii import is_cii, read_cii
from etl.intake.formats.einvoice.invoice import GIVES, LACKS, stage_invoices
from etl.intake.formats.einvoice.ubl import COLUMNS as UBL_COLUMNS
from etl.intake.formats.einvoice.ubl import is_ubl, read_ubl
from etl.intake.formats.records import Origin
from etl.intake.source import ReadOptions, SourceFile

# it warns of every oddity of a PDF on the terminal; what matters is raised, and told
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

MOST_PDF = 100 * 1024 * 1024
MOST_XML = 20 * 1024 * 1024
"""Bytes; an invoice of 10,000 lines has about 15 million."""
_MOST_ATTACHMENTS = 50
#: Names that the standards prescribe, the likeliest first.
_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "cii.xml", "ubl.xml")
#: What pypdf raises on files that are no sound PDF, besides its own errors.
_BROKEN = (
    PyPdfError, DependencyError, ArithmeticError, AssertionError, AttributeError, LookupError,
    NotImplementedError, OSError, RecursionError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip


class FacturXSource:
    """See the module."""

    name = "facturx"
    label = N_("E-invoice inside a PDF (Factur-X, ZUGFeRD)")
    gives: tuple[str, ...] = GIVES
    lacks: tuple[str, ...] = LACKS

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`.

        Every PDF is ours: whether it has an invoice attached shows only when it is read, and
        nobody else can say what is missing.
        """
        return 0.95 if b"%PDF-" in file.head[:1024] else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        name, content = _attached(file)
        with tempfile.TemporaryDirectory() as folder:
            # never the name in the file: it may point anywhere
            path = Path(folder) / (name if name in _NAMES else "attachment.xml")
            path.write_bytes(content)
            xml = SourceFile(path)
            cii = is_cii(content)
            invoices = read_cii(xml) if cii else read_ubl(xml)
        origin = Origin(
            file.name,
            self.name,
            settings={"attachment": name, "syntax": "cii" if cii else "ubl"},
        )
        columns = CII_COLUMNS if cii else UBL_COLUMNS
        return [stage_invoices(connection, invoices, columns, first_file_id, origin, options)]


SOURCE = FacturXSource()


def _attached(file: SourceFile) -> tuple[str, bytes]:
    """Return name and content of the invoice that is attached to a PDF.

    Raises `FileError` where the PDF is encrypted, broken or too large, or has no such attachment.
    """
    if file.path.stat().st_size > MOST_PDF:
        raise _too_large(file, MOST_PDF)
    try:
        with (
            file.path.open("rb") as stream,
            apply_configuration(zlib_maximum_output_length=MOST_XML),
        ):
            reader = PdfReader(stream)
            if reader.is_encrypted:
                raise FileError(
                    Text(N_("{file} is encrypted."), {"file": file.name}),
                    Text(N_("Save it without a password, or load the XML of the invoice.")),
                )
            found = _invoice(reader)
    except LimitReachedError as error:
        raise _too_large(file, MOST_XML) from error
    except _BROKEN as error:
        raise FileError(
            Text(
                N_("{file} is no PDF that can be read: {error}."),
                {"file": file.name, "error": (str(error).splitlines() or [""])[0].rstrip(".")
                 or type(error).__name__},
            ),
            Text(N_("It was probably cut off: export it again, or load the XML of the invoice.")),
        ) from error  # fmt: skip
    if found is None:
        raise FileError(
            Text(
                N_("{file} is a PDF without an e-invoice: no XML of one is attached to it."),
                {"file": file.name},
            ),
            Text(N_("Load the XML of the invoice, or an export of the ledger.")),
        )
    if len(found[1]) > MOST_XML:
        raise _too_large(file, MOST_XML)
    return found


def _invoice(reader: PdfReader) -> tuple[str, bytes] | None:
    """Return the attachment that is an invoice, those of prescribed names first."""

    def place(name: str) -> int:
        return _NAMES.index(name) if name in _NAMES else len(_NAMES)

    offers = [(name, spec) for name, spec in _specifications(reader) if name.endswith(".xml")]
    for name, spec in sorted(offers, key=lambda offer: place(offer[0])):
        files = spec["/EF"].get_object()
        content = bytes(files["/F" if "/F" in files else "/UF"].get_object().get_data())
        if is_cii(content) or is_ubl(content):
            return name, content
    return None


def _specifications(reader: PdfReader) -> Iterator[tuple[str, Any]]:
    """Yield name, in lower case, and file specification of the attachments."""
    catalog = reader.root_object
    found = [entry.pdf_object for entry in reader.attachment_list]
    # associated files: some writers list the invoice only here
    found += [spec.get_object() for spec in catalog.get("/AF", [])]
    for spec in found[:_MOST_ATTACHMENTS]:
        if "/EF" in spec:
            yield str(spec.get("/UF") or spec.get("/F") or "").lower(), spec


def _too_large(file: SourceFile, most: int) -> FileError:
    return FileError(
        Text(
            N_("{file} is too large for an invoice: more than {most} MB."),
            {"file": file.name, "most": most // (1024 * 1024)},
        ),
        Text(N_("Load the XML of the invoice.")),
    )
