#!/bin/sh
# prepare.sh PROGRAM[=PACKAGE]... : inside an image, install the Debian packages whose programs it lacks (a PROGRAM that
# ends in .so is a module of nginx or a plugin of Orthanc), and make the user and the folders that all containers of the
# lab share: volumes take over owner and mode of the folder they are first mounted on.
set -eu

present() {
  case $1 in
    *.so) [ -e "/usr/lib/nginx/modules/$1" ] || [ -e "/usr/share/orthanc/plugins/$1" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

missing=
for pair in "$@"; do
  present "${pair%%=*}" || missing="$missing ${pair#*=}"
done
if [ -n "$missing" ]; then
  apt-get update -qq
  # shellcheck disable=SC2086  # a list of names
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
  apt-get clean
  rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old
fi

getent group 1000 >/dev/null || groupadd --gid 1000 pacslab
getent passwd 1000 >/dev/null || useradd --uid 1000 --gid 1000 --no-create-home --home-dir /home/pacslab/state --shell /usr/sbin/nologin pacslab
install -d -o 1000 -g 1000 /srv/pacslab /srv/pacslab/control /srv/pacslab/run /srv/archive /srv/web /home/pacslab /home/pacslab/state
