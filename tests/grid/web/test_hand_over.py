"""The hand-over to the hub: only while the port is open or being opened, and without a secret."""

import json

from grid.web.customers import Customers, said
from grid.web.scene import Scene
from hanport.grid.database import tables
from hanport.grid.orders import Kind


async def test_the_code_and_the_file(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    place = f"/facilities/{customers.desk.gsrn(facility_id)}/hub"
    serial = customers.desk.value(tables.meter.c.serial, tables.meter.c.id == meter_id)
    name = f"hanport-handover-{serial}.json"
    async with customers.browser(person_id) as client:
        closed = await client.get(place)
        assert "när porten är öppen" in said(closed) and "<svg role" not in closed.text
        assert (await client.get(f"{place}/{name}")).status_code == 404
        customers.desk.order(Kind.OPEN, facility_id, person_id)
        opening = await client.get(place)
        assert "Porten är inte öppen än" in said(opening) and 'aria-label="QR-kod' in opening.text
        customers.read_as(meter_id, "open")
        page = await client.get(place)
        assert "Porten är inte öppen än" not in said(page) and "/meters/kamstrup-omnia" in page.text
        file = await client.get(f"{place}/{name}")
        assert (await client.get(f"{place}/other.json")).status_code == 404
    content = json.loads(file.content)
    assert content["facility"] == {"gsrn": customers.desk.gsrn(facility_id)}
    assert content["company"]["name"] == "Fjällby Elnät" and content["may_be"]
    assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
