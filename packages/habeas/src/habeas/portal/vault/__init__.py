"""The custodian's tables: sealed photos and their lines on the log. No person is in them."""
