"""The store: engine, models and migrations. Only `service.operations` sits on it."""
