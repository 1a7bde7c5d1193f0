"""History and signatures: records that are never changed, and their verification."""
