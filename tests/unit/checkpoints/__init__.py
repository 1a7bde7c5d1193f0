"""The calculations under the checkpoints: RFC 6962's tree, C2SP's notes."""
