"""Fields that several gates share."""
