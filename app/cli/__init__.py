"""The command line: `assay …`. Exit 0 done, 1 the answer is no, 2 bad input.

Each module of this package adds its commands to `commands`; heavy imports stay inside the command that
needs them, so that the commands without a database start fast.
"""

import sys

import typer

from app.cli import accounts, agreement, demo, documents, library, operations, pilot, rank, serve
from app.core.errors import AssayError, Invalid

commands = typer.Typer(
    name="assay",
    help="From 'we need labels' to a signed, explainable vendor decision.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
accounts.register(commands)
demo.register(commands)
serve.register(commands)
operations.register(commands)
rank.register(commands)
library.register(commands)
pilot.register(commands)
agreement.register(commands)
documents.register(commands)

# By name: the commands without a database must not import its library to catch its errors.
_STORE_AWAY = frozenset({"OperationalError", "ArgumentError", "NoSuchModuleError"})


def main(argv: list[str] | None = None) -> None:
    """Run one command and leave the process with its exit code; one clear line on stderr per failure."""
    try:
        code = commands(args=argv, standalone_mode=False)
    except Invalid as failure:
        for problem in failure.problems:
            print(problem, file=sys.stderr)
        sys.exit(2)
    except AssayError as failure:
        print(failure.message, file=sys.stderr)
        sys.exit(2)
    except typer.Abort:
        print("stopped", file=sys.stderr)
        sys.exit(130)
    except Exception as failure:
        if hasattr(failure, "format_message"):  # click's usage errors
            print(failure.format_message(), file=sys.stderr)
            sys.exit(2)
        if type(failure).__module__ == "sqlalchemy.exc" and type(failure).__name__ in _STORE_AWAY:
            cause = str(getattr(failure, "orig", None) or failure).strip().splitlines()[0]
            print(f"The database does not answer ({cause}). Check ASSAY_DATABASE_URL.", file=sys.stderr)
            sys.exit(2)
        raise
    sys.exit(code if isinstance(code, int) else 0)
