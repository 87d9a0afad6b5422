"""What programs talk to: Unleash's client and frontend APIs, and OFREP."""
