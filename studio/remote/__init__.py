"""The `studio workflow` and `studio runs` commands: another Studio, reached by its API, from a desk or from CI.

They know nothing of this machine's installation: an address, a token, and the REST API as anybody may use it.
"""
