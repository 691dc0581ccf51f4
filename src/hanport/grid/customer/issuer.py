"""The company as its receipts name it, and the terms that an order was signed under."""

from sqlalchemy import Connection, select

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import order
from hanport.grid.receipts.receipt import Issuer


def issuer_of(config: GridConfig) -> Issuer:
    """What receipts say of the company."""
    return Issuer(config.company.name, config.web.public_url, terms_of)


def terms_of(connection: Connection, order_id: str) -> str:
    """The version of the terms that the signed text names; "" where the order was made without such a text."""
    found = connection.execute(select(order.c.terms).where(order.c.id == order_id)).scalar()
    return found or ""
