"""The company as its receipts name it, and the terms that an order was signed under."""

from sqlalchemy import Connection, bindparam, select

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import order
from hanport.grid.database.wording_tables import wording
from hanport.grid.receipts.receipt import Issuer
from hanport.grid.wordings.kinds import TERMS


def issuer_of(config: GridConfig) -> Issuer:
    """What receipts say of the company."""
    return Issuer(config.company.name, config.web.public_url, terms_of)


def terms_of(connection: Connection, order_id: str) -> str:
    """The version of the terms that held when the order was signed, "" where none was kept by then."""
    found = connection.execute(_TERMS, {"order_id": order_id, "terms": TERMS}).scalar()
    return "" if found is None else str(found)


_TERMS = (
    select(wording.c.number)
    .join(order, order.c.signed_at >= wording.c.changed_at)
    .where(order.c.id == bindparam("order_id"), wording.c.key == bindparam("terms"))
    .order_by(wording.c.number.desc())
    .limit(1)
)
