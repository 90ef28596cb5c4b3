"""Presets for the exports of accounting packages, and of credit reports and credit insurers."""

from __future__ import annotations

from etl.intake.formats.packages.afas import SOURCE as AFAS
from etl.intake.formats.packages.business_central import SOURCE as BUSINESS_CENTRAL
from etl.intake.formats.packages.credit_insurance import SOURCE as CREDIT_INSURANCE
from etl.intake.formats.packages.e_boekhouden import SOURCE as E_BOEKHOUDEN
from etl.intake.formats.packages.exact_online import SOURCE as EXACT_ONLINE
from etl.intake.formats.packages.highradius import SOURCE as HIGHRADIUS
from etl.intake.formats.packages.netsuite import SOURCE as NETSUITE
from etl.intake.formats.packages.octopus import SOURCE as OCTOPUS
from etl.intake.formats.packages.odoo import SOURCE as ODOO
from etl.intake.formats.packages.quickbooks import SOURCE as QUICKBOOKS
from etl.intake.formats.packages.sage_100 import SOURCE as SAGE_100
from etl.intake.formats.packages.sage_bob50 import SOURCE as SAGE_BOB50
from etl.intake.formats.packages.sap_fbl5n import SOURCE as SAP_FBL5N
from etl.intake.formats.packages.sap_s4 import SOURCE as SAP_S4
from etl.intake.formats.packages.trade_report import SOURCE as TRADE_REPORT
from etl.intake.formats.packages.twinfield import SOURCE as TWINFIELD
from etl.intake.formats.packages.winbooks import SOURCE as WINBOOKS
from etl.intake.formats.packages.xero import SOURCE as XERO
from etl.intake.formats.packages.xero_aged import SOURCE as XERO_AGED
from etl.intake.formats.packages.yuki import SOURCE as YUKI
from etl.intake.formats.packages.zoho_books import SOURCE as ZOHO_BOOKS
from etl.intake.source import Source

PACKAGES: tuple[Source, ...] = (
    SAP_FBL5N, SAP_S4, BUSINESS_CENTRAL, ODOO, NETSUITE, EXACT_ONLINE, TWINFIELD, YUKI, AFAS,
    E_BOEKHOUDEN, WINBOOKS, OCTOPUS, SAGE_BOB50, SAGE_100, XERO, XERO_AGED, QUICKBOOKS, ZOHO_BOOKS,
    HIGHRADIUS, TRADE_REPORT, CREDIT_INSURANCE,
)  # fmt: skip
