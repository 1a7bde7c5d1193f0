"""Checkpoints: a signed Merkle tree over the whole history, which outsiders can check.

``tree`` has the calculations of RFC 6962, ``notes`` the signed notes of C2SP, ``keys`` the key that
signs, ``leaves`` the tree's rows, ``log`` the checkpoints, ``evidence`` what an auditor is given,
``checking`` the comparison of the database with all of it.
"""
