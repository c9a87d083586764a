"""What applicants do: apply, add a photo or not, keep the receipt, follow, withdraw."""
