"""Decision models: deployed, asked by people and by business rule tasks."""
