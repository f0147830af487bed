"""The library of scorecards: the shipped ones and our own, as versions that freeze when published."""
