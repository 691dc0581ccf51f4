"""Notices: who is told, and how, when the port falls silent and when it is back."""

from hanport.home.notices.notice import Kind, Notice
from hanport.home.notices.notifier import Notifier

__all__ = ["Kind", "Notice", "Notifier"]
