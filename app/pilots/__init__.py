"""Plans, gold, deliveries and rounds."""
