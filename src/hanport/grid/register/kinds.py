"""What the company's systems tell, as values: one record for each kind of row. What is UNSET was not told."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from hanport.grid.identifiers import Number


class RecordKind(StrEnum):
    """What a record is about."""

    CUSTOMER = "customer"
    FACILITY = "facility"
    CONTRACT = "contract"
    METER = "meter"
    ADAPTER = "adapter"
    EXEMPTION = "exemption"
    POWER = "power"
    MODEL = "model"


class CustomerKind(StrEnum):
    """Who may act: a private person alone; for a company or an estate somebody under a power."""

    PRIVATE = "private"
    LEGAL = "legal"
    ESTATE = "estate"


class PowerBasis(StrEnum):
    """Why somebody may act for a customer."""

    POWER = "power"
    SIGNATORY = "signatory"
    ESTATE = "estate"
    GUARDIAN = "guardian"


class CustomerRecord(msgspec.Struct, frozen=True, kw_only=True, tag="customer"):
    """A customer, by the company's customer number."""

    key: str
    number: Number
    kind: CustomerKind | UnsetType = UNSET
    name: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    is_protected: bool | UnsetType = UNSET
    died_at: datetime | UnsetType | None = UNSET


class FacilityRecord(msgspec.Struct, frozen=True, kw_only=True, tag="facility"):
    """A facility, by its GSRN."""

    gsrn: str
    address: str | UnsetType = UNSET
    grid_area: str | UnsetType = UNSET


class ContractRecord(msgspec.Struct, frozen=True, kw_only=True, tag="contract"):
    """A network contract: `customer` and `joint` are customers' keys."""

    key: str
    facility: str
    customer: str
    joint: tuple[str, ...] | UnsetType = UNSET
    begins_at: datetime
    ends_at: datetime | UnsetType | None = UNSET


class MeterRecord(msgspec.Struct, frozen=True, kw_only=True, tag="meter"):
    """A meter; with a facility, its installation there too."""

    serial: str
    maker: str | UnsetType = UNSET
    model: str | UnsetType = UNSET
    firmware: str | UnsetType = UNSET
    facility: str = ""
    begins_at: datetime | None = None
    ends_at: datetime | UnsetType | None = UNSET


class AdapterRecord(msgspec.Struct, frozen=True, kw_only=True, tag="adapter"):
    """A HAN adapter, fitted to a meter."""

    serial: str
    meter: str
    fitted_on: date


class ExemptionRecord(msgspec.Struct, frozen=True, kw_only=True, tag="exemption"):
    """A facility whose port must stay closed (mätförordningen 32 §)."""

    key: str
    facility: str
    begins_at: datetime
    ends_at: datetime | UnsetType | None = UNSET


class PowerRecord(msgspec.Struct, frozen=True, kw_only=True, tag="power"):
    """Somebody who may act for a customer: `grantor` is the customer's key."""

    key: str
    grantor: str
    agent: Number
    facility: str | UnsetType = UNSET
    basis: PowerBasis | UnsetType = UNSET
    may_open: bool | UnsetType = UNSET
    begins_at: datetime
    ends_at: datetime | UnsetType | None = UNSET


class ModelRecord(msgspec.Struct, frozen=True, kw_only=True, tag="model"):
    """What a model of meters can be told from afar."""

    maker: str
    model: str
    can_open: bool
    can_restart: bool


Record: TypeAlias = (
    CustomerRecord
    | FacilityRecord
    | ContractRecord
    | MeterRecord
    | AdapterRecord
    | ExemptionRecord
    | PowerRecord
    | ModelRecord
)
