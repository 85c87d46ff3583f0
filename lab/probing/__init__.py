"""What probes of several scenarios share. Nothing here reads the site's configuration for an outsider."""
