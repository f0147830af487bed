"""Files, attachments and notes on any subject."""
