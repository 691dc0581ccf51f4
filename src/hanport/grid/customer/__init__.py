"""What customers see of their facilities and orders, and may do with them: all that is no page."""
