"""SAF-T and its Polish JPK_FA."""
