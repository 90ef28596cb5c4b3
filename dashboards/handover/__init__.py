"""Handing a customer over: the dossier for a lawyer or an agency."""
