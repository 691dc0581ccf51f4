"""The shell that the webs of hub and network company share: layout, tokens, language, static files, security."""
