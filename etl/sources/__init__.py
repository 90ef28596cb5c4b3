"""The source formats: one format, one file; all of them are listed here."""

from __future__ import annotations

from etl.source import Source
from etl.sources.camt import SOURCE as CAMT
from etl.sources.cfonb import SOURCE as CFONB
from etl.sources.cii import SOURCE as CII
from etl.sources.coda import SOURCE as CODA
from etl.sources.datev import SOURCE as DATEV
from etl.sources.facturx import SOURCE as FACTURX
from etl.sources.fec import SOURCE as FEC
from etl.sources.jpk_fa import SOURCE as JPK_FA
from etl.sources.mt940 import SOURCE as MT940
from etl.sources.packages import PACKAGES
from etl.sources.saft import SOURCE as SAFT
from etl.sources.table import SOURCE as TABLE
from etl.sources.ubl import SOURCE as UBL
from etl.sources.xaf import SOURCE as XAF

SOURCES: tuple[Source, ...] = (
    FEC,
    XAF,
    DATEV,
    UBL,
    CII,
    FACTURX,
    SAFT,
    JPK_FA,
    CAMT,
    CODA,
    MT940,
    CFONB,
    *PACKAGES,
    TABLE,
)
"""Asked in this order; of two that are equally sure, the first one reads."""
