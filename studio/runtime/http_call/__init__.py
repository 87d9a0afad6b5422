"""How an HTTP step writes its request and reads the answer."""
