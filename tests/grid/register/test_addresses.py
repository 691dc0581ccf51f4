"""Where facilities are: never told where somebody protected holds or held a contract."""

from datetime import timedelta

from grid.conftest import START
from grid.town import Town
from hanport.grid.database.work import Database
from hanport.grid.register.addresses import Place, places_of, protected
from hanport.grid.register.reading import facility_view


def test_a_place_is_told_with_its_address(database: Database, town: Town) -> None:
    facility_id, *_ = town.household()
    with database.reading() as connection:
        (place,) = places_of(connection, [facility_id]).values()
        view = facility_view(connection, place.gsrn, START)
    assert place.address.startswith("Storgatan")
    assert view is not None and view.address == place.address
    assert not view.is_protected


def test_nobody_is_told_where_somebody_protected_lives_or_lived(database: Database, town: Town) -> None:
    facility_id = town.facility()
    town.contract(facility_id, town.customer(is_protected=True), ends=START - timedelta(days=400))
    elsewhere = town.facility()
    town.contract(facility_id, town.customer(), begins=START - timedelta(days=400))
    with database.reading() as connection:
        (place,) = places_of(connection, [facility_id]).values()
        assert protected(connection, [facility_id, elsewhere]) == {facility_id}
        view = facility_view(connection, place.gsrn, START)
    assert place == Place(place.gsrn, "")
    assert view is not None and view.is_protected and view.address == ""
