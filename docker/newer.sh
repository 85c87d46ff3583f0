#!/bin/sh
# newer.sh : the line for apt's list of sources that stands for Debian's next release, where a newer Orthanc than the
# distribution's comes from. Used by docker/Dockerfile (stage newer) and by tools/newer_orthanc.sh.
#
# The mirror is the one that this system takes its own packages from; PACSLAB_DEBIAN_MIRROR names another. It may lag
# behind: Debian's signature is asked for, the list's freshness is not; what came is looked at instead.
set -eu
mirror=${PACSLAB_DEBIAN_MIRROR:-$(
  # releases with a dash are updates to one
  apt-get --print-uris update | sed -n "s,^'\\(.*\\)/dists/[^/-]*/[^/]*Release'.*,\\1,p" | head -n 1
)}
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no] ${mirror%/} forky main"
