"""Presets for the exports of accounting packages, and of credit reports and credit insurers."""

from __future__ import annotations

from etl.source import Source
from etl.sources.packages.afas import SOURCE as AFAS
from etl.sources.packages.business_central import SOURCE as BUSINESS_CENTRAL
from etl.sources.packages.credit_insurance import SOURCE as CREDIT_INSURANCE
from etl.sources.packages.e_boekhouden import SOURCE as E_BOEKHOUDEN
from etl.sources.packages.exact_online import SOURCE as EXACT_ONLINE
from etl.sources.packages.highradius import SOURCE as HIGHRADIUS
from etl.sources.packages.netsuite import SOURCE as NETSUITE
from etl.sources.packages.octopus import SOURCE as OCTOPUS
from etl.sources.packages.odoo import SOURCE as ODOO
from etl.sources.packages.quickbooks import SOURCE as QUICKBOOKS
from etl.sources.packages.sage_100 import SOURCE as SAGE_100
from etl.sources.packages.sage_bob50 import SOURCE as SAGE_BOB50
from etl.sources.packages.sap_fbl5n import SOURCE as SAP_FBL5N
from etl.sources.packages.sap_s4 import SOURCE as SAP_S4
from etl.sources.packages.trade_report import SOURCE as TRADE_REPORT
from etl.sources.packages.twinfield import SOURCE as TWINFIELD
from etl.sources.packages.winbooks import SOURCE as WINBOOKS
from etl.sources.packages.xero import SOURCE as XERO
from etl.sources.packages.xero_aged import SOURCE as XERO_AGED
from etl.sources.packages.yuki import SOURCE as YUKI
from etl.sources.packages.zoho_books import SOURCE as ZOHO_BOOKS

PACKAGES: tuple[Source, ...] = (
    SAP_FBL5N, SAP_S4, BUSINESS_CENTRAL, ODOO, NETSUITE, EXACT_ONLINE, TWINFIELD, YUKI, AFAS,
    E_BOEKHOUDEN, WINBOOKS, OCTOPUS, SAGE_BOB50, SAGE_100, XERO, XERO_AGED, QUICKBOOKS, ZOHO_BOOKS,
    HIGHRADIUS, TRADE_REPORT, CREDIT_INSURANCE,
)  # fmt: skip
