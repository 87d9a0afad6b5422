"""What people and programs do with pipelines and destinations."""
