"""What is known of meter models: plug, supply, interval, rows, known faults. Pure data."""

from hanport.models.catalog import MODELS
from hanport.models.model import (
    Feed,
    MeterClock,
    Model,
    Module,
    OwnSupply,
    Plug,
    Sign,
    Source,
    Supply,
    Sure,
)
from hanport.models.recognise import recognise
from hanport.models.registered import registered

__all__ = [
    "MODELS",
    "Feed",
    "MeterClock",
    "Model",
    "Module",
    "OwnSupply",
    "Plug",
    "Sign",
    "Source",
    "Supply",
    "Sure",
    "recognise",
    "registered",
]
