"""What a receipt shows: every act on the photo; and withdrawal."""
