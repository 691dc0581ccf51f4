"""Messages as e-mail, by SMTP (RFC 5321) with STARTTLS, TLS or neither."""

import ssl
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path

import aiosmtplib

from hanport.errors import ConfigError
from hanport.grid.config import GridConfig, MailTable
from hanport.grid.database.schema import Environment
from hanport.grid.notices.errors import NotDelivered
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.secret_files import LOCAL, read_secret
from hanport.grid.notices.ways import mail_address

TIMEOUT_S = 20.0


class MailChannel:
    """A mail server that takes messages, one connection each."""

    def __init__(self, table: MailTable, sender: str, password: str) -> None:
        self._table = table
        self._sender = sender
        self._password = password

    async def send(self, message: Outgoing) -> None:
        """Hand it to the server. Raises NotDelivered."""
        try:
            await self._hand_over(compose(message, self._sender))
        except aiosmtplib.SMTPAuthenticationError as error:
            raise NotDelivered(f"The mail server does not accept our login ({error.code}).") from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code
            is_final = 500 <= code < 600
            raise NotDelivered(f"The mail server refuses the recipient ({code}).", is_final=is_final) from None
        except (aiosmtplib.SMTPTimeoutError, TimeoutError):
            raise NotDelivered("The mail server does not answer.") from None
        except aiosmtplib.SMTPResponseException as error:
            raise NotDelivered(f"The mail server refused the message ({error.code}).") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            is_tls = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError) or "TLS" in str(error)
            why = "There is no encrypted connection to it." if is_tls else "It cannot be reached."
            raise NotDelivered(f"The mail server cannot be used. {why}") from None

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def _hand_over(self, message: EmailMessage) -> None:
        table = self._table
        client = aiosmtplib.SMTP(
            hostname=table.host,
            port=table.port,
            timeout=TIMEOUT_S,
            use_tls=table.security == "tls",
            start_tls=table.security == "starttls",
            local_hostname="hanport",  # the machine's own name is nobody's business
        )
        async with client:
            if table.user:
                await client.login(table.user, self._password)
            await client.send_message(message)


def compose(message: Outgoing, sender: str) -> EmailMessage:
    """The e-mail. Its Message-ID (RFC 5322, 3.6.4) is that of the notice, so that a second one is known as such."""
    composed = EmailMessage()
    composed["From"] = sender
    composed["To"] = message.to
    composed["Subject"] = message.subject
    composed["Date"] = format_datetime(message.made_at)
    composed["Message-ID"] = f"<{message.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    composed["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    composed.set_content(message.text)
    return composed


def mail_channel(config: GridConfig, folder: Path) -> MailChannel:
    """The mail server of the configuration; its files count from `folder`. Raises ConfigError."""
    table = config.mail
    name, address = parseaddr(table.sender)
    if not mail_address(address):
        raise ConfigError("mail.sender: notices need an address to come from.", 'Write it as "han@example.se".')
    if table.security == "none" and config.environment is Environment.PRODUCTION and table.host not in LOCAL:
        raise ConfigError("mail.security: the mail server is spoken to in clear.", 'Set "starttls" or "tls".')
    password = read_secret(folder / table.password_file, "mail.password_file") if table.password_file else ""
    return MailChannel(table, formataddr((name or config.company.name, address)), password)
