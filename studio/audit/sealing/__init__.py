"""Seals on the chain: closed segments with a Merkle root, signed manifests, and files that verify by themselves."""
