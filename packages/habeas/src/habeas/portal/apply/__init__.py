"""What applicants do: answer, add a photo or not, send, keep the receipt."""
