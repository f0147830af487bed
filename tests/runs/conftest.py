"""The pilots to work on are those of the pilots' own tests."""

from tests.pilots.conftest import contents, lab, lab_of

__all__ = ["contents", "lab", "lab_of"]
