"""Open formats: data tables, structured data, credentials, calendars."""
