"""The audit trail on its way out of the house: pipelines, destinations, delivery."""
