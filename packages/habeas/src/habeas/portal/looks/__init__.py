"""What offices do with cameras besides viewing recordings: legal holds, and watching live."""
