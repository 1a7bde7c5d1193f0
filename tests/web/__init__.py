"""Tests of the web application through Flask's test client, without a browser."""
