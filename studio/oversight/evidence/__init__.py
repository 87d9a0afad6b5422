"""Evidence packs: what happened at a run, at an approval or in a period, as one archive that proves itself."""
