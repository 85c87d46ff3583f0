#!/usr/bin/env bash
# newer_orthanc.sh FOLDER : Orthanc 1.13.0 or newer, with its plugins and all the libraries it needs, from Debian's next
# release (docker/newer.sh) into FOLDER. Nothing is installed: the system, its packages and its lists stay as they are.
#
#   FOLDER/Orthanc     starts it; ORTHANC_BIN may name it
#   FOLDER/Orthanc.d   the program, lib, plugins, dcmtk: they go into the sandbox with it (lab/sandbox/native.py)
#
# As root or as any user, where there are apt-get and dpkg-deb and Debian's keys. Downloads about 70 MB, needs 450 MB while
# it works (half a minute, most of it download) and keeps about 100 MB. What is there already is kept; remove the folder to
# fetch it anew. Exit codes: 0 it is there, 1 it could not be had.
set -euo pipefail
oldest=1.13.0
newer=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../docker" && pwd)/newer.sh
case ${PACSLAB_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}} in fr* | FR*) french=1 ;; *) french=0 ;; esac

# fail ENGLISH FRENCH
fail() {
  if [ "$french" = 1 ]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$1" >&2; fi
  exit 1
}

[ $# = 1 ] || fail "Usage: $0 FOLDER" "Usage : $0 DOSSIER"
mkdir -p -- "$1"
folder=$(cd -- "$1" && pwd)

runs() { "$folder/Orthanc" --version >/dev/null 2>&1; }
if runs; then exit; fi

for program in apt-get dpkg dpkg-deb; do
  command -v "$program" >/dev/null || fail \
    "$program is missing: this needs Debian's or Ubuntu's package tools. Use Docker instead: ./start.sh --docker --newer-orthanc" \
    "$program manque : il faut les outils de paquets de Debian ou d'Ubuntu. Utilisez Docker : ./start.sh --docker --newer-orthanc"
done
line=$("$newer")
keys=$(sed -n 's/^deb .*signed-by=\([^] ]*\).*/\1/p' <<<"$line")
[ -r "$keys" ] || fail \
  "Debian's keys are missing ($keys). As an administrator: apt-get install debian-archive-keyring" \
  "Les clés de Debian manquent ($keys). En tant qu'administrateur : apt-get install debian-archive-keyring"

# ---------------------------------------------------------------- apt with lists, cache and state of its own

work=$folder/work
trap 'rm -rf "$work"' EXIT
rm -rf "$work" "$folder/Orthanc" "$folder/Orthanc.d"
mkdir -p "$work"/{lists,cache/archives}/partial "$work/root" "$work/none"
: >"$work/status"
echo "$line" >"$work/sources.list"
# read after the machine's own settings, so that its proxy is used; its pins and what it does after an update are not
cat >"$work/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "$work/none";
Dir::Etc::Preferences "$work/none/preferences";
Dir::Etc::PreferencesParts "$work/none";
Dir::State "$work";
Dir::State::Lists "$work/lists";
Dir::State::Status "$work/status";
Dir::State::Extended_States "$work/extended_states";
Dir::Cache "$work/cache";
Dir::Cache::Archives "$work/cache/archives";
APT::Default-Release "";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "2";
CONF
private_apt() { apt-get -c "$work/apt.conf" -o APT::Architectures="$(dpkg --print-architecture)" "$@"; }

private_apt -o APT::Update::Error-Mode=any update || fail \
  "Debian's package list could not be fetched (the lines above say why). It is wanted from: $line. Where that is no mirror of Debian (Ubuntu), name one in PACSLAB_DEBIAN_MIRROR, or use Docker: ./start.sh --docker --newer-orthanc" \
  "La liste de paquets de Debian n'a pas pu être téléchargée (les lignes ci-dessus disent pourquoi). Elle est demandée à : $line. Si ce n'est pas un miroir de Debian (Ubuntu), indiquez-en un dans PACSLAB_DEBIAN_MIRROR ou utilisez Docker : ./start.sh --docker --newer-orthanc"
private_apt -y --download-only install orthanc orthanc-dicomweb || fail \
  "The packages of Orthanc could not be fetched; the lines above say why." \
  "Les paquets d'Orthanc n'ont pas pu être téléchargés ; les lignes ci-dessus disent pourquoi."
version=$(dpkg-deb --field "$work"/cache/archives/orthanc_*.deb Version)
dpkg --compare-versions "$version" ge "$oldest" || fail \
  "There is only Orthanc $version, and $oldest or newer is wanted." \
  "Il n'y a qu'Orthanc $version, alors qu'il faut $oldest ou plus récent."

# ---------------------------------------------------------------- what is kept of it

for package in "$work"/cache/archives/*.deb; do dpkg-deb --extract "$package" "$work/root"; done
usr=$work/root/usr parts=$work/Orthanc.d
mkdir -p "$parts/lib" "$parts/plugins"
cp "$usr/sbin/Orthanc" "$parts/"
cp -L "$usr"/share/orthanc/plugins/lib*.so "$parts/plugins/"
cp -R "$usr/share/dcmtk" "$parts/"
loader=$(echo "$usr"/lib/*/ld-linux*.so.*)
cp -L "$loader" "$parts/ld.so"
for part in "$parts/Orthanc" "$parts"/plugins/*.so; do
  "$loader" --library-path "$(dirname "$loader"):$usr/lib" --list "$part"
done | sed -n 's/.* => \(\/.*\) (0x[0-9a-f]*)$/\1/p' | sort -u >"$work/libraries"
while read -r library; do
  case $library in "$usr"/*) cp -L "$library" "$parts/lib/" ;; esac
done <"$work/libraries"
cat >"$work/Orthanc" <<'LAUNCHER'
#!/bin/sh
parts=${0%/*}/Orthanc.d
DCMDICTPATH=$parts/dcmtk/dicom.dic:$parts/dcmtk/private.dic
export DCMDICTPATH
exec "$parts/ld.so" --argv0 "$0" --library-path "$parts/lib" "$parts/Orthanc" "$@"
LAUNCHER
chmod 755 "$work/Orthanc"
mv "$parts" "$work/Orthanc" "$folder/"
runs || fail "Orthanc $version was fetched and does not run here." "Orthanc $version a été téléchargé et ne fonctionne pas ici."
printf 'Orthanc %s: %s\n' "$version" "$folder/Orthanc"
