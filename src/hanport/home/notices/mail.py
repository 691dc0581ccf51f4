"""A notice as an e-mail, by SMTP (RFC 5321) with STARTTLS, TLS or neither."""

import ssl
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib

from hanport.home.config import HomeConfig, MailTable
from hanport.home.notices.errors import NotSent
from hanport.home.notices.notice import Notice

TIMEOUT_S = 20.0


async def send(notice: Notice, config: HomeConfig) -> None:
    """Send it to all recipients. Raises NotSent; then nobody has got it."""
    mail = config.notice.mail
    message = compose(notice, mail)
    client = aiosmtplib.SMTP(
        hostname=mail.host,
        port=mail.port,
        timeout=TIMEOUT_S,
        use_tls=mail.security == "tls",
        start_tls=mail.security == "starttls",
        local_hostname="hanport",  # the machine's own name is nobody's business
    )
    where = {"host": mail.host, "port": mail.port}
    try:
        async with client:
            if mail.user:
                await client.login(mail.user, mail.password)
            await client.send_message(message)
    except aiosmtplib.SMTPAuthenticationError as error:
        raise NotSent("mail-login", code=error.code) from None
    except aiosmtplib.SMTPSenderRefused as error:
        raise NotSent("mail-sender", code=error.code) from None
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise NotSent("mail-recipient", code=error.recipients[0].code) from None
    except (aiosmtplib.SMTPTimeoutError, TimeoutError):
        raise NotSent("mail-timeout", **where) from None
    except ssl.SSLError:
        raise NotSent("mail-tls", host=mail.host) from None
    except aiosmtplib.SMTPResponseException as error:
        raise NotSent("mail-refused", code=error.code) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        tls = isinstance(error.__cause__, ssl.SSLError) or "TLS" in str(error)
        raise NotSent("mail-tls", host=mail.host) if tls else NotSent("mail-connect", **where) from None


def compose(notice: Notice, mail: MailTable) -> EmailMessage:
    """The message. Raises NotSent where an address is none."""
    sender = mail.sender or mail.user
    _, at, domain = parseaddr(sender)[1].rpartition("@")
    if not mail.host or not at or not mail.to or not all("@" in parseaddr(each)[1] for each in mail.to):
        raise NotSent("mail-incomplete")
    message = EmailMessage()
    try:
        message["From"] = sender
        message["To"] = ", ".join(mail.to)
        message["Subject"] = notice.subject
        message["Date"] = format_datetime(notice.at)
        message["Message-ID"] = f"<{notice.id}@{domain}>"
    except ValueError:  # a line end in an address
        raise NotSent("mail-incomplete") from None
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(notice.body)
    return message
