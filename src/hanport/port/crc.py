"""The two checksums of the port: CRC-16/ARC of P1 (IEC 62056-21), CRC-16/X-25 of HDLC (ISO/IEC 13239)."""

from fastcrc import crc16

arc = crc16.arc
x25 = crc16.ibm_sdlc
