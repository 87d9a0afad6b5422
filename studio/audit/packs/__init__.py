"""Evidence packs as files: what stands in one, how it is written, and how it is checked without a database.

A pack is a ZIP archive. Of every byte somebody vouches: each file's SHA-256 stands in `manifest.json`, the manifest's
in `seal.json`, which is signed, and the archive's comment signs all that stands before it.
"""
