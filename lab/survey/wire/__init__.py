"""DICOM on the wire, small and strict: the upper layer (PS3.8) and DIMSE messages (PS3.7), without sockets."""
