"""The paper form of a case as a PDF."""
