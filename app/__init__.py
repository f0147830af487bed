"""Assay: from a need for labels to a signed, explainable vendor decision."""
