"""From the logs of a site to one table of events, in the field names that detection rules use."""
