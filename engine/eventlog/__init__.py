"""The history in the forms that process mining reads: XES (IEEE 1849-2016) and OCEL 2.0."""
