"""What the pages of questionnaires show."""
