"""The source formats: one format, one file; all of them are listed here."""

from __future__ import annotations

from etl.intake.formats.audit.datev.datev import SOURCE as DATEV
from etl.intake.formats.audit.fec.fec import SOURCE as FEC
from etl.intake.formats.audit.saft.jpk_fa import SOURCE as JPK_FA
from etl.intake.formats.audit.saft.jpk_kr import SOURCE as JPK_KR
from etl.intake.formats.audit.saft.jpk_v7 import SOURCE as JPK_V7
from etl.intake.formats.audit.saft.saft import SOURCE as SAFT
from etl.intake.formats.audit.xaf.xaf import SOURCE as XAF
from etl.intake.formats.bank.camt import SOURCE as CAMT
from etl.intake.formats.bank.cfonb import SOURCE as CFONB
from etl.intake.formats.bank.coda import SOURCE as CODA
from etl.intake.formats.bank.lists.catalogue import LISTS
from etl.intake.formats.bank.mt940 import SOURCE as MT940
from etl.intake.formats.einvoice.cii import SOURCE as CII
from etl.intake.formats.einvoice.facturx import SOURCE as FACTURX
from etl.intake.formats.einvoice.fatturapa import SOURCE as FATTURAPA
from etl.intake.formats.einvoice.ksef import SOURCE as KSEF
from etl.intake.formats.einvoice.svefaktura import SOURCE as SVEFAKTURA
from etl.intake.formats.einvoice.ubl import SOURCE as UBL
from etl.intake.formats.packages.catalogue import PACKAGES
from etl.intake.formats.table import SOURCE as TABLE
from etl.intake.source import Source

SOURCES: tuple[Source, ...] = (
    FEC,
    XAF,
    DATEV,
    UBL,
    CII,
    FACTURX,
    KSEF,
    FATTURAPA,
    SVEFAKTURA,
    SAFT,
    JPK_FA,
    JPK_V7,
    JPK_KR,
    CAMT,
    CODA,
    MT940,
    CFONB,
    *LISTS,
    *PACKAGES,
    TABLE,
)
"""Asked in this order; of two that are equally sure, the first one reads."""
