"""A real shop: Vendure, with products in stock, two channels, two warehouses, API keys and signed webhooks."""
