"""Quality, agreement, speed and cost of deliveries."""
