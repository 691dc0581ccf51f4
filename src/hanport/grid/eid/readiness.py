"""Whether BankID may be used as it is configured: production takes nothing of the test environment, and the reverse.

What is refused is a ConfigError, before the service starts. What only will be wrong is a value.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from hanport.errors import ConfigError
from hanport.grid.config import BankIDTable, GridConfig
from hanport.grid.database.schema import Environment
from hanport.grid.eid import trust

WARN_BEFORE = timedelta(days=60)  # an order for another certificate takes a bank some weeks
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){1,30}")
_CALLED = (NameOID.COMMON_NAME, x509.ObjectIdentifier("2.5.4.41"))  # name


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that will be wrong, and what to do before it is."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """`ends_at` is when the company's certificate ends; None where BankID is not offered."""

    is_offered: bool
    ends_at: datetime | None = None
    concerns: tuple[Concern, ...] = ()


def hold(config: GridConfig, folder: Path, at: datetime) -> Readiness:
    """Whether BankID can be offered, at that instant; files count from `folder`. Raises ConfigError."""
    table, environment = config.bankid, config.environment
    if not table.certificate_file:
        return Readiness(is_offered=False)
    trust.address(table, environment)
    _hold_policies(table, environment)
    company = trust.company_certificate(table, folder)
    roots = trust.server_roots(table, folder, environment)
    _hold_now((company.certificate, *roots), at)
    concerns = list(_ending(company, at))
    if environment is Environment.PRODUCTION:
        _hold_production(table, folder, company, at)
    elif table.signature_root_file:
        trust.signature_roots(table, folder)
    else:
        remedy = "Set `signature_root_file` to the test identity's root."
        concerns.append(Concern("[bankid] Without `signature_root_file` no signature is believed.", remedy))
    trust.tls(company, roots)
    return Readiness(is_offered=True, ends_at=company.ends_at, concerns=tuple(concerns))


def _hold_production(table: BankIDTable, folder: Path, company: trust.CompanyCertificate, at: datetime) -> None:
    if table.app_url:
        raise ConfigError("[bankid] `app_url` is for the test identity.", "Take it out: this is production.")
    if _is_of_test(company.certificate):
        raise ConfigError(
            "[bankid] `certificate_file` holds a certificate of BankID's test environment.",
            "Take the one that the company's bank has issued, or set environment to test.",
        )
    if not table.passphrase_file:
        raise ConfigError("[bankid] `passphrase_file` is missing.", "The p12 is kept under a passphrase.")
    passphrase = folder / table.passphrase_file
    if not trust.is_private(passphrase):
        raise ConfigError(f"[bankid] Others may read {passphrase}.", f"chmod 600 {passphrase}")
    signers = trust.signature_roots(table, folder)
    for signer in signers:
        if trust.fingerprint(signer) == trust.TEST_SIGNATURE_ROOT or trust.is_named_test(*_all_names(signer)):
            raise ConfigError(
                "[bankid] `signature_root_file` holds a test root: anybody can have its signatures.",
                "Ask BankID for the root of production.",
            )
    _hold_now(signers, at)


def _hold_policies(table: BankIDTable, environment: Environment) -> None:
    for policy in table.policies:
        if not _OID.fullmatch(policy):
            raise ConfigError(
                f"[bankid] `policies`: {policy!r} is no object identifier.", "Write it as 1.2.752.78.1.5."
            )
        if environment is Environment.PRODUCTION and policy not in trust.PRODUCTION_POLICIES:
            is_test = policy in trust.TEST_POLICIES or policy.startswith("1.2.3.4.")
            known = ", ".join(trust.PRODUCTION_POLICIES)
            raise ConfigError(
                f"[bankid] `policies`: {policy} is {'a test policy' if is_test else 'no policy of BankID'}.",
                f"Production knows {known}.",
            )


def _hold_now(certificates: tuple[x509.Certificate, ...], at: datetime) -> None:
    for certificate in certificates:
        name = certificate.subject.rfc4514_string()
        if at > certificate.not_valid_after_utc:
            ended = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
            raise ConfigError(f"[bankid] The certificate {name} ended on {ended}.", "docs/bankid.md: renewing it.")
        if at < certificate.not_valid_before_utc:
            begins = f"{certificate.not_valid_before_utc:%Y-%m-%d}"
            raise ConfigError(f"[bankid] The certificate {name} is valid from {begins}.", "Wait, or set the clock.")


def _ending(company: trust.CompanyCertificate, at: datetime) -> tuple[Concern, ...]:
    left = company.ends_at - at
    if left > WARN_BEFORE:
        return ()
    problem = f"The company's BankID certificate ends on {company.ends_at:%Y-%m-%d}, in {left.days} days."
    return (Concern(problem, "Order another from the bank now; docs/bankid.md says how."),)


def _is_of_test(certificate: x509.Certificate) -> bool:
    """By the names of its issuer, and by what it is called itself; not by the organisation, who may be called so."""
    called = (each for oid in _CALLED for each in certificate.subject.get_attributes_for_oid(oid))
    return trust.is_named_test(*called, *certificate.issuer)


def _all_names(certificate: x509.Certificate) -> tuple[x509.NameAttribute[str | bytes], ...]:
    return (*certificate.subject, *certificate.issuer)
