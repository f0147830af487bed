"""Documents that gather several features."""
