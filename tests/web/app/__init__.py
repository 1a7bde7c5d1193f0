"""What all pages share: words, numbers, forms and errors; health and figures for machines."""
