"""Real servers of others that Studio connects to, started by tests: a shop, and two that hand out tokens.

Their packages are listed in package.json here, apart from the app's: `make install` puts them beside this
file for tests alone, and nothing of them is shipped.
"""
