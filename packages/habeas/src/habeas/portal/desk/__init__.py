"""What officers do: read the cases of their office, open photos for a purpose, decide."""
