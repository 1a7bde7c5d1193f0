"""Tests of one part by itself, without a database."""
