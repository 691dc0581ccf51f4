"""The serial devices of a machine, by names that last."""

from pathlib import Path

import pytest

from hanport.home.web.devices import Device, friendly_name, serial_devices

FTDI = "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"


def test_each_device_once_by_its_lasting_name(tmp_path: Path) -> None:
    for name in ("ttyUSB0", "ttyUSB1", "ttyACM0", "ttyAMA0", "ttyS0", "null"):
        (tmp_path / name).touch()
    by_id = tmp_path / "serial" / "by-id"
    by_id.mkdir(parents=True)
    (by_id / FTDI).symlink_to("../../ttyUSB1")
    (by_id / "usb-Gone-if00").symlink_to("../../ttyUSB9")
    (tmp_path / "serial0").symlink_to("ttyAMA0")
    assert serial_devices(tmp_path) == [
        Device(f"serial:{by_id / FTDI}", str(tmp_path / "ttyUSB1"), "FTDI FT232R USB UART A50285BI"),
        Device(f"serial:{tmp_path / 'ttyUSB0'}", str(tmp_path / "ttyUSB0"), ""),
        Device(f"serial:{tmp_path / 'ttyACM0'}", str(tmp_path / "ttyACM0"), ""),
        Device(f"serial:{tmp_path / 'ttyAMA0'}", str(tmp_path / "ttyAMA0"), ""),
    ]


def test_a_machine_without_any(tmp_path: Path) -> None:
    assert serial_devices(tmp_path) == []


@pytest.mark.parametrize(
    ("by_id", "name"),
    [
        (FTDI, "FTDI FT232R USB UART A50285BI"),
        ("usb-1a86_USB_Serial-if00-port0", "1a86 USB Serial"),
        ("usb-Espressif_USB_JTAG_serial_debug_unit_AA:BB-if00", "Espressif USB JTAG serial debug unit AA:BB"),
        ("odd", "odd"),
    ],
)
def test_what_the_maker_calls_it(by_id: str, name: str) -> None:
    assert friendly_name(by_id) == name
