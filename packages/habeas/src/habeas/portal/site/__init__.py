"""What belongs to the whole site: settings, addresses, headers, problems, uploads, the worker."""
