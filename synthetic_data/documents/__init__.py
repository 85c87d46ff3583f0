"""Paper: text in lines, as PDF pages or as scans, with the place of every identifier."""
