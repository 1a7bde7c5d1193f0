"""What several folders of tests share: databases, people, a running server."""
