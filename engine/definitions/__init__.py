"""What is deployed: files checked, versions of processes and decisions, and the libraries in which
those that run are found ready."""
