"""Members of staff: their accounts and logins, what each may do, and what takes two of them."""
