"""The custodian's tables, and custody over them."""
