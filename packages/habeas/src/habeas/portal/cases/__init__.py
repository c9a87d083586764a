"""Cases: applications before their office, and what leads from one to its photo."""
