"""What people say about deliveries: blind reviews, issues, decisions on the gold."""
