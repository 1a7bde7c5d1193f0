"""The paper form of a case as a PDF: what stands on it (``document``, in the reader's language),
how it is laid out (``sheet.typ``), and what makes a file of both (``typeset``)."""
