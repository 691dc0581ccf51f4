"""What customers are told of their port: by e-mail and SMS, else by letter, and never by the way that ordered it."""
