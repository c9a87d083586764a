"""What officers do: sign in, read cases, open photos for a purpose, decide."""
