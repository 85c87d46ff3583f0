"""De-identification: DICOM PS3.15 annex E as data, what no table lists, pictures, and the score against the answer key."""
