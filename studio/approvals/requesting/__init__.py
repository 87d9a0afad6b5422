"""What whoever asked for something does with it: asks without a workflow, follows it, has others reminded."""
