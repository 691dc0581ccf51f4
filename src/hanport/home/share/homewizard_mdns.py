"""Lets clients on the local network find the compatible API by mDNS."""

import asyncio
import ipaddress
import logging
from collections.abc import Mapping

import ifaddr
import zeroconf
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

SERVICE = "_hwenergy._tcp.local."

log = logging.getLogger("hanport.home")


async def announced(address: tuple[str, int], txt: Mapping[str, str]) -> None:
    """Be found until cancelled. Where the network lets nobody be found, say so in the log: the API works without."""
    host, port = address
    wildcard = ipaddress.ip_address(host).is_unspecified
    try:
        network = AsyncZeroconf(interfaces=zeroconf.InterfaceChoice.All if wildcard else [host])
    except OSError as error:
        log.warning("not announced by mDNS", extra={"problem": error.strerror})
        return
    try:
        await network.async_register_service(service(addresses(host), port, txt))
        await asyncio.get_running_loop().create_future()
    except (OSError, zeroconf.Error) as error:
        log.warning("not announced by mDNS", extra={"problem": type(error).__name__})
    finally:
        await network.async_unregister_all_services()
        await network.async_close()


def service(found_at: list[str], port: int, txt: Mapping[str, str]) -> AsyncServiceInfo:
    """What is announced: the name that clients look for, and where the API is."""
    name = f"p1meter-{txt['serial'][-6:].upper()}"
    return AsyncServiceInfo(
        SERVICE,
        f"{name}.{SERVICE}",
        port=port,
        properties={"api_enabled": "1", "path": "/api/v1", **txt},
        server=f"{name}.local.",
        parsed_addresses=found_at,
    )


def addresses(host: str) -> list[str]:
    """Where others reach a listener: its own address, or all of this machine for one that listens everywhere."""
    if not ipaddress.ip_address(host).is_unspecified:
        return [host]
    every = [str(each.ip) for adapter in ifaddr.get_adapters() for each in adapter.ips if each.is_IPv4]
    return [each for each in every if not ipaddress.ip_address(each).is_loopback] or every
