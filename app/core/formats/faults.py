"""All that is wrong with one input, gathered before anything is refused."""

from app.core.errors import Invalid, Problem

SHOWN = 50
_LONGEST = 600  # characters of one message: files may hold names of megabytes


class Faults:
    """Gathers problems of one file; remembers the first 50 and counts the rest."""

    def __init__(self, code: str, name: str) -> None:
        self.code = code
        self.name = name
        self.count = 0
        self._problems: list[Problem] = []

    def add(self, place: str, message: str) -> None:
        """Note one problem at `place` inside the file (a line, an id; empty for the whole file)."""
        self.count += 1
        if len(self._problems) < SHOWN:
            where = f"{self.name}, {place}" if place else self.name
            self._problems.append(Problem(_short(where), _short(message)))

    def stop(self) -> None:
        """Raise `Invalid` with everything gathered; does nothing when nothing was."""
        if not self.count:
            return
        rest = self.count - len(self._problems)
        more = [Problem(self.name, f"and {rest} more problems of these kinds")] if rest else []
        raise Invalid(self.code, [*self._problems, *more])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"


def refuse(code: str, where: str, message: str) -> Invalid:
    """An `Invalid` with one problem, to be raised where nothing further can be checked."""
    return Invalid(code, [Problem(where, message)])
