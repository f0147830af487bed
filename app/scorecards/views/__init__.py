"""The library of scorecards as pages."""

from app.kit.ui import Crumb

CRUMBS = (Crumb("Scorecards", "/scorecards"),)
