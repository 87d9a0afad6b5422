"""The part of the audit export when somebody leaves: pipelines are the workspace's."""

from studio.contract.leaving import Kept

PART = Kept("export", {"export_config.created_by": "who configured it stays said"})
