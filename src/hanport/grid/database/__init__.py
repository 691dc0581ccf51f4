"""The service's database: tables, the engine for SQLite or PostgreSQL, migrations, and the unit of work."""
