"""What the catalogue does, by noun: `bibs`, `items`, `item_types`."""
