"""Where the command line gets the ledger's proof from."""

from poseloom.usecases.credit import BookReport, check_ledger
from poseloom.wiring.installation import open_standing_database
from poseloom.wiring.settings import Settings

__all__ = ["BookReport", "check_books"]


def check_books(settings: Settings) -> BookReport:
    """Prove the laws of the ledger on a live database.

    Raises:
        InvalidOrder: There is none.
        StorageFailed: It cannot be reached.
    """
    with open_standing_database(settings) as database, database.read() as unit:
        return check_ledger(unit)
