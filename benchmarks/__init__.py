"""How fast, as ratios: each row measures Assay and its peer in the same run on the same machine."""
